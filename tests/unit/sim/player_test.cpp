// The player through the Web API, with a clock that the test moves.
#include <fmt/format.h>

#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const spotify::Album& long_album(Harness& harness) {
  const auto& albums = harness.simulator.catalogue().albums;
  size_t i = 20;
  while (albums[i].tracks.size() < 8) ++i;
  return albums[i];
}
std::string track_uri(Harness& harness, spotify::Index i) {
  return "spotify:track:" + harness.simulator.catalogue().tracks[i].id;
}
int64_t duration(Harness& harness, spotify::Index i) { return harness.simulator.catalogue().tracks[i].duration_ms; }

std::string device(Harness& harness, std::string_view name) {
  for (const auto& each : harness.simulator.user().player.devices()) {
    if (each.name == name) return each.id.value_or("");
  }
  FAIL("no such device");
  return "";
}

Reply play_album(Harness& harness, int position = 0) {
  return harness.put("/me/player/play",
                     fmt::format(R"({{"context_uri":"spotify:album:{}","offset":{{"position":{}}}}})",
                                 long_album(harness).id, position));
}

std::string now_playing(Harness& harness) { return text_at(harness.get("/me/player").body, "item.uri"); }

void check_restriction(const Reply& reply) {
  CHECK(reply.status == 403);
  CHECK(reply.message() == "Player command failed: Restriction violated");
  CHECK(reply.reason() == "UNKNOWN");
}

}  // namespace

TEST_CASE("the default person begins paused in an album on the kitchen speaker") {
  Harness harness;
  const Reply state = harness.get("/me/player");
  REQUIRE(state.status == 200);
  CHECK(keys_of(state.body) ==
        "actions context currently_playing_type device is_playing item progress_ms repeat_state shuffle_state "
        "smart_shuffle timestamp");
  CHECK(text_at(state.body, "device.name") == "Kitchen speaker");
  CHECK(number_at(state.body, "progress_ms") == 42'000);
  CHECK(text_at(state.body, "context.type") == "album");
  CHECK(at(state.body, "is_playing") == json::Value(false));
  CHECK(at(state.body, "actions.disallows.pausing") == json::Value(true));
  CHECK(at(state.body, "actions.disallows.resuming").is_null());
  harness.pass(seconds(60));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 42'000);
}

TEST_CASE("progress follows the clock, and the next item begins on time") {
  Harness harness;
  REQUIRE(play_album(harness).status == 204);
  const auto tracks = long_album(harness).tracks;
  const int64_t started = harness.clock.wall().unix_ms;
  harness.pass(milliseconds(5'250));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 5'250);
  CHECK(number_at(harness.get("/me/player").body, "timestamp") == started);
  CHECK(number_at(harness.get("/me/player/currently-playing").body, "progress_ms") == 5'250);
  harness.pass(milliseconds(duration(harness, tracks[0]) - 5'250 - 1));
  CHECK(now_playing(harness) == track_uri(harness, tracks[0]));
  harness.pass(milliseconds(1));
  CHECK(now_playing(harness) == track_uri(harness, tracks[1]));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 0);
  // A long jump passes over several items.
  harness.pass(milliseconds(duration(harness, tracks[1]) + duration(harness, tracks[2]) + 7));
  CHECK(now_playing(harness) == track_uri(harness, tracks[3]));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 7);
}

TEST_CASE("at the end of the context it stops at the beginning") {
  Harness harness;
  REQUIRE(play_album(harness).status == 204);
  harness.pass(std::chrono::hours(5));
  harness.token = harness.simulator.grant().access;
  const Reply state = harness.get("/me/player");
  CHECK(at(state.body, "is_playing") == json::Value(false));
  CHECK(number_at(state.body, "progress_ms") == 0);
  CHECK(text_at(state.body, "item.uri") == track_uri(harness, long_album(harness).tracks[0]));
}

TEST_CASE("repeat of a track and of the context") {
  Harness harness;
  const auto tracks = long_album(harness).tracks;
  play_album(harness, 1);
  REQUIRE(harness.put("/me/player/repeat?state=track").status == 204);
  harness.pass(milliseconds(duration(harness, tracks[1]) * 3 + 11));
  CHECK(now_playing(harness) == track_uri(harness, tracks[1]));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 11);
  CHECK(text_at(harness.get("/me/player").body, "repeat_state") == "track");
  REQUIRE(harness.put("/me/player/repeat?state=context").status == 204);
  play_album(harness, static_cast<int>(tracks.size()) - 1);
  harness.pass(milliseconds(duration(harness, tracks.back()) + 5));
  CHECK(now_playing(harness) == track_uri(harness, tracks[0]));
  CHECK(harness.post("/me/player/previous").status == 204);
  CHECK(now_playing(harness) == track_uri(harness, tracks.back()));
  CHECK(harness.put("/me/player/repeat?state=loop").status == 400);
  CHECK(harness.put("/me/player/repeat").message() == "Required parameter state missing");
}

TEST_CASE("pause, resume and the commands that the state forbids") {
  Harness harness;
  check_restriction(harness.put("/me/player/pause"));
  CHECK(harness.put("/me/player/play").status == 204);
  check_restriction(harness.put("/me/player/play"));
  check_restriction(harness.put("/me/player/play", "{}"));
  harness.pass(seconds(3));
  CHECK(harness.put("/me/player/pause").status == 204);
  harness.pass(seconds(30));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 45'000);
  CHECK(harness.put("/me/player/play", R"({"position_ms":1000})").status == 204);
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 1000);
}

TEST_CASE("next and previous move in the context and refuse at its ends") {
  Harness harness;
  const auto tracks = long_album(harness).tracks;
  play_album(harness);
  check_restriction(harness.post("/me/player/previous"));
  CHECK(at(harness.get("/me/player").body, "actions.disallows.skipping_prev") == json::Value(true));
  CHECK(harness.post("/me/player/next").status == 204);
  CHECK(now_playing(harness) == track_uri(harness, tracks[1]));
  harness.pass(seconds(20));
  CHECK(harness.post("/me/player/previous").status == 204);
  CHECK(now_playing(harness) == track_uri(harness, tracks[0]));
  play_album(harness, static_cast<int>(tracks.size()) - 1);
  check_restriction(harness.post("/me/player/next"));
  CHECK(at(harness.get("/me/player").body, "actions.disallows.skipping_next") == json::Value(true));
}

TEST_CASE("the queue comes before the context and outlives a new one") {
  Harness harness;
  const auto tracks = long_album(harness).tracks;
  play_album(harness);
  const std::string first = track_uri(harness, 100);
  const std::string second = track_uri(harness, 101);
  CHECK(harness.post("/me/player/queue?uri=" + http::percent_encode(first)).status == 204);
  CHECK(harness.post("/me/player/queue?uri=" + second).status == 204);
  const Reply queue = harness.get("/me/player/queue");
  CHECK(keys_of(queue.body) == "currently_playing queue");
  CHECK(text_at(queue.body, "currently_playing.uri") == track_uri(harness, tracks[0]));
  CHECK(text_at(queue.body, "queue.0.uri") == first);
  CHECK(text_at(queue.body, "queue.1.uri") == second);
  CHECK(text_at(queue.body, "queue.2.uri") == track_uri(harness, tracks[1]));
  harness.post("/me/player/next");
  CHECK(now_playing(harness) == first);
  play_album(harness, 4);
  harness.post("/me/player/next");
  CHECK(now_playing(harness) == second);
  harness.post("/me/player/next");
  CHECK(now_playing(harness) == track_uri(harness, tracks[5]));
  CHECK(harness.post("/me/player/queue").message() == "Required parameter uri missing");
  CHECK(harness.post("/me/player/queue?uri=spotify:album:" + long_album(harness).id).status == 400);
  CHECK(harness.post("/me/player/queue?uri=spotify:track:0000000000000000000000").status == 404);
  check_restriction(
      harness.post("/me/player/queue?uri=" + first + "&device_id=" + device(harness, "Robin's phone")));
}

TEST_CASE("play takes a list of URIs, an offset and a position") {
  Harness harness;
  const std::string a = track_uri(harness, 10);
  const std::string b = track_uri(harness, 11);
  CHECK(harness.put("/me/player/play",
                    fmt::format(R"({{"uris":["{}","{}"],"offset":{{"uri":"{}"}},"position_ms":2500}})", a, b, b))
            .status == 204);
  const Reply state = harness.get("/me/player");
  CHECK(text_at(state.body, "item.uri") == b);
  CHECK(number_at(state.body, "progress_ms") == 2500);
  CHECK(at(state.body, "context").is_null());
  const auto play = [&](std::string body) { return harness.put("/me/player/play", std::move(body)); };
  CHECK(play(R"({"uris":[]})").message() == "No uris provided");
  CHECK(play(R"({"uris":["spotify:track:0000000000000000000000"]})").status == 400);
  CHECK(play(R"({"context_uri":"nonsense"})").message() == "Invalid context uri");
  CHECK(play(R"({"context_uri":"spotify:album:0000000000000000000000"})").status == 404);
  CHECK(play(fmt::format(R"({{"context_uri":"{}"}})", a)).message() == "Invalid context uri");
  const std::string artist = harness.simulator.catalogue().artists[3].id;
  CHECK(play(fmt::format(R"({{"context_uri":"spotify:artist:{}","offset":{{"position":1}}}})", artist)).message() ==
        "Can't have offset for context type: ARTIST");
  CHECK(play(fmt::format(R"({{"context_uri":"spotify:album:{}","offset":{{"position":99}}}})",
                         long_album(harness).id))
            .status == 400);
  CHECK(now_playing(harness) == b);
  std::string many = "\"" + a + "\"";
  for (int i = 0; i < 800; ++i) many += ",\"" + a + "\"";
  const Reply too_large = play("{\"uris\":[" + many + "]}");
  CHECK(too_large.status == 413);
  CHECK(too_large.text.empty());
}

TEST_CASE("every kind of context plays") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const auto plays = [&](const std::string& uri, std::string_view type) {
    CHECK(harness.put("/me/player/play", fmt::format(R"({{"context_uri":"{}"}})", uri)).status == 204);
    const Reply state = harness.get("/me/player?additional_types=track,episode");
    CHECK(text_at(state.body, "context.uri") == uri);
    CHECK(text_at(state.body, "context.type") == type);
    CHECK(at(state.body, "item").is_object());
    return text_at(state.body, "currently_playing_type");
  };
  CHECK(plays("spotify:artist:" + made.artists[3].id, "artist") == "track");
  CHECK(plays("spotify:playlist:" + harness.simulator.user().playlists.items()[0].id, "playlist") == "track");
  CHECK(plays("spotify:user:sim-listener:collection", "collection") == "track");
  CHECK(plays("spotify:show:" + made.shows[0].id, "show") == "episode");
  // Without asking for episodes the item is a hole.
  CHECK(at(harness.get("/me/player").body, "item").is_null());
  CHECK(text_at(harness.get("/me/player").body, "currently_playing_type") == "episode");
  check_restriction(harness.put("/me/player/repeat?state=track"));
  CHECK(plays("spotify:show:" + made.audiobooks[0].id, "show") == "episode");
}

TEST_CASE("shuffle keeps the current item and plays each other one once") {
  Harness harness;
  const auto tracks = long_album(harness).tracks;
  play_album(harness, 2);
  CHECK(harness.put("/me/player/shuffle?state=true").status == 204);
  CHECK(at(harness.get("/me/player").body, "shuffle_state") == json::Value(true));
  std::vector<std::string> heard{now_playing(harness)};
  CHECK(heard[0] == track_uri(harness, tracks[2]));
  while (harness.post("/me/player/next").status == 204) heard.push_back(now_playing(harness));
  CHECK(heard.size() == tracks.size());
  std::ranges::sort(heard);
  CHECK(std::ranges::adjacent_find(heard) == heard.end());
  const std::string last = now_playing(harness);
  CHECK(harness.put("/me/player/shuffle?state=false").status == 204);
  CHECK(now_playing(harness) == last);
  CHECK(harness.put("/me/player/shuffle?state=maybe").status == 400);
}

TEST_CASE("seek stays inside the item or goes to the next one") {
  Harness harness;
  const auto tracks = long_album(harness).tracks;
  play_album(harness);
  CHECK(harness.put("/me/player/seek?position_ms=30000").status == 204);
  harness.pass(seconds(1));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 31'000);
  CHECK(harness.put("/me/player/seek").message() == "Required parameter position_ms missing");
  CHECK(harness.put("/me/player/seek?position_ms=-1").status == 400);
  CHECK(harness.put("/me/player/seek?position_ms=99999999").status == 204);
  CHECK(now_playing(harness) == track_uri(harness, tracks[1]));
}

TEST_CASE("volume is set where it can be") {
  Harness harness;
  CHECK(harness.put("/me/player/volume?volume_percent=73").status == 204);
  CHECK(number_at(harness.get("/me/player").body, "device.volume_percent") == 73);
  CHECK(harness.put("/me/player/volume?volume_percent=101").status == 400);
  CHECK(harness.put("/me/player/volume").message() == "Required parameter volume_percent missing");
  const Reply phone = harness.put("/me/player/volume?volume_percent=5&device_id=" + device(harness, "Robin's phone"));
  CHECK(phone.status == 403);
  CHECK(phone.message() == "Player command failed: Cannot control device volume");
  CHECK(phone.reason() == "VOLUME_CONTROL_DISALLOW");
}

TEST_CASE("transfer moves playback and keeps its state") {
  Harness harness;
  const std::string phone = device(harness, "Robin's phone");
  const auto transfer = [&](std::string body) { return harness.put("/me/player", std::move(body)); };
  CHECK(transfer(fmt::format(R"({{"device_ids":["{}"]}})", phone)).status == 204);
  const Reply state = harness.get("/me/player");
  CHECK(text_at(state.body, "device.id") == phone);
  CHECK(at(state.body, "is_playing") == json::Value(false));
  CHECK(number_at(state.body, "progress_ms") == 42'000);
  const std::string kitchen = device(harness, "Kitchen speaker");
  CHECK(transfer(fmt::format(R"({{"device_ids":["{}"],"play":true}})", kitchen)).status == 204);
  CHECK(at(harness.get("/me/player").body, "is_playing") == json::Value(true));
  CHECK(transfer(fmt::format(R"({{"device_ids":["{}","{}"]}})", phone, kitchen)).status == 400);
  CHECK(transfer(R"({"device_ids":[]})").status == 400);
  CHECK(transfer("{}").status == 400);
  CHECK(transfer(R"({"device_ids":["nowhere"]})").message() == "Device not found");
  check_restriction(transfer(fmt::format(R"({{"device_ids":["{}"]}})", device(harness, "Bedroom radio"))));
  CHECK(text_at(harness.get("/me/player").body, "device.id") == kitchen);
}

TEST_CASE("devices are listed, one of them without an id") {
  Harness harness;
  const Reply list = harness.get("/me/player/devices");
  const json::Array& devices = at(list.body, "devices").array();
  REQUIRE(devices.size() == 4);
  int active = 0;
  int nameless = 0;
  for (const json::Value& each : devices) {
    CHECK(keys_of(each) ==
          "id is_active is_private_session is_restricted name supports_volume type volume_percent");
    active += at(each, "is_active").boolean() ? 1 : 0;
    nameless += at(each, "id").is_null() ? 1 : 0;
  }
  CHECK(active == 1);
  CHECK(nameless == 1);
}

TEST_CASE("an advertisement has no item, cannot be skipped, and what it interrupted goes on where it stood") {
  Harness harness;
  const auto tracks = long_album(harness).tracks;
  REQUIRE(play_album(harness).status == 204);
  harness.pass(seconds(40));
  auto& player = harness.simulator.user().player;
  player.advance(harness.clock.wall());
  player.play_advertisement(seconds(30), harness.clock.wall());
  harness.pass(seconds(10));
  for (const char* path : {"/me/player", "/me/player/currently-playing"}) {
    const Reply state = harness.get(path);
    CHECK(text_at(state.body, "currently_playing_type") == "ad");
    CHECK(at(state.body, "item").is_null());
    CHECK(at(state.body, "is_playing") == json::Value(true));
    CHECK(number_at(state.body, "progress_ms") == 10'000);
    for (const char* name : {"skipping_next", "skipping_prev", "seeking", "toggling_repeat_track", "resuming"}) {
      CHECK(at(state.body, std::string("actions.disallows.") + name) == json::Value(true));
    }
  }
  CHECK(at(harness.get("/me/player/queue").body, "currently_playing").is_null());
  check_restriction(harness.post("/me/player/next"));
  check_restriction(harness.post("/me/player/previous"));
  check_restriction(harness.put("/me/player/seek?position_ms=1"));
  check_restriction(harness.put("/me/player/repeat?state=track"));
  CHECK(harness.put("/me/player/pause").status == 204);
  harness.pass(seconds(60));
  CHECK(text_at(harness.get("/me/player").body, "currently_playing_type") == "ad");
  CHECK(harness.put("/me/player/play").status == 204);
  harness.pass(seconds(21));
  CHECK(now_playing(harness) == track_uri(harness, tracks[0]));
  CHECK(number_at(harness.get("/me/player").body, "progress_ms") == 41'000);
  CHECK(text_at(harness.get("/me/player").body, "currently_playing_type") == "track");
  // What is begun anew ends it.
  player.play_advertisement(seconds(30), harness.clock.wall());
  REQUIRE(play_album(harness, 3).status == 204);
  CHECK(now_playing(harness) == track_uri(harness, tracks[3]));
  // Nothing plays, so nothing comes between.
  REQUIRE(harness.put("/me/player/pause").status == 204);
  player.play_advertisement(seconds(30), harness.clock.wall());
  CHECK_FALSE(player.is_advertisement());
}

TEST_CASE("a private session answers as if nothing played, or without the item, and is in no history") {
  for (const auto how : {spotify::PrivateSession::kSilent, spotify::PrivateSession::kNoItem}) {
    spotify::Config config;
    config.private_session = how;
    Harness harness(config);
    const auto played = [&] { return text_at(harness.get("/me/player/recently-played").body, "items.0.track.uri"); };
    const auto tracks = long_album(harness).tracks;
    REQUIRE(play_album(harness).status == 204);
    harness.simulator.user().player.set_private_session(true);
    const std::string before = played();
    harness.pass(seconds(60));
    for (const char* path : {"/me/player", "/me/player/currently-playing"}) {
      const Reply state = harness.get(path);
      CHECK(state.status == (how == spotify::PrivateSession::kSilent ? 204 : 200));
      CHECK(at(state.body, "item").is_null());
    }
    CHECK(at(harness.get("/me/player/devices").body, "devices.0.is_private_session") == json::Value(true));
    CHECK(at(harness.get("/me/player/queue").body, "currently_playing").is_null());
    CHECK(harness.post("/me/player/next").status == 204);
    CHECK(played() == before);
    harness.simulator.user().player.set_private_session(false);
    CHECK(now_playing(harness) == track_uri(harness, tracks[1]));
    harness.pass(seconds(60));
    CHECK(harness.post("/me/player/next").status == 204);
    CHECK(played() == track_uri(harness, tracks[1]));
  }
}

TEST_CASE("a restricted device is listed and takes no command") {
  Harness harness;
  const std::string radio = device(harness, "Bedroom radio");
  int restricted = 0;
  for (const json::Value& each : at(harness.get("/me/player/devices").body, "devices").array()) {
    if (each.text_or_empty("id") == radio) CHECK(at(each, "is_restricted") == json::Value(true));
    restricted += at(each, "is_restricted").boolean() ? 1 : 0;
  }
  CHECK(restricted == 2);
  for (const char* command : {"play?", "pause?", "seek?position_ms=1&", "volume?volume_percent=1&",
                              "shuffle?state=true&", "repeat?state=off&"}) {
    check_restriction(harness.put(fmt::format("/me/player/{}device_id={}", command, radio)));
  }
  for (const char* command : {"next", "previous"}) {
    check_restriction(harness.post(fmt::format("/me/player/{}?device_id={}", command, radio)));
  }
  check_restriction(
      harness.post(fmt::format("/me/player/queue?uri={}&device_id={}", track_uri(harness, 1), radio)));
  CHECK(text_at(harness.get("/me/player").body, "device.name") == "Kitchen speaker");
}

TEST_CASE("an episode remembers how far it was heard, and only who may read positions sees it") {
  Harness harness;
  const auto& made = harness.simulator.catalogue();
  const std::string id = made.episodes[0].id;
  const std::string play = fmt::format(R"({{"uris":["spotify:episode:{}"]}})", id);
  const auto at_ms = [&] { return number_at(harness.get("/episodes/" + id).body, "resume_point.resume_position_ms"); };
  CHECK(at_ms() == 0);
  REQUIRE(harness.put("/me/player/play", play).status == 204);
  harness.pass(seconds(95));
  CHECK(at_ms() == 95'000);
  REQUIRE(harness.put("/me/player/seek?position_ms=120000").status == 204);
  REQUIRE(harness.put("/me/player/pause").status == 204);
  harness.pass(seconds(95));
  CHECK(at_ms() == 120'000);
  REQUIRE(play_album(harness).status == 204);
  CHECK(at_ms() == 120'000);
  CHECK(number_at(harness.get("/shows/" + made.shows[made.episodes[0].show].id + "/episodes").body,
                  fmt::format("items.{}.resume_point.resume_position_ms",
                              std::ranges::find(made.shows[made.episodes[0].show].episodes, 0U) -
                                  made.shows[made.episodes[0].show].episodes.begin())) == 120'000);
  REQUIRE(harness.put("/me/player/play", play).status == 204);
  harness.pass(milliseconds(made.episodes[0].duration_ms));
  harness.token = harness.simulator.grant().access;
  CHECK(at(harness.get("/episodes/" + id).body, "resume_point.fully_played") == json::Value(true));
  CHECK(at_ms() == made.episodes[0].duration_ms);
  harness.token = harness.simulator.grant({"user-read-private"}).access;
  CHECK(harness.get("/episodes/" + id).body.find("resume_point") == nullptr);
}

TEST_CASE("without an active device commands say so and reads are empty") {
  Harness harness;
  harness.simulator.user().player.remove_device(device(harness, "Kitchen speaker"));
  CHECK(harness.get("/me/player").status == 204);
  CHECK(harness.get("/me/player/currently-playing").status == 204);
  const Reply reply = harness.post("/me/player/next");
  CHECK(reply.status == 404);
  CHECK(reply.message() == "Player command failed: No active device found");
  CHECK(reply.reason() == "NO_ACTIVE_DEVICE");
  CHECK(harness.put("/me/player/play?device_id=" + device(harness, "Robin's phone")).status == 204);
  CHECK(text_at(harness.get("/me/player").body, "device.name") == "Robin's phone");
  CHECK(harness.put("/me/player/pause?device_id=unknown").message() == "Device not found");
}

TEST_CASE("a device that idles is gone, one that plays stays") {
  spotify::Config config;
  config.device_idle = std::chrono::minutes(10);
  Harness harness(config);
  harness.pass(std::chrono::minutes(10) - milliseconds(1));
  CHECK(harness.get("/me/player").status == 200);
  REQUIRE(harness.put("/me/player/play").status == 204);
  REQUIRE(harness.put("/me/player/repeat?state=context").status == 204);
  harness.pass(std::chrono::minutes(30));
  CHECK(at(harness.get("/me/player").body, "is_playing") == json::Value(true));
  REQUIRE(harness.put("/me/player/pause").status == 204);
  const size_t online = harness.simulator.user().player.devices().size();
  harness.pass(std::chrono::minutes(10));
  CHECK(harness.get("/me/player").status == 204);
  CHECK(at(harness.get("/me/player/devices").body, "devices").array().size() == online - 1);
  CHECK(harness.put("/me/player/play").reason() == "NO_ACTIVE_DEVICE");
}

TEST_CASE("someone who never played has nothing playing") {
  Harness harness;
  harness.token = harness.simulator.grant(spotify::all_scopes(), spotify::kFriendUser).access;
  CHECK(harness.get("/me/player").status == 204);
  CHECK(at(harness.get("/me/player/devices").body, "devices").array().empty());
  CHECK(at(harness.get("/me/player/queue").body, "currently_playing").is_null());
}

TEST_CASE("without Premium no command is taken, but reads are") {
  Harness harness;
  harness.token = harness.simulator.grant(spotify::all_scopes(), spotify::kFreeUser).access;
  const Reply reply = harness.put("/me/player/play");
  CHECK(reply.status == 403);
  CHECK(reply.reason() == "PREMIUM_REQUIRED");
  CHECK(harness.get("/me/player/devices").status == 200);
}

TEST_CASE("commands may answer with an opaque text") {
  spotify::Config config;
  config.command_reply = spotify::CommandReply::kOpaqueText;
  Harness harness(config);
  const Reply reply = harness.put("/me/player/play");
  CHECK(reply.status == 200);
  CHECK(reply.body.is_null());
  CHECK(reply.text.size() == 27);
}

TEST_CASE("a lagging service shows the old state for a while") {
  spotify::Config config;
  config.player_lag = milliseconds(1500);
  Harness harness(config);
  REQUIRE(harness.put("/me/player/play").status == 204);
  CHECK(at(harness.get("/me/player").body, "is_playing") == json::Value(false));
  harness.pass(milliseconds(1499));
  CHECK(at(harness.get("/me/player").body, "is_playing") == json::Value(false));
  harness.pass(milliseconds(1));
  CHECK(at(harness.get("/me/player").body, "is_playing") == json::Value(true));
}

TEST_CASE("what was played is in the history, newest first") {
  Harness harness;
  const auto tracks = long_album(harness).tracks;
  const std::string paused = now_playing(harness);
  play_album(harness);
  const Reply before = harness.get("/me/player/recently-played?limit=50");
  // What stood at 42 s counts when it is left.
  CHECK(text_at(before.body, "items.0.track.uri") == paused);
  CHECK(at(before.body, "items").array().size() == 50);
  CHECK(keys_of(before.body) == "cursors href items limit next");
  CHECK(text_at(before.body, "items.0.played_at").size() == 24);
  harness.pass(seconds(31));
  harness.post("/me/player/next");
  harness.pass(seconds(29));
  harness.post("/me/player/next");
  const Reply after = harness.get("/me/player/recently-played?limit=2");
  CHECK(text_at(after.body, "items.0.track.uri") == track_uri(harness, tracks[0]));
  CHECK(text_at(after.body, "items.0.context.type") == "album");
  CHECK(text_at(after.body, "items.1.track.uri") == text_at(before.body, "items.0.track.uri"));
  const std::string cursor = text_at(after.body, "cursors.before");
  const Reply older = harness.get("/me/player/recently-played?limit=1&before=" + cursor);
  CHECK(text_at(older.body, "items.0.played_at") == text_at(before.body, "items.1.played_at"));
  const Reply newer = harness.get("/me/player/recently-played?after=" + cursor);
  CHECK(at(newer.body, "items").array().size() == 1);
  CHECK(harness.get("/me/player/recently-played?after=1&before=2").status == 400);
  const Reply none = harness.get("/me/player/recently-played?after=9999999999999");
  CHECK(at(none.body, "items").array().empty());
  CHECK(at(none.body, "cursors").is_null());
}

// The commands of the player against the simulator: verified, accepted, unchanged, ambiguous, and errors that name
// devices.
#include <chrono>
#include <string>

#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;
using std::chrono::milliseconds;

std::string status(const json::Value& answer) { return text(answer, "status"); }

std::string album_uri(Bench& bench, size_t n) { return "spotify:album:" + bench.simulator.catalogue().albums[n].id; }

TEST_CASE("playing a context is verified and says what plays where") {
  Bench bench;
  const auto answer = bench.answer("play", json::Object{{"context_uri", album_uri(bench, 4)}});
  CHECK(status(answer) == "verified");
  CHECK(text(answer, "summary").starts_with("Playback started. Now playing: \""));
  CHECK(text(answer, "summary").contains("on \"Kitchen speaker\""));
  CHECK(text(answer, "item_uri") == bench.track_uri(bench.simulator.catalogue().albums[4].tracks.front()));
  CHECK(text(answer, "device_id") == bench.device("Kitchen speaker"));
  CHECK(bench.player().is_playing());
  CHECK(bench.simulator.requests("PUT /me/player/play") == 1);
}

TEST_CASE("playing tracks, from a place and from a position") {
  Bench bench;
  const auto answer = bench.answer(
      "play", json::Object{{"uris", bench.track_uris(5)}, {"offset_position", 2}, {"position_ms", 30'000}});
  CHECK(status(answer) == "verified");
  CHECK(text(answer, "item_uri") == bench.track_uri(2));
  const auto by_uri =
      bench.answer("play", json::Object{{"uris", bench.track_uris(5)}, {"offset_uri", bench.track_uri(4)}});
  CHECK(text(by_uri, "item_uri") == bench.track_uri(4));
}

TEST_CASE("arguments of play that contradict each other are refused without a request") {
  Bench bench;
  const std::string artist = "spotify:artist:" + bench.simulator.catalogue().artists[0].id;
  CHECK(bench.error("play", json::Object{{"context_uri", album_uri(bench, 1)}, {"uris", bench.track_uris(1)}})
            .contains("not both"));
  CHECK(bench
            .error("play", json::Object{{"context_uri", album_uri(bench, 1)},
                                        {"offset_position", 1},
                                        {"offset_uri", bench.track_uri(1)}})
            .contains("not both"));
  CHECK(bench.error("play", json::Object{{"offset_position", 1}}).contains("need context_uri or uris"));
  CHECK(bench.error("play", json::Object{{"context_uri", artist}, {"offset_position", 1}}).contains("artist"));
  CHECK(bench.error("play", json::Object{{"context_uri", bench.track_uri(1)}}).contains("context_uri"));
  CHECK(bench.simulator.requests() == 0);
}

TEST_CASE("advertisements, private sessions and devices that take no commands are told as what they are") {
  Bench bench;
  bench.answer("play", json::Object{{"context_uri", album_uri(bench, 4)}});
  bench.player().play_advertisement(std::chrono::seconds(30), bench.simulator.now());
  const auto during = bench.answer("get_playback_state", json::Object{});
  CHECK(text(during, "summary") == "An advertisement plays on \"Kitchen speaker\".");
  CHECK(during.find("item") == nullptr);
  CHECK(during.find("is_playing")->boolean());
  const std::string refused = bench.error("skip_next", json::Object{});
  INFO(refused);
  CHECK(refused.contains("advertisement"));
  CHECK(bench.simulator.requests("POST /me/player/next") == 1);

  Bench silent;
  silent.player().set_private_session(true);
  CHECK(text(silent.answer("get_playback_state", json::Object{}), "summary").contains("private session"));
  sim::spotify::Config config;
  config.private_session = sim::spotify::PrivateSession::kNoItem;
  Bench quiet(config);
  quiet.player().set_private_session(true);
  CHECK(text(quiet.answer("get_playback_state", json::Object{}), "summary").contains("private session"));

  int restricted = 0;
  for (const json::Value& each : items(bench.answer("get_devices", json::Object{}))) {
    restricted += each.find("restricted") != nullptr ? 1 : 0;
  }
  CHECK(restricted == 2);
  Bench idle;
  CHECK(idle.error("play", json::Object{{"device_id", idle.device("Bedroom radio")}}).contains("takes no commands"));
}

TEST_CASE("resume, then resume again: the second changes nothing and is no error") {
  Bench bench;
  CHECK(status(bench.answer("play", json::Object{})) == "verified");
  const auto again = bench.answer("play", json::Object{});
  CHECK(status(again) == "unchanged");
  CHECK(text(again, "summary").starts_with("It was so already"));
}

TEST_CASE("pause, then pause again") {
  Bench bench;
  bench.answer("play", json::Object{});
  CHECK(status(bench.answer("pause", json::Object{})) == "verified");
  CHECK_FALSE(bench.player().is_playing());
  CHECK(status(bench.answer("pause", json::Object{})) == "unchanged");
}

TEST_CASE("a player that shows the new state late is looked at twice, then the command is accepted") {
  Bench late({.player_lag = milliseconds(800)});
  CHECK(status(late.answer("play", json::Object{})) == "verified");
  CHECK(late.simulator.requests("GET /me/player") == 3);  // Where it stood, and two looks.

  Bench slow({.player_lag = milliseconds(10'000)});
  const auto answer = slow.answer("play", json::Object{});
  CHECK(status(answer) == "accepted");
  CHECK(text(answer, "summary").contains("get_playback_state"));
  CHECK(slow.simulator.requests("GET /me/player") == 3);
  CHECK(slow.simulator.requests("PUT /me/player/play") == 1);
}

TEST_CASE("close to the deadline nothing is looked at") {
  Bench bench;
  bench.time_allowed = std::chrono::seconds(1);
  CHECK(status(bench.answer("play", json::Object{})) == "accepted");
  CHECK(bench.simulator.requests("GET /me/player") == 0);
}

TEST_CASE("no active device: the error lists those that are there, with their ids") {
  Bench bench;
  bench.player().remove_device(bench.device("Kitchen speaker"));
  const std::string message = bench.error("play", json::Object{});
  CHECK(message == "No active device. Devices: \"Robin's phone\" (id " + bench.device("Robin's phone") +
                       ", Smartphone). Pass device_id, or open Spotify on one of them.");
  // Devices that take no commands, or have no id, are no use to name.
  CHECK_FALSE(message.contains("Bedroom radio"));
  const auto named = bench.answer("play", json::Object{{"device_id", bench.device("Robin's phone")}});
  CHECK(status(named) == "verified");
  CHECK(text(named, "device_id") == bench.device("Robin's phone"));
}

TEST_CASE("an unknown device: the error lists the others") {
  Bench bench;
  const std::string message = bench.error("play", json::Object{{"device_id", "gone"}});
  CHECK(message.starts_with("No device with that id is online. Devices: \"Kitchen speaker\" (id "));
}

TEST_CASE("a device that takes no commands is named as the reason, with those that do") {
  Bench bench;
  const std::string radio = bench.device("Bedroom radio");
  for (const auto& [tool, arguments] :
       std::vector<std::pair<std::string, json::Object>>{{"play", {}},
                                                         {"skip_next", {}},
                                                         {"set_volume", {{"volume_percent", 5}}},
                                                         {"transfer_playback", {}},
                                                         {"add_to_queue", {{"uri", bench.track_uri(1)}}}}) {
    INFO(tool);
    json::Object named = arguments;
    named.set("device_id", radio);
    CHECK(bench.error(tool, named)
              .starts_with(
                  "\"Bedroom radio\" takes no commands; choose another device. Devices: \"Kitchen speaker\" (id "));
  }
  CHECK(bench.error("set_volume", json::Object{{"volume_percent", 5}, {"device_id", radio}, {"dry_run", true}})
            .starts_with("\"Bedroom radio\" takes no commands"));
}

TEST_CASE("places that are not there are told with those that are") {
  Bench bench;
  const json::Array two = bench.track_uris(2);
  CHECK(bench.error("play", json::Object{{"uris", two}, {"offset_position", 2}}) ==
        "offset_position must be below 2: uris has 2 items, and the first is 0.");
  CHECK(bench.error("play", json::Object{{"uris", two}, {"offset_uri", bench.track_uri(9)}}) ==
        "offset_uri must be one of uris.");
  CHECK(bench.simulator.requests() == 0);
  CHECK(bench.error("play", json::Object{{"context_uri", album_uri(bench, 4)}, {"offset_position", 99'999}})
            .starts_with("There is no such place in what is to be played: offset_position"));
}

TEST_CASE("going beyond the end plays the next item, and says so") {
  Bench bench;
  bench.answer("play", json::Object{{"context_uri", album_uri(bench, 4)}});
  const auto& catalogue = bench.simulator.catalogue();
  const auto& tracks = catalogue.albums[4].tracks;
  const std::string beyond =
      "That is beyond the end (" + std::to_string(catalogue.tracks[tracks[0]].duration_ms) + " ms), so the next item";
  const auto dry = bench.answer("seek", json::Object{{"position_ms", 80'000'000}, {"dry_run", true}});
  CHECK(text(dry, "summary").ends_with(beyond + " would play."));
  const auto answer = bench.answer("seek", json::Object{{"position_ms", 80'000'000}});
  CHECK(status(answer) == "verified");
  CHECK(text(answer, "summary").starts_with(beyond + " plays."));
  CHECK(text(answer, "item_uri") == bench.track_uri(tracks[1]));
}

TEST_CASE("no device at all") {
  Bench bench;
  while (!bench.player().devices().empty() && bench.player().devices().front().id) {
    const std::string id = *bench.player().devices().front().id;
    bench.player().remove_device(id);
  }
  CHECK(bench.error("play", json::Object{}).contains("Open Spotify on a phone, computer or speaker"));
  // Nothing plays, which is what a pause wants.
  CHECK(status(bench.answer("pause", json::Object{})) == "unchanged");
  CHECK(text(bench.answer("get_playback_state", json::Object{}), "summary").starts_with("Nothing is playing"));
}

TEST_CASE("skipping is verified by what the player shows") {
  Bench bench;
  bench.answer("play", json::Object{{"context_uri", album_uri(bench, 4)}});
  const auto& tracks = bench.simulator.catalogue().albums[4].tracks;
  REQUIRE(tracks.size() >= 2);
  const auto next = bench.answer("skip_next", json::Object{});
  CHECK(status(next) == "verified");
  CHECK(text(next, "item_uri") == bench.track_uri(tracks[1]));
  const auto back = bench.answer("skip_previous", json::Object{});
  CHECK(status(back) == "verified");
  CHECK(text(back, "item_uri") == bench.track_uri(tracks[0]));
}

TEST_CASE("skipping at the end is an error, not a success") {
  Bench bench;
  bench.answer("play", json::Object{{"uris", bench.track_uris(1)}});
  const std::string message = bench.error("skip_next", json::Object{});
  CHECK(message.contains("player does not allow this"));
}

TEST_CASE("seek, volume, shuffle, repeat and transfer reach the player") {
  Bench bench;
  CHECK(status(bench.answer("seek", json::Object{{"position_ms", 60'000}})) == "verified");
  CHECK(status(bench.answer("set_volume", json::Object{{"volume_percent", 15}})) == "verified");
  CHECK(bench.player().active_device()->volume_percent == 15);
  CHECK(status(bench.answer("set_shuffle", json::Object{{"shuffle", true}})) == "verified");
  CHECK(bench.player().shuffle() == sim::spotify::Shuffle::kOn);
  CHECK(status(bench.answer("set_repeat", json::Object{{"mode", "context"}})) == "verified");
  CHECK(bench.player().repeat() == sim::spotify::Repeat::kContext);
  const auto moved =
      bench.answer("transfer_playback", json::Object{{"device_id", bench.device("Robin's phone")}, {"play", true}});
  CHECK(status(moved) == "verified");
  CHECK(bench.player().active_device()->name == "Robin's phone");
  CHECK(bench.player().is_playing());
}

TEST_CASE("a device whose volume is fixed says so") {
  Bench bench;
  const std::string phone = bench.device("Robin's phone");
  CHECK(bench.error("set_volume", json::Object{{"volume_percent", 15}, {"device_id", phone}})
            .starts_with("The volume of this device cannot be set from here."));
  CHECK(bench.error("set_volume", json::Object{{"volume_percent", 15}, {"device_id", phone}, {"dry_run", true}})
            .starts_with("The volume of \"Robin's phone\" cannot be set from here."));
  CHECK(bench.error("set_volume", json::Object{{"volume_percent", 15}, {"device_id", "gone"}, {"dry_run", true}})
            .starts_with("No device with that id is online. Devices: "));
  const auto devices = bench.answer("get_devices", json::Object{});
  bool found = false;
  for (const auto& device : items(devices)) {
    if (text(device, "id") != phone) continue;
    found = true;
    CHECK(device.find("volume_fixed")->boolean());
  }
  CHECK(found);
}

TEST_CASE("without Premium the reason is named") {
  Bench bench;
  bench.tokens.token = bench.simulator.grant(sim::spotify::all_scopes(), sim::spotify::kFreeUser).access;
  CHECK(bench.error("play", json::Object{}).contains("Premium"));
}

TEST_CASE("a command that was cut off is looked up: verified when the player shows it, ambiguous when not") {
  Bench arrived;
  arrived.fault({.kind = FaultKind::kResetAfter, .method = "PUT", .path = "/me/player/play"});
  CHECK(status(arrived.answer("play", json::Object{{"context_uri", album_uri(arrived, 4)}})) == "verified");
  CHECK(arrived.simulator.requests("PUT /me/player/play") == 1);

  Bench lost;
  lost.fault({.kind = FaultKind::kResetBefore, .method = "PUT", .path = "/me/player/play"});
  const auto answer = lost.answer("play", json::Object{{"context_uri", album_uri(lost, 4)}});
  CHECK(status(answer) == "ambiguous");
  CHECK(text(answer, "summary").contains("may or may not"));
  CHECK(lost.simulator.requests("PUT /me/player/play") == 1);
}

TEST_CASE("an opaque answer to a command is a success") {
  Bench bench({.command_reply = sim::spotify::CommandReply::kOpaqueText});
  CHECK(status(bench.answer("play", json::Object{})) == "verified");
}

TEST_CASE("the queue is shown and lengthened") {
  Bench bench;
  bench.answer("play", json::Object{{"context_uri", album_uri(bench, 4)}});
  const auto added = bench.answer("add_to_queue", json::Object{{"uri", bench.track_uri(77)}});
  CHECK(status(added) == "accepted");
  const auto queue = bench.answer("get_queue", json::Object{});
  CHECK(text(items(queue).front(), "uri") == bench.track_uri(77));
  CHECK(integer(queue, "returned") == static_cast<int64_t>(items(queue).size()));
  CHECK(wire_cost(queue) <= 32 * 1024);
  CHECK(queue.find("currently_playing") != nullptr);
}

TEST_CASE("a queue request without an answer is ambiguous and is not sent twice") {
  Bench bench;
  bench.fault({.kind = FaultKind::kResetAfter, .method = "POST", .path = "/me/player/queue"});
  CHECK(status(bench.answer("add_to_queue", json::Object{{"uri", bench.track_uri(77)}})) == "ambiguous");
  CHECK(bench.simulator.requests("POST /me/player/queue") == 1);
}

TEST_CASE("what plays is told in one sentence and in fields") {
  Bench bench;
  const auto answer = bench.answer("get_playback_state", json::Object{});
  CHECK(text(answer, "summary").starts_with("Paused: \""));
  CHECK(answer.find("is_playing")->boolean() == false);
  CHECK(integer(*answer.find("device"), "volume_percent") == 40);
  CHECK(text(answer, "context_uri").starts_with("spotify:album:"));
  CHECK(text(answer, "repeat") == "off");
}

}  // namespace
}  // namespace tools

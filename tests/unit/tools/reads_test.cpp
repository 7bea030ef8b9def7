// The reading tools against the simulator: lists that can be walked to their end, partial answers, budgets, lockdown.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;

bool distinct(const std::vector<std::string>& uris) { return std::set(uris.begin(), uris.end()).size() == uris.size(); }

TEST_CASE("search walks Spotify's pages of ten to the limit") {
  Bench bench;
  const auto answer = bench.answer("search_tracks", json::Object{{"query", "midnight"}, {"limit", 25}});
  REQUIRE(items(answer).size() == 25);
  CHECK(integer(answer, "returned") == 25);
  CHECK(distinct(uris(answer)));
  CHECK(bench.simulator.requests("GET /search") == 3);
  const json::Value& first = items(answer).front();
  CHECK(text(first, "uri").starts_with("spotify:track:"));
  CHECK_FALSE(text(first, "name").empty());
  CHECK(text(first, "url").starts_with("https://open.spotify.com/track/"));
  CHECK(first.find("artists")->is_array());
}

TEST_CASE("a search goes on where it ended, with nothing lost or doubled") {
  Bench bench;
  const auto at_once = uris(bench.answer("search_tracks", json::Object{{"query", "midnight"}, {"limit", 50}}));
  REQUIRE(at_once.size() == 50);
  std::vector<std::string> in_parts;
  json::Object arguments{{"query", "midnight"}, {"limit", 7}};
  while (in_parts.size() < 49) {
    const auto answer = bench.answer("search_tracks", arguments);
    for (auto& uri : uris(answer)) in_parts.push_back(std::move(uri));
    arguments.set("cursor", text(answer, "next_cursor"));
  }
  in_parts.resize(49);
  CHECK(std::equal(in_parts.begin(), in_parts.end(), at_once.begin()));
}

TEST_CASE("a search of several types keeps a place for each of them") {
  Bench bench;
  const json::Array types{"artist", "playlist", "track", "album"};
  const auto answer = bench.answer("search", json::Object{{"query", "a"}, {"types", types}, {"limit", 5}});
  CHECK(answer.find("totals")->array().size() == 4);
  // Tracks first, whatever the order of asking.
  CHECK(text(items(answer).front(), "uri").starts_with("spotify:track:"));
  // Every fourth playlist is null: counted, not shown.
  CHECK(integer(answer, "skipped") >= 1);
  const auto walked = walk(bench, "search", {{"query", "road"}, {"types", types}, {"limit", 20}});
  CHECK(distinct(walked.uris));
  CHECK(static_cast<int64_t>(walked.uris.size()) + walked.skipped == walked.total);
}

TEST_CASE("when a later page fails, what came is given and said to be incomplete") {
  Bench bench;
  bench.fault({.kind = FaultKind::kQuotaExceeded, .method = "GET", .path = "/search", .skip = 2, .times = 99});
  const auto answer = bench.answer("search_tracks", json::Object{{"query", "midnight"}, {"limit", 50}});
  CHECK(items(answer).size() == 20);
  CHECK(text(answer, "incomplete").starts_with("Some results could not be read."));
  CHECK_FALSE(text(answer, "next_cursor").empty());
  CHECK(bench.simulator.requests("GET /search") == 3);
}

TEST_CASE("when the first page fails, it is an error with the reason") {
  Bench bench;
  bench.fault({.kind = FaultKind::kQuotaExceeded, .method = "GET", .path = "/search"});
  CHECK(bench.error("search_tracks", json::Object{{"query", "midnight"}}).contains("Spotify"));
}

TEST_CASE("names that break careless programs reach the search as they are") {
  for (const std::string query : {"Don't Stop Believin'", "AC/DC", "artist:\"Daft Punk\"", "<3", "P!nk; DROP TABLE",
                                  "naïve café 🎧", "مرحبا بالعالم", "100% & more?a=b#c", "back\\slash"}) {
    Bench bench;
    std::string asked;
    struct Spy final : http::Client {
      http::Client& next;
      std::string& asked;
      Spy(http::Client& client, std::string& out) : next(client), asked(out) {}
      base::Task<base::Result<http::Response>> send(http::Request request) override {
        const auto query_text = http::split_target(request.target).query;
        asked = http::find_parameter(http::parse_query(query_text).value(), "q").value_or("");
        return next.send(std::move(request));
      }
    } spy(bench.http, asked);
    bench.client = std::make_shared<spotify::Client>(
        spotify::Client::Services{spy, bench.tokens, bench.gate, bench.loop, bench.loop, bench.random, bench.log},
        spotify::ClientOptions{});
    bench.answer("search_tracks", json::Object{{"query", query}, {"limit", 1}});
    CHECK(asked == query);
  }
}

TEST_CASE("one track, album and artist in detail") {
  Bench bench;
  const auto& track = bench.simulator.catalogue().tracks[3];
  for (const std::string& name :
       {track.id, "spotify:track:" + track.id, "https://open.spotify.com/track/" + track.id}) {
    const auto answer = bench.answer("get_track_details", json::Object{{"track_id", name}});
    CHECK(text(answer, "uri") == "spotify:track:" + track.id);
    CHECK(text(answer, "isrc") == track.isrc);
    CHECK(integer(answer, "duration_ms") == track.duration_ms);
    CHECK(text(*answer.find("album"), "uri") == "spotify:album:" + bench.simulator.catalogue().albums[track.album].id);
  }
  const auto& album = bench.simulator.catalogue().albums[track.album];
  const auto album_answer = bench.answer("get_album_details", json::Object{{"album_id", album.id}});
  CHECK(items(album_answer).size() == album.tracks.size());
  CHECK(bench.simulator.requests("GET /albums/{id}/tracks") == 0);
  const auto& artist = bench.simulator.catalogue().artists[track.artists.front()];
  CHECK(text(bench.answer("get_artist_details", json::Object{{"artist_id", artist.id}}), "name") == artist.name);
}

TEST_CASE("an album can be read in parts") {
  Bench bench;
  const auto& albums = bench.simulator.catalogue().albums;
  const auto longest = std::ranges::max_element(albums, {}, [](const auto& album) { return album.tracks.size(); });
  REQUIRE(longest->tracks.size() >= 8);
  const auto walked = walk(bench, "get_album_details", {{"album_id", longest->id}, {"limit", 3}});
  REQUIRE(walked.uris.size() == longest->tracks.size());
  for (size_t n = 0; n < walked.uris.size(); ++n) CHECK(walked.uris[n] == bench.track_uri(longest->tracks[n]));
}

TEST_CASE("albums of an artist come through pages of ten") {
  Bench bench;
  const auto& artists = bench.simulator.catalogue().artists;
  const auto busiest = std::ranges::max_element(artists, {}, [](const auto& artist) { return artist.albums.size(); });
  const auto walked = walk(
      bench, "get_artist_albums",
      {{"artist_id", busiest->id}, {"include_groups", json::Array{"single", "album", "compilation"}}, {"limit", 12}});
  CHECK(walked.uris.size() == busiest->albums.size());
  CHECK(distinct(walked.uris));
}

TEST_CASE("something that does not exist is an error that says what to do") {
  Bench bench;
  const std::string message = bench.error("get_track_details", json::Object{{"track_id", "0000000000000000000000"}});
  CHECK(message.contains("Check the id"));
}

TEST_CASE("every list of the library and the user can be walked to its end") {
  Bench bench;
  const auto tracks = walk(bench, "get_saved_tracks", {{"limit", 50}});
  CHECK(tracks.uris.size() == bench.simulator.user().tracks.items().size());
  CHECK(distinct(tracks.uris));
  const auto albums = walk(bench, "get_saved_albums", {{"limit", 7}});
  CHECK(albums.uris.size() == bench.simulator.user().albums.items().size());
  const auto followed = walk(bench, "get_followed_artists", {{"limit", 20}});
  CHECK(followed.uris.size() == bench.simulator.user().followed_artists.items().size());
  CHECK(distinct(followed.uris));
  for (const char* type : {"track", "artist"}) {
    const auto top = walk(bench, "get_top_items", {{"type", type}, {"time_range", "long_term"}, {"limit", 25}});
    CHECK(top.uris.size() == 60);
  }
  const auto recent = walk(bench, "get_recently_played", {{"limit", 9}});
  CHECK(recent.uris.size() == 50);
  const auto playlists = walk(bench, "get_playlists", {{"limit", 4}});
  CHECK(playlists.uris.size() == bench.simulator.user().playlists.items().size());
}

TEST_CASE("the account comes without what Spotify no longer says") {
  Bench bench;
  const auto me = bench.answer("get_me", json::Object{});
  CHECK(text(me, "id") == "sim-listener");
  CHECK(text(me, "name") == "Robin Testwell");
  CHECK(me.find("email") == nullptr);
}

TEST_CASE("null entries are counted and never shown, and the walk still reaches the end") {
  Bench bench;
  bench.fault({.kind = FaultKind::kNullItems, .method = "GET", .path = "/me/tracks", .times = 99});
  const auto walked = walk(bench, "get_saved_tracks", {{"limit", 20}});
  const auto saved = static_cast<int64_t>(bench.simulator.user().tracks.items().size());
  CHECK(static_cast<int64_t>(walked.uris.size()) + walked.skipped == saved);
  CHECK(walked.skipped >= saved / 2 - 3);
  CHECK_FALSE(walked.uris.empty());
}

TEST_CASE("fifty rows with the longest names stay within the budget, and the cursor goes on at the first one dropped") {
  Bench bench;
  auto& catalogue = const_cast<sim::spotify::Catalogue&>(bench.simulator.catalogue());
  for (auto& track : catalogue.tracks) track.name = std::string(400, '"') + track.id;
  for (auto& album : catalogue.albums) album.name = std::string(400, '\\');
  const auto answer = bench.answer("get_saved_tracks", json::Object{{"limit", 50}});
  CHECK(wire_cost(answer) <= 32 * 1024);
  CHECK(items(answer).size() < 50);
  CHECK(text(answer, "truncated").contains("of 50 rows fit"));
  const auto walked = walk(bench, "get_saved_tracks", {{"limit", 50}});
  CHECK(walked.truncated);
  CHECK(walked.uris.size() == bench.simulator.user().tracks.items().size());
  CHECK(distinct(walked.uris));
  for (const char* tool : {"get_followed_artists", "get_recently_played", "get_saved_albums"}) {
    for (auto& artist : catalogue.artists) artist.name = std::string(400, '"');
    const auto long_walk = walk(bench, tool, {{"limit", 50}});
    CHECK(long_walk.truncated);
  }
}

TEST_CASE("a search without a hit says what to do") {
  Bench bench;
  for (const char* tool : {"search", "search_tracks"}) {
    const auto answer = bench.answer(tool, json::Object{{"query", "zzqxvvkkww"}});
    CHECK(items(answer).empty());
    CHECK(text(answer, "summary") == "Nothing found; try fewer or other words.");
    CHECK(bench.answer(tool, json::Object{{"query", "midnight"}}).find("summary") == nullptr);
  }
}

TEST_CASE("a budget that is cut small still gives a row at a time") {
  Bench bench({}, {.answer_bytes_max = 2500});
  const auto walked = walk(
      bench, "search", {{"query", "midnight"}, {"types", json::Array{"track", "album", "playlist"}}, {"limit", 10}});
  CHECK(walked.truncated);
  CHECK(distinct(walked.uris));
  CHECK(static_cast<int64_t>(walked.uris.size()) + walked.skipped == walked.total);
}

TEST_CASE("in lockdown nothing that somebody wrote comes out") {
  Bench bench({}, {.privacy = Privacy::kLockdown});
  const std::string mixed = bench.playlist_id("Mixed bag");
  const std::vector<std::pair<std::string, json::Object>> calls{
      {"search",
       {{"query", "midnight"},
        {"types", json::Array{"track", "album", "artist", "playlist", "show", "episode", "audiobook"}}}},
      {"get_playlist", {{"playlist_id", mixed}}},
      {"get_saved_tracks", {}},
      {"get_devices", {}},
      {"get_playback_state", {}},
      {"get_queue", {}},
      {"get_me", {}},
      {"get_auth_status", {}},
      {"get_album_details", {{"album_id", bench.simulator.catalogue().albums[0].id}}},
      {"add_tracks_to_playlist", {{"playlist_id", mixed}, {"uris", bench.track_uris(1)}, {"dry_run", true}}},
  };
  for (const auto& [tool, arguments] : calls) {
    INFO(tool);
    const std::string answer = json::write(bench.answer(tool, arguments));
    CHECK_FALSE(answer.contains("\"name\""));
    CHECK_FALSE(answer.contains("\"artists\":[\""));
    CHECK_FALSE(answer.contains("Mixed bag"));
    CHECK_FALSE(answer.contains("Kitchen"));
    CHECK_FALSE(answer.contains("Robin"));
    CHECK_FALSE(answer.contains("Cellar"));
  }
}

TEST_CASE("without a login every read says how to get one") {
  Bench bench;
  bench.tokens.logged_out = true;
  CHECK(bench.error("get_me", json::Object{}) == "Not logged in. Call get_auth_url to log in.");
}

}  // namespace
}  // namespace tools

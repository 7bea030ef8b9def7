// How long answers get: what `detail` adds, and that no reading tool goes beyond the budget whatever the names are.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

constexpr size_t kBudget = size_t{32} * 1024;

json::Object with(json::Object arguments, std::string_view detail) {
  arguments.set("detail", detail);
  return arguments;
}

// The lists that have two forms.
std::map<std::string, json::Object> detailed_lists(Bench& bench) {
  return {
      {"search", {{"query", "the"}, {"types", json::Array{"track", "album", "artist"}}}},
      {"search_tracks", {{"query", "the"}}},
      {"get_playlist", {{"playlist_id", bench.playlist_id("Everything, always")}}},
      {"get_saved_tracks", {}},
      {"get_saved_albums", {}},
      {"get_top_items", {{"type", "artist"}}},
  };
}

TEST_CASE("rows are concise unless details are asked for") {
  Bench bench;
  for (const auto& [tool, arguments] : detailed_lists(bench)) {
    CAPTURE(tool);
    const auto plain = bench.answer(tool, arguments);
    CHECK(bench.answer(tool, with(arguments, "concise")) == plain);
    const auto detailed = bench.answer(tool, with(arguments, "detailed"));
    CHECK(wire_cost(detailed) > wire_cost(plain));
    // Longer rows may be fewer, of the same order.
    const auto shorter = uris(detailed);
    const auto all = uris(plain);
    CHECK(shorter.size() >= all.size() / 2);
    CHECK(std::equal(shorter.begin(), shorter.end(), all.begin()));
    for (const json::Value& row : items(plain)) {
      for (const char* more : {"artist_uris", "album_uri", "album_type", "isrc", "genres", "popularity"}) {
        CHECK(row.find(more) == nullptr);
      }
    }
  }
  CHECK(bench.error("get_saved_tracks", with({}, "chatty")).contains("detail"));
}

TEST_CASE("every list that has a detail is among those above") {
  Bench bench;
  const auto known = detailed_lists(bench);
  for (const mcp::Tool& tool : bench.tools) {
    const bool has = tool.input_schema.find("properties")->find("detail") != nullptr;
    CHECK_MESSAGE(has == known.contains(tool.info.name), tool.info.name);
  }
}

TEST_CASE("details of a track lead to its artists and its album, and name the recording") {
  Bench bench;
  const json::Value row = items(bench.answer("search_tracks", with({{"query", "midnight"}}, "detailed"))).front();
  const auto track = bench.answer("get_track_details", json::Object{{"track_id", text(row, "uri")}});
  CHECK(text(row, "album_uri") == text(*track.find("album"), "uri"));
  CHECK(text(row, "isrc") == text(track, "isrc"));
  CHECK(text(row, "released") == text(track, "released"));
  const json::Array& artists = track.find("artists")->array();
  REQUIRE(row.find("artist_uris")->array().size() == artists.size());
  CHECK(row.find("artist_uris")->array().front() == *artists.front().find("uri"));
  // This regime says nothing of popularity; older ones do.
  CHECK(row.find("popularity") == nullptr);
  Bench older({.regime = sim::spotify::Regime::kExtended});
  const auto old = older.answer("search_tracks", with({{"query", "midnight"}}, "detailed"));
  CHECK(items(old).front().find("popularity") != nullptr);
}

TEST_CASE("details of albums and artists") {
  Bench bench;
  const auto album = items(bench.answer("get_saved_albums", with({}, "detailed"))).front();
  CHECK(text(album, "album_type") == "album");
  CHECK(album.find("artist_uris")->array().front().string().starts_with("spotify:artist:"));
  const auto artists = bench.answer("get_top_items", with({{"type", "artist"}}, "detailed"));
  CHECK_FALSE(items(artists).front().find("genres")->array().empty());
}

TEST_CASE("a list goes on in the other form where it ended in one") {
  Bench bench;
  const auto first = bench.answer("get_saved_tracks", with({{"limit", 5}}, "detailed"));
  const auto second =
      bench.answer("get_saved_tracks", json::Object{{"limit", 5}, {"cursor", text(first, "next_cursor")}});
  const auto both = uris(bench.answer("get_saved_tracks", json::Object{{"limit", 10}}));
  CHECK(uris(first) == std::vector(both.begin(), both.begin() + 5));
  CHECK(uris(second) == std::vector(both.begin() + 5, both.end()));
}

TEST_CASE("in lockdown details hold ids and no word") {
  Bench bench({}, {.privacy = Privacy::kLockdown});
  const auto artists = bench.answer("get_top_items", with({{"type", "artist"}}, "detailed"));
  CHECK(items(artists).front().find("genres") == nullptr);
  const auto tracks = bench.answer("get_saved_tracks", with({}, "detailed"));
  CHECK(items(tracks).front().find("name") == nullptr);
  CHECK(items(tracks).front().find("album_uri") != nullptr);
}

// With these a reading tool has as much to say as it can.
std::map<std::string, json::Object> longest_reads(Bench& bench) {
  const auto& made = bench.simulator.catalogue();
  const std::string large = bench.playlist_id("Everything, always");
  const std::string other = bench.playlist_id("Twice as nice");
  json::Array checked;
  for (size_t i = 0; i < 200; ++i) checked.emplace_back("spotify:track:" + made.tracks[i].id);
  const auto listed = [](json::Object arguments = {}) {
    arguments.set("limit", 50);
    return arguments;
  };
  return {
      {"search",
       with(listed({{"query", "a"},
                    {"types", json::Array{"track", "album", "artist", "playlist", "show", "episode", "audiobook"}}}),
            "detailed")},
      {"search_tracks", with(listed({{"query", "a"}}), "detailed")},
      {"get_track_details", {{"track_id", made.tracks[0].id}}},
      {"get_album_details", listed({{"album_id", made.albums[2].id}})},
      {"get_artist_details", {{"artist_id", made.artists[0].id}}},
      {"get_artist_albums", listed({{"artist_id", made.artists[0].id}})},
      {"get_playback_state", {}},
      {"get_devices", {}},
      {"get_recently_played", listed()},
      {"get_queue", {}},
      {"get_playlists", listed()},
      {"get_playlist", with(listed({{"playlist_id", large}}), "detailed")},
      {"get_saved_tracks", with(listed(), "detailed")},
      {"get_saved_albums", with(listed(), "detailed")},
      {"check_library", {{"uris", std::move(checked)}}},
      {"get_me", {}},
      {"get_top_items", with(listed({{"type", "track"}}), "detailed")},
      {"get_followed_artists", listed()},
      {"get_auth_status", {}},
      {"find_duplicates", listed({{"playlist_id", other}})},
      {"find_unavailable", listed({{"playlist_id", large}, {"market", "DE"}})},
      {"diff_playlists", listed({{"first_id", large}, {"second_id", other}})},
      {"export_playlist", {{"playlist_id", large}}},
      {"get_playlist_cover", {{"playlist_id", large}}},
      {"get_show", {{"show_id", made.shows[0].id}}},
      {"get_show_episodes", listed({{"show_id", made.shows[0].id}})},
      {"get_episode", {{"episode_id", made.episodes[0].id}}},
      {"get_saved_shows", listed()},
      {"get_saved_episodes", listed()},
      {"get_audiobook", {{"audiobook_id", made.audiobooks[0].id}}},
      {"get_audiobook_chapters", listed({{"audiobook_id", made.audiobooks[0].id}})},
      {"get_saved_audiobooks", listed()},
      {"get_cache_stats", {}},
      {"get_quota_status", {}},
      {"doctor", {}},
  };
}

// Signs that take most room once they are escaped twice.
void lengthen_names(Bench& bench) {
  auto& made = const_cast<sim::spotify::Catalogue&>(bench.simulator.catalogue());
  const std::string name(400, '"');
  const std::string about(8000, '\\');
  for (auto& each : made.tracks) each.name = name;
  for (auto& each : made.albums) each.name = name;
  for (auto& each : made.artists) each.name = name;
  for (auto& each : made.shows) each.name = name, each.description = about;
  for (auto& each : made.episodes) each.name = name, each.description = about;
  for (auto& each : made.audiobooks) each.name = name, each.description = about;
  for (auto& each : made.chapters) each.name = name;
  for (const auto& [id, playlist] : bench.simulator.world().playlists()) {
    sim::spotify::Playlist& own = *bench.simulator.world().find_playlist(id);
    own.name = name;
    own.description = about;
  }
}

TEST_CASE("no reading tool goes beyond 32 KiB, and what a list leaves out it has a cursor for") {
  Bench bench;
  const auto reads = longest_reads(bench);
  lengthen_names(bench);
  for (const auto& [tool, arguments] : reads) {
    CAPTURE(tool);
    const auto answer = bench.answer(tool, arguments);
    CHECK(wire_cost(answer) <= kBudget);
    if (answer.find("truncated") != nullptr) CHECK_FALSE(text(answer, "next_cursor").empty());
  }
}

TEST_CASE("every reading tool is measured") {
  Bench bench;
  const auto reads = longest_reads(bench);
  for (const mcp::Tool& tool : bench.tools) {
    // It needs a snapshot that was taken before; curation_change_test measures it.
    if (tool.info.effect != mcp::Effect::kRead || tool.info.name == "diff_since_snapshot") continue;
    CHECK_MESSAGE(reads.contains(tool.info.name), tool.info.name);
  }
}

}  // namespace
}  // namespace tools

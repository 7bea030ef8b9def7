// What is refused before anything is sent, and what a dry run sends: nothing that writes.
#include <string>
#include <string_view>
#include <vector>

#include "crypto/base64.h"
#include "tests/unit/tools/bench.h"
#include "tools/receipt.h"

#include "tests/test.h"

namespace tools {
namespace {

struct Bad {
  std::string_view title;
  std::string_view tool;
  std::string_view arguments;
  std::vector<std::string_view> says;
};

// 101 characters, one too many.
const std::string kLongName = R"({"name":")" + std::string(101, 'a') + R"("})";

TEST_CASE("bad arguments are refused with the field's name, and no request is made") {
  const std::vector<Bad> table{
      {"an unknown argument", "search_tracks", R"({"query":"x","colour":"red"})", {"colour", "not known"}},
      {"a misspelt argument", "search_tracks", R"({"query":"x","limt":5})", {"limt", "did you mean limit"}},
      {"a wrong type", "search_tracks", R"({"query":7})", {"query", "string"}},
      {"null", "search_tracks", R"({"query":"x","market":null})", {"market"}},
      {"null for a required one", "search_tracks", R"({"query":null})", {"query"}},
      {"a missing argument", "search_tracks", "{}", {"query is required"}},
      {"no object", "search_tracks", "[1]", {"object"}},
      {"an empty query", "search_tracks", R"({"query":""})", {"query"}},
      {"a control character", "search_tracks", R"({"query":"lo\u0007ve"})", {"query", "control"}},
      {"limit 0", "search_tracks", R"({"query":"x","limit":0})", {"limit", "50"}},
      {"limit 51", "search_tracks", R"({"query":"x","limit":51})", {"limit", "50"}},
      {"a limit that is no integer", "search_tracks", R"({"query":"x","limit":1.5})", {"limit"}},
      {"a limit as text", "search_tracks", R"({"query":"x","limit":"5"})", {"limit"}},
      {"an unknown market", "search_tracks", R"({"query":"x","market":"ZZ"})", {"market"}},
      {"no types", "search", R"({"query":"x","types":[]})", {"types"}},
      {"an unknown type", "search", R"({"query":"x","types":["song"]})", {"types/0", "track"}},
      {"a malformed id", "get_album_details", R"({"album_id":"not an id"})", {"album_id"}},
      {"an id of another kind",
       "get_album_details",
       R"({"album_id":"spotify:track:Inv3ntedInv3ntedInv3nt"})",
       {"album_id"}},
      {"a path in an id", "get_album_details", R"({"album_id":"../../me/playlists/aaaaaa"})", {"album_id"}},
      {"a cursor that we never gave", "search_tracks", R"({"query":"x","cursor":"made-up"})", {"cursor"}},
      {"a control character in a name", "create_playlist", R"({"name":"a\u0000b"})", {"name", "control"}},
      {"a name of 101 characters",
       "create_playlist", kLongName,
       {"name", "100"}},
      {"volume 101", "set_volume", R"({"volume_percent":101})", {"volume_percent", "100"}},
      {"volume -1", "set_volume", R"({"volume_percent":-1})", {"volume_percent"}},
      {"a repeat mode", "set_repeat", R"({"mode":"all"})", {"mode", "context"}},
      {"a boolean as text", "set_shuffle", R"({"shuffle":"true"})", {"shuffle", "true or false"}},
      {"a negative position", "seek", R"({"position_ms":-5})", {"position_ms"}},
      {"an album in the queue", "add_to_queue", R"({"uri":"spotify:album:Inv3ntedInv3ntedInv3nt"})", {"uri"}},
      {"no uris",
       "add_tracks_to_playlist",
       R"({"playlist_id":"Inv3ntedInv3ntedInv3nt","uris":[]})",
       {"uris", "1 to 500"}},
      {"one bad uri of two",
       "add_tracks_to_playlist",
       R"({"playlist_id":"Inv3ntedInv3ntedInv3nt","uris":["spotify:track:Inv3ntedInv3ntedInv3nt","x"]})",
       {"uris/1"}},
      {"two problems at once", "search_tracks", R"({"query":7,"limit":0})", {"query", "limit"}},
      {"an empty update", "update_playlist", R"({"playlist_id":"Inv3ntedInv3ntedInv3nt","name":""})", {"name"}},
  };
  Bench bench;
  for (const Bad& bad : table) {
    INFO(bad.title);
    const auto arguments = json::parse(bad.arguments);
    REQUIRE(arguments);
    const std::string message = bench.error(bad.tool, *arguments);
    for (const std::string_view words : bad.says) {
      INFO(message);
      CHECK(message.contains(words));
    }
  }
  CHECK(bench.simulator.requests() == 0);
}

TEST_CASE("501 uris are refused, not cut") {
  Bench bench;
  CHECK(bench
            .error("add_tracks_to_playlist",
                   json::Object{{"playlist_id", bench.playlist_id("Empty for now")}, {"uris", bench.track_uris(501)}})
            .contains("501"));
  CHECK(bench.simulator.requests() == 0);
}

TEST_CASE("a cursor of one list is refused by another") {
  Bench bench;
  const auto first = bench.answer("search_tracks", json::Object{{"query", "midnight"}, {"limit", 5}});
  const std::string cursor = text(first, "next_cursor");
  REQUIRE_FALSE(cursor.empty());
  for (const auto& [tool, arguments] :
       std::vector<std::pair<std::string, json::Object>>{{"search_tracks", {{"query", "other"}}},
                                                         {"search", {{"query", "midnight"}}},
                                                         {"get_playlists", {}},
                                                         {"get_saved_tracks", {}},
                                                         {"get_recently_played", {}},
                                                         {"get_followed_artists", {}}}) {
    INFO(tool);
    json::Object with_cursor = arguments;
    with_cursor.set("cursor", cursor);
    CHECK(bench.error(tool, with_cursor).starts_with("cursor does not belong to this call"));
  }
}

spotify::PlaylistId playlist_id_of(const std::string& id) { return *spotify::PlaylistId::parse(id); }

TEST_CASE("a dry run of every write sends no write and says what would happen") {
  Bench bench;
  const std::string id = bench.playlist_id("Mixed bag");
  const std::string device = bench.device("Robin's phone");
  const std::vector<std::pair<std::string, json::Object>> calls{
      {"play", {{"uris", bench.track_uris(3)}, {"device_id", device}}},
      {"pause", {}},
      {"skip_next", {}},
      {"skip_previous", {}},
      {"seek", {{"position_ms", 1}}},
      {"set_volume", {{"volume_percent", 1}}},
      {"set_shuffle", {{"shuffle", true}}},
      {"set_repeat", {{"mode", "track"}}},
      {"transfer_playback", {{"device_id", device}}},
      {"add_to_queue", {{"uri", bench.track_uri(1)}}},
      {"create_playlist", {{"name", "x"}}},
      {"update_playlist", {{"playlist_id", id}, {"name", "x"}}},
      {"add_tracks_to_playlist", {{"playlist_id", id}, {"uris", bench.track_uris(150)}}},
      {"remove_tracks_from_playlist", {{"playlist_id", id}, {"uris", bench.track_uris(2)}}},
      {"reorder_playlist", {{"playlist_id", id}, {"range_start", 0}, {"insert_before", 3}}},
      {"unfollow_playlist", {{"playlist_id", id}}},
      {"save_to_library", {{"uris", bench.track_uris(90)}}},
      {"remove_from_library", {{"uris", bench.track_uris(90)}}},
      {"logout", {}},
      {"dedupe_playlist", {{"playlist_id", bench.playlist_id("Twice as nice")}}},
      {"replace_playlist_items", {{"playlist_id", id}, {"uris", bench.track_uris(2)}}},
      {"sort_playlist", {{"playlist_id", id}, {"by", "title"}}},
      {"shuffle_playlist", {{"playlist_id", id}}},
      {"clone_playlist", {{"playlist_id", id}, {"name", "x"}}},
      {"merge_playlists", {{"playlist_ids", json::Array{id}}, {"name", "x"}}},
      {"split_playlist", {{"playlist_id", id}, {"by", "artist"}}},
      {"snapshot_playlist", {{"playlist_id", id}}},
      {"restore_playlist", {{"playlist_id", id}, {"snapshot", "snap_x"}}},
      {"undo", {{"receipt", "rcpt_x"}}},
      {"import_playlist", {{"content", bench.track_uri(3)}}},
      {"set_playlist_cover", {{"playlist_id", id}, {"image", crypto::base64_encode("\xFF\xD8\xFF a picture")}}},
      {"follow_artists", {{"artist_ids", json::Array{bench.stranger()}}}},
      {"unfollow_artists", {{"artist_ids", json::Array{bench.followed()}}}},
      {"cleanup_cache", {}},
      {"clear_user_cache", {}},
  };
  // Something to go back to.
  REQUIRE(bench.loop.run(keep(bench.services, "owner", Snapshot{.id = "snap_x", .playlist = playlist_id_of(id)})));
  REQUIRE(bench.loop.run(keep(bench.services, "owner",
                              Receipt{.id = "rcpt_x", .playlist = playlist_id_of(id), .tool = "x", .is_new = true})));
  size_t writes = 0;
  for (const mcp::Tool& tool : bench.tools) {
    if (tool.input_schema.find("properties")->find("dry_run") != nullptr) ++writes;
  }
  CHECK(calls.size() == writes);
  for (const auto& [tool, arguments] : calls) {
    INFO(tool);
    json::Object dry = arguments;
    dry.set("dry_run", true);
    const auto answer = bench.answer(tool, dry);
    CHECK(text(answer, "status") == "dry_run");
    CHECK(text(answer, "summary").contains("Would "));
  }
  CHECK(bench.writes() == 0);
  CHECK(bench.login.logouts == 0);
  // Not a way around what Spotify would refuse: a playlist that is not there is one in a dry run too.
  CHECK(
      bench
          .error("add_tracks_to_playlist",
                 json::Object{{"playlist_id", std::string(22, '0')}, {"uris", bench.track_uris(1)}, {"dry_run", true}})
          .contains("playlist"));
}

}  // namespace
}  // namespace tools

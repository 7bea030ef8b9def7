// What is refused before anything is sent, and what a dry run sends: nothing that writes.
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/tools/writes.h"

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
      {"a name from elsewhere", "search_tracks", R"({"q":"x"})", {"q is not known", "did you mean query?"}},
      {"a part of a name", "set_volume", R"({"volume":5})", {"volume is not known", "did you mean volume_percent?"}},
      {"an id alone", "get_playlist", R"({"id":"Inv3ntedInv3ntedInv3nt"})", {"did you mean playlist_id?"}},
      {"another spelling", "get_playlist", R"({"playlistId":"x"})", {"did you mean playlist_id?"}},
      {"ids for uris", "add_tracks_to_playlist", R"({"track_ids":["x"]})", {"did you mean uris?"}},
      {"one for a list", "search", R"({"query":"x","types":"track"})", {"types must be an array", "in brackets"}},
      {"a device by its name", "pause", R"({"device_id":"Kitchen speaker"})", {"device_id", "get_devices"}},
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
      {"a name of 101 characters", "create_playlist", kLongName, {"name", "100"}},
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

TEST_CASE("a dry run of every write sends no write and says what would happen") {
  Bench bench;
  const auto calls = every_write(bench);
  // One call of each, so that no new tool is forgotten here and wherever this list is gone through.
  std::vector<std::string> writes;
  for (const mcp::Tool& tool : bench.tools) {
    if (tool.input_schema.find("properties")->find("dry_run") != nullptr) writes.push_back(tool.info.name);
  }
  std::vector<std::string> called;
  for (const WriteCall& call : calls) called.push_back(call.tool);
  std::ranges::sort(writes);
  std::ranges::sort(called);
  CHECK(called == writes);
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

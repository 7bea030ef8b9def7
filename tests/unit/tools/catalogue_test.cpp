// The inventory: every tool is complete, the default stays small, and selection does what its flags say.
#include "tools/catalogue.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using Names = std::vector<std::string>;

Names names(const std::vector<mcp::Tool>& tools) {
  Names out;
  for (const mcp::Tool& tool : tools) out.push_back(tool.info.name);
  return out;
}

std::vector<mcp::Tool> selected(const Bench& bench, const policy::Selection& selection,
                                Audience audience = Audience::kStdio) {
  auto tools = select_tools(bench.tools, selection, audience);
  REQUIRE(tools);
  return *std::move(tools);
}

TEST_CASE("the tools of the design are all there, under their names") {
  const Bench bench;
  CHECK(names(bench.tools) == Names{"search",
                                    "search_tracks",
                                    "get_track_details",
                                    "get_album_details",
                                    "get_artist_details",
                                    "get_artist_albums",
                                    "get_playback_state",
                                    "get_devices",
                                    "get_recently_played",
                                    "play",
                                    "pause",
                                    "skip_next",
                                    "skip_previous",
                                    "seek",
                                    "set_volume",
                                    "set_shuffle",
                                    "set_repeat",
                                    "transfer_playback",
                                    "get_queue",
                                    "add_to_queue",
                                    "get_playlists",
                                    "get_playlist",
                                    "create_playlist",
                                    "update_playlist",
                                    "add_tracks_to_playlist",
                                    "remove_tracks_from_playlist",
                                    "reorder_playlist",
                                    "unfollow_playlist",
                                    "get_saved_tracks",
                                    "get_saved_albums",
                                    "save_to_library",
                                    "remove_from_library",
                                    "check_library",
                                    "get_me",
                                    "get_top_items",
                                    "get_followed_artists",
                                    "get_auth_status",
                                    "get_auth_url",
                                    "authenticate",
                                    "logout",
                                    "find_duplicates",
                                    "dedupe_playlist",
                                    "find_unavailable",
                                    "replace_playlist_items",
                                    "sort_playlist",
                                    "shuffle_playlist",
                                    "clone_playlist",
                                    "merge_playlists",
                                    "split_playlist",
                                    "diff_playlists",
                                    "diff_since_snapshot",
                                    "snapshot_playlist",
                                    "restore_playlist",
                                    "undo",
                                    "export_playlist",
                                    "import_playlist",
                                    "set_playlist_cover",
                                    "get_playlist_cover",
                                    "get_show",
                                    "get_show_episodes",
                                    "get_episode",
                                    "get_saved_shows",
                                    "get_saved_episodes",
                                    "get_audiobook",
                                    "get_audiobook_chapters",
                                    "get_saved_audiobooks",
                                    "follow_artists",
                                    "unfollow_artists",
                                    "get_cache_stats",
                                    "cleanup_cache",
                                    "clear_user_cache",
                                    "get_quota_status",
                                    "doctor"});
}

TEST_CASE("every tool has a title, a description, four hints and both schemas") {
  const Bench bench;
  CHECK_FALSE(find_catalogue_flaw(bench.tools));
  for (const mcp::Tool& tool : bench.tools) {
    INFO(tool.info.name);
    const json::Object entry = mcp::describe(tool, mcp::Revision::k2026_07_28);
    CHECK_FALSE(entry.find("title")->string().empty());
    CHECK_FALSE(entry.find("description")->string().empty());
    for (const char* hint : {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}) {
      CHECK(entry.find("annotations")->find(hint) != nullptr);
    }
    CHECK(entry.find("inputSchema")->find("additionalProperties")->boolean() == false);
    CHECK(entry.find("outputSchema")->text_or_empty("type") == "object");
    CHECK(entry.find("outputSchema")->find("required") != nullptr);
    const bool has_dry_run = tool.input_schema.find("properties")->find("dry_run") != nullptr;
    // Beginning and completing a login change nothing on Spotify and cannot be rehearsed.
    const bool is_login = tool.info.name == "get_auth_url" || tool.info.name == "authenticate";
    CHECK(has_dry_run == (tool.info.effect != mcp::Effect::kRead && !is_login));
  }
}

TEST_CASE("flaws of a catalogue are found") {
  const Bench bench;
  const auto flaw_when = [&](auto change) {
    std::vector<mcp::Tool> tools{bench.find("search"), bench.find("play")};
    change(tools);
    return find_catalogue_flaw(tools).value_or("");
  };
  CHECK(flaw_when([](auto&) {}).empty());
  CHECK(flaw_when([](auto& tools) { tools.push_back(tools.front()); }) == "search: a second tool of that name");
  CHECK(flaw_when([](auto& tools) { tools[0].info.title.clear(); }) == "search: the title is missing");
  CHECK(flaw_when([](auto& tools) { tools[0].info.toolset = "none"; }) == "search: its toolset is not in the table");
  CHECK(flaw_when([](auto& tools) { tools[0].output_schema.reset(); }) == "search: the output schema is missing");
  CHECK(flaw_when([](auto& tools) { tools[1].info.scopes = {"everything"}; }) ==
        "play: a scope that Spotify does not have");
  CHECK(flaw_when([](auto& tools) { tools[0].input_schema.set("anyOf", json::Array{}); }) ==
        "search: a combinator at a root");
  CHECK(flaw_when([](auto& tools) { tools[0].input_schema.set("additionalProperties", true); }) ==
        "search: arguments without additionalProperties false");
}

TEST_CASE("the default list stays under 40 tools and 30,000 bytes") {
  const Bench bench;
  for (const Audience audience : {Audience::kStdio, Audience::kHttp}) {
    const auto tools = selected(bench, {}, audience);
    CHECK(tools.size() < 40);
    json::Array entries;
    for (const mcp::Tool& tool : tools) entries.emplace_back(mcp::describe(tool, mcp::Revision::k2026_07_28));
    const size_t bytes = json::write(json::Object{{"tools", std::move(entries)}}).size();
    MESSAGE(tools.size() << " tools, " << bytes << " bytes");
    CHECK(bytes < 30'000);
  }
}

size_t bytes_of(const std::vector<mcp::Tool>& tools) {
  json::Array entries;
  for (const mcp::Tool& tool : tools) entries.emplace_back(mcp::describe(tool, mcp::Revision::k2026_07_28));
  return json::write(json::Object{{"tools", std::move(entries)}}).size();
}

TEST_CASE("the list of all toolsets stays under 120,000 bytes") {
  const Bench bench;
  MESSAGE(bench.tools.size() << " tools, " << bytes_of(bench.tools) << " bytes");
  CHECK(bytes_of(bench.tools) < 120'000);
}

TEST_CASE("podcasts, following and operations come when asked for") {
  const Bench bench;
  const auto has = [](const std::vector<mcp::Tool>& tools, std::string_view name) {
    return std::ranges::any_of(tools, [&](const mcp::Tool& tool) { return tool.info.name == name; });
  };
  for (const auto& [toolset, tool] : std::vector<std::pair<std::string, std::string>>{
           {"podcasts", "get_show"}, {"follow", "follow_artists"}, {"operations", "doctor"}}) {
    CHECK_FALSE(has(selected(bench, {}), tool));
    CHECK(has(selected(bench, {.toolsets = Names{toolset}}), tool));
  }
}

TEST_CASE("every tool says on which operations it stands, and every row is of a tool") {
  const Bench bench;
  const std::set<std::string> of_this_server{"get_auth_status",  "get_auth_url",    "authenticate",
                                             "logout",           "get_cache_stats", "cleanup_cache",
                                             "clear_user_cache", "get_quota_status"};
  for (const mcp::Tool& tool : bench.tools) {
    CHECK_MESSAGE(operations_of(tool.info.name).empty() == of_this_server.contains(tool.info.name), tool.info.name);
  }
  for (const Need& need : needs()) {
    CHECK_MESSAGE(std::ranges::any_of(bench.tools, [&](const auto& tool) { return tool.info.name == need.tool; }),
                  need.tool);
  }
}

TEST_CASE("what a regime lacks makes a tool impossible, and dev2026 lacks nothing that a tool stands on") {
  using spotify::Operation;
  using spotify::Regime;
  const std::vector<Operation> stands_on{Operation::kGetTrack, Operation::kGetRecommendations, Operation::kGetMarkets};
  CHECK(missing_in(Regime::kDev2026, stands_on) == Operation::kGetRecommendations);
  CHECK(missing_in(Regime::kExtended, std::span(stands_on).first(1)) == std::nullopt);
  CHECK(missing_in(Regime::kExtended, std::span(stands_on).last(1)) == std::nullopt);
  CHECK(missing_in(Regime::kDev2026, std::span(stands_on).last(1)) == Operation::kGetMarkets);
  const Bench bench;
  for (const Regime regime : {Regime::kDev2026, Regime::kDevLegacy, Regime::kExtended}) {
    const auto tools = select_tools(bench.tools, {.toolsets = Names{"all"}}, Audience::kStdio, regime);
    CHECK(tools->size() == bench.tools.size());
  }
}

TEST_CASE("logging in from within the assistant is for stdio; logout and check_library come when asked for") {
  const Bench bench;
  const auto has = [](const std::vector<mcp::Tool>& tools, std::string_view name) {
    return std::ranges::any_of(tools, [&](const mcp::Tool& tool) { return tool.info.name == name; });
  };
  CHECK(has(selected(bench, {}, Audience::kStdio), "get_auth_url"));
  CHECK_FALSE(has(selected(bench, {}, Audience::kHttp), "get_auth_url"));
  CHECK_FALSE(has(selected(bench, {}, Audience::kStdio), "logout"));
  CHECK(has(selected(bench, {.toolsets = Names{"auth"}}), "logout"));
  CHECK_FALSE(has(selected(bench, {}, Audience::kHttp), "check_library"));
  CHECK(has(selected(bench, {.toolsets = Names{"library"}}), "check_library"));
  CHECK(names(selected(bench, {.tools = {"logout"}})) == Names{"logout"});
  CHECK(selected(bench, {.toolsets = Names{"all"}}).size() == bench.tools.size());
}

TEST_CASE("read-only keeps what only reads") {
  const Bench bench;
  for (const mcp::Tool& tool : selected(bench, {.toolsets = Names{"all"}, .access = policy::Access::kReadOnly})) {
    CHECK(tool.info.effect == mcp::Effect::kRead);
  }
}

TEST_CASE("tools that the login does not allow are left out") {
  const Bench bench;
  const auto kept = names(selected(bench, {.granted_scopes = Names{"user-read-playback-state"}}, Audience::kHttp));
  CHECK(std::ranges::find(kept, "get_devices") != kept.end());
  CHECK(std::ranges::find(kept, "search") != kept.end());
  CHECK(std::ranges::find(kept, "play") == kept.end());
  CHECK(std::ranges::find(kept, "get_queue") == kept.end());
}

TEST_CASE("unknown names are refused with a suggestion") {
  const Bench bench;
  const auto refused = select_tools(bench.tools, {.toolsets = Names{"playlist"}}, Audience::kStdio);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.ends_with("Did you mean playlists?"));
}

TEST_CASE("the scopes of all tools are asked for once each") {
  const Bench bench;
  const auto scopes = scopes_of(bench.tools);
  CHECK(std::set(scopes.begin(), scopes.end()).size() == scopes.size());
  CHECK(std::ranges::find(scopes, "user-modify-playback-state") != scopes.end());
  CHECK(std::ranges::find(scopes, "ugc-image-upload") != scopes.end());
  // A login for the default tools asks for nothing that only another toolset needs.
  const auto usual = scopes_of(selected(bench, {}));
  CHECK(std::ranges::find(usual, "ugc-image-upload") == usual.end());
}

TEST_CASE("curation comes when asked for") {
  const Bench bench;
  for (const Audience audience : {Audience::kStdio, Audience::kHttp}) {
    for (const mcp::Tool& tool : selected(bench, {}, audience)) {
      CHECK((tool.info.toolset != "curation" || tool.info.name == "undo"));
    }
  }
  CHECK(selected(bench, {.toolsets = Names{"curation"}}).size() == 18);
}

}  // namespace
}  // namespace tools

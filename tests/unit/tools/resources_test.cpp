// Resources and prompts over the simulator: a resource is its tool's answer, under the tool's rules; a prompt says what
// its tools can do.
#include "tools/resources.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/tools/bench.h"
#include "tools/prompts.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;
using Variables = std::map<std::string, std::string>;

mcp::CallContext context_on(Bench& bench) {
  return {bench.loop, {}, mcp::Revision::k2026_07_28, bench.loop.now() + bench.time_allowed};
}

base::Result<std::vector<mcp::ResourceContents>> read(Bench& bench, const mcp::ResourceRead& read, std::string uri,
                                                      Variables variables = {}) {
  mcp::CallContext context = context_on(bench);
  return bench.loop.run(read(context, std::move(uri), std::move(variables)));
}

const mcp::ResourceTemplate& find(const Resources& resources, std::string_view uri) {
  const auto found = std::ranges::find(resources.templates, uri, &mcp::ResourceTemplate::uri_template);
  REQUIRE(found != resources.templates.end());
  return *found;
}

const mcp::Prompt& find(const std::vector<mcp::Prompt>& prompts, std::string_view name) {
  const auto found = std::ranges::find(prompts, name, &mcp::Prompt::name);
  REQUIRE(found != prompts.end());
  return *found;
}

std::vector<std::string> complete(Bench& bench, const mcp::Complete& complete, std::string argument,
                                  std::string typed) {
  mcp::CallContext context = context_on(bench);
  const auto values = bench.loop.run(complete(context, std::move(argument), std::move(typed), {}));
  REQUIRE(values);
  return *values;
}

base::Result<mcp::PromptResult> get(Bench& bench, const mcp::Prompt& prompt, Variables values) {
  mcp::CallContext context = context_on(bench);
  return bench.loop.run(prompt.get(context, std::move(values)));
}

std::string text_of(const mcp::PromptResult& result) {
  REQUIRE(result.messages.size() == 1);
  CHECK(result.messages.front().role == "user");
  return result.messages.front().content.block.find("text")->string();
}

TEST_CASE("every fixed resource can be read and holds JSON under its own URI") {
  Bench bench;
  const Resources resources = resources_over(bench.tools);
  CHECK(resources.fixed.size() == 12);
  for (const mcp::Resource& resource : resources.fixed) {
    INFO(resource.uri);
    CHECK_FALSE(mcp::find_flaw(resource));
    const auto contents = read(bench, resource.read, resource.uri);
    REQUIRE(contents);
    REQUIRE(contents->size() == 1);
    CHECK(contents->front().uri == resource.uri);
    CHECK(contents->front().mime_type == "application/json");
    CHECK(json::parse(contents->front().text));
  }
  CHECK(bench.writes() == 0);
}

TEST_CASE("a resource is the answer of its tool") {
  Bench bench;
  const Resources resources = resources_over(bench.tools);
  const std::string id = bench.playlist_id("Mixed bag");
  const auto contents =
      read(bench, find(resources, "spotify://playlist/{id}").read, "spotify://playlist/" + id, {{"id", id}});
  REQUIRE(contents);
  CHECK(contents->front().text == json::write(bench.answer("get_playlist", json::Object{{"playlist_id", id}})));

  for (const std::string query : {"midnight", "Don't Stop", "AC/DC", "<3", "P!nk; DROP TABLE"}) {
    INFO(query);
    const auto found = read(bench, find(resources, "tracks://search/{query}").read, "x", {{"query", query}});
    REQUIRE(found);
    CHECK(found->front().text == json::write(bench.answer("search_tracks", json::Object{{"query", query}})));
  }
}

TEST_CASE("every template can be read, and the original's URIs give what ours give") {
  Bench bench;
  const Resources resources = resources_over(bench.tools);
  const auto& catalogue = bench.simulator.catalogue();
  const std::map<std::string, std::string> ids{{"playlist", bench.playlist_id("Mixed bag")},
                                               {"album", catalogue.albums[0].id},
                                               {"artist", catalogue.artists[0].id},
                                               {"track", catalogue.tracks[0].id}};
  const auto read_at = [&](std::string_view uri_template, const std::string& name, const std::string& value) {
    const auto contents = read(bench, find(resources, uri_template).read, "x", {{name, value}});
    REQUIRE(contents);
    return contents->front().text;
  };
  for (const auto& [kind, id] : ids) {
    INFO(kind);
    const std::string others = kind == "playlist" ? "playlists://user/{id}" : kind + "s://details/{id}";
    CHECK(read_at(others, "id", id) == read_at("spotify://" + kind + "/{id}", "id", id));
  }
  CHECK(json::parse(read_at("tracks://search/{query}", "query", "midnight")));
  CHECK(resources.templates.size() == 2 * ids.size() + 1);
  const auto all = std::ranges::find(resources.fixed, "playlists://user/all", &mcp::Resource::uri);
  REQUIRE(all != resources.fixed.end());
  const auto mine = std::ranges::find(resources.fixed, "spotify://me/playlists", &mcp::Resource::uri);
  CHECK(read(bench, all->read, "x")->front().text == read(bench, mine->read, "x")->front().text);
}

TEST_CASE("a resource fails as its tool does") {
  Bench bench;
  const Resources resources = resources_over(bench.tools);
  const auto& track = find(resources, "spotify://track/{id}");
  const auto malformed = read(bench, track.read, "spotify://track/nonsense", {{"id", "nonsense"}});
  REQUIRE_FALSE(malformed);
  CHECK(malformed.error().code == base::Code::kInvalidArgument);
  CHECK(malformed.error().message == bench.error("get_track_details", json::Object{{"track_id", "nonsense"}}));

  const std::string absent(22, '0');
  const auto missing = read(bench, track.read, "spotify://track/" + absent, {{"id", absent}});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == base::Code::kNotFound);

  bench.tokens.logged_out = true;
  const auto refused = read(bench, resources.fixed.front().read, "spotify://me");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kUnauthenticated);
}

TEST_CASE("what is switched off as a tool is no resource and no prompt") {
  Bench bench;
  std::vector<mcp::Tool> some;
  for (const mcp::Tool& tool : bench.tools) {
    if (tool.info.effect == mcp::Effect::kRead && tool.info.name != "get_playlist") some.push_back(tool);
  }
  const Resources resources = resources_over(some);
  for (const mcp::ResourceTemplate& each : resources.templates) CHECK_FALSE(each.uri_template.contains("playlist"));
  CHECK(resources.fixed.size() == 12);
  // Only the digest changes nothing.
  const auto prompts = prompts_over(some);
  REQUIRE(prompts.size() == 1);
  CHECK(prompts.front().name == "weekly_digest");
  CHECK(resources_over({}).fixed.empty());
  CHECK(prompts_over({}).empty());
}

TEST_CASE("ids are completed by name, in any case, and by how they begin") {
  Bench bench;
  const Resources resources = resources_over(bench.tools);
  const auto& playlist = find(resources, "spotify://playlist/{id}");
  REQUIRE(playlist.complete);
  const std::string id = bench.playlist_id("Mixed bag");
  CHECK(complete(bench, playlist.complete, "id", "mixed BAG") == std::vector{id});
  for (const std::string& typed : {id.substr(0, 6), std::string()}) {
    CHECK(std::ranges::count(complete(bench, playlist.complete, "id", typed), id) == 1);
  }
  CHECK(complete(bench, playlist.complete, "id", "no such playlist").empty());
  const auto& search = find(resources, "tracks://search/{query}");
  REQUIRE(search.complete);
  const auto artists = bench.answer("get_followed_artists", json::Object{});
  const std::string artist = text(items(artists).front(), "name");
  CHECK(std::ranges::count(complete(bench, search.complete, "query", artist.substr(0, 4)), artist) == 1);

  // The lists cannot be had: the person types on.
  Bench stranger;
  stranger.tokens.logged_out = true;
  CHECK(complete(stranger, find(resources_over(stranger.tools), "spotify://playlist/{id}").complete, "id", "").empty());
}

TEST_CASE("a name beyond the first page is completed too, and asking again costs nothing") {
  Bench bench;
  for (int n = 0; n < 120; ++n) {
    bench.simulator.world().create_playlist(sim::spotify::kDefaultUser, "Later " + std::to_string(n),
                                            bench.simulator.now());
  }
  const Resources resources = resources_over(bench.tools);
  const auto& playlist = find(resources, "spotify://playlist/{id}");
  CHECK(complete(bench, playlist.complete, "id", "later 0").size() == 1);
  CHECK(complete(bench, playlist.complete, "id", "later 119").size() == 1);
  const int asked = bench.simulator.requests("GET /me/playlists");
  CHECK(asked <= 4);
  CHECK(complete(bench, playlist.complete, "id", "later 11").size() == 11);
  CHECK(bench.simulator.requests("GET /me/playlists") == asked);
  // Spotify takes no more requests: what was read before is there to choose from. Logged out, nothing is.
  bench.fault({.kind = FaultKind::kQuotaExceeded, .path = "/me/playlists", .times = 99});
  bench.loop.run_for(std::chrono::minutes(1));
  CHECK(complete(bench, playlist.complete, "id", "later 119").size() == 1);
  CHECK(bench.simulator.requests("GET /me/playlists") == asked + 1);
  bench.tokens.logged_out = true;
  CHECK(complete(bench, playlist.complete, "id", "later 119").empty());
  bench.tokens.logged_out = false;
  CHECK(complete(bench, playlist.complete, "id", "later 119").empty());
}

TEST_CASE("every prompt is sound, and every tool that it names is there") {
  Bench bench;
  const auto prompts = prompts_over(bench.tools);
  CHECK(prompts.size() == 5);
  for (const mcp::Prompt& prompt : prompts) {
    INFO(prompt.name);
    CHECK_FALSE(mcp::find_flaw(prompt));
    Variables values;
    for (const mcp::PromptArgument& argument : prompt.arguments) {
      if (argument.required) values.emplace(argument.name, "rainy evening");
    }
    const auto result = get(bench, prompt, values);
    REQUIRE(result);
    const std::string text = text_of(*result);
    CHECK(text.find('{') == std::string::npos);
    CHECK(text.contains("rainy evening") == !values.empty());
    size_t named = 0;
    for (const mcp::Tool& tool : bench.tools) named += text.contains(tool.info.name) ? 1 : 0;
    CHECK(named >= 3);
    // A word with an underscore is a tool or an argument of one.
    static const std::set<std::string> kWords{"dry_run", "next_cursor", "snapshot_id"};
    for (size_t at = text.find('_'); at != std::string::npos; at = text.find('_', at + 1)) {
      constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
      const size_t begin = text.find_last_not_of(kLetters, at) + 1;
      const std::string word = text.substr(begin, text.find_first_not_of(kLetters, at) - begin);
      INFO(word);
      const auto name_of = [](const mcp::Tool& tool) { return tool.info.name; };
      const bool known = kWords.contains(word) || std::ranges::count(bench.tools, word, name_of) == 1;
      CHECK(known);
    }
  }
}

TEST_CASE("what a person types into a prompt is put in as it is, once") {
  Bench bench;
  const auto prompts = prompts_over(bench.tools);
  const auto& prompt = find(prompts, "playlist_from_mood");
  const auto result = get(bench, prompt, {{"mood", " {taste} <3 "}, {"tracks", "10"}, {"taste", "AC/DC"}});
  REQUIRE(result);
  CHECK(text_of(*result).contains("occasion: {taste} <3\n"));
  CHECK(text_of(*result).contains("tracks: 10\n"));

  for (const std::string& bad : {std::string("  "), std::string("a\nb"), std::string(501, 'x')}) {
    const auto refused = get(bench, prompt, {{"mood", bad}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::Code::kInvalidArgument);
    CHECK(refused.error().message.starts_with("mood must "));
  }
  CHECK(get(bench, prompt, {{"mood", std::string(500, 'x')}}));
}

TEST_CASE("a prompt's playlist and device are completed by name") {
  Bench bench;
  const auto prompts = prompts_over(bench.tools);
  CHECK(complete(bench, find(prompts, "clean_up_playlist").complete, "playlist", "mixed b") ==
        std::vector<std::string>{"Mixed bag"});
  const auto& next = find(prompts, "what_to_play_next");
  CHECK_FALSE(complete(bench, next.complete, "device", "").empty());
  CHECK(complete(bench, next.complete, "device", "PHONE") == std::vector<std::string>{"Robin's phone"});
  CHECK(complete(bench, next.complete, "wish", "a").empty());
  const auto artists = bench.answer("get_followed_artists", json::Object{});
  const std::string artist = text(items(artists).front(), "name");
  CHECK(std::ranges::count(complete(bench, find(prompts, "playlist_from_mood").complete, "taste", artist), artist) ==
        1);
  CHECK_FALSE(find(prompts, "weekly_digest").complete);
}

}  // namespace
}  // namespace tools

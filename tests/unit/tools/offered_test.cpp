// Answers send nobody to a tool that is not listed: not to the way back of a receipt, and not to another look.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/tools/curation_bench.h"
#include "tests/unit/tools/every_call.h"

#include "tests/test.h"

namespace tools {
namespace {

using sim::spotify::FaultKind;
using Names = std::set<std::string, std::less<>>;

// Names that are plain words as well are told apart by nothing, but for the one that receipts are for.
bool is_word(std::string_view name) { return !name.contains('_') && name != "undo"; }

Names named_in(std::string_view sentence, const std::vector<mcp::Tool>& tools) {
  constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyz_";
  Names found;
  for (size_t at = sentence.find_first_of(kOfNames); at != std::string_view::npos;
       at = sentence.find_first_of(kOfNames, at)) {
    const size_t end = std::min(sentence.find_first_not_of(kOfNames, at), sentence.size());
    const std::string_view word = sentence.substr(at, end - at);
    const bool is_tool = std::ranges::any_of(tools, [&](const mcp::Tool& tool) { return tool.info.name == word; });
    if (is_tool && !is_word(word)) found.emplace(word);
    at = end;
  }
  return found;
}

std::string sentence_of(const mcp::ToolResult& result) {
  return result.structured ? text(*result.structured, "summary") : Bench::text_of(result);
}

Names names_of(const std::vector<mcp::Tool>& tools) {
  Names names;
  for (const mcp::Tool& tool : tools) names.insert(tool.info.name);
  return names;
}

std::vector<policy::Selection> selections() {
  std::vector<policy::Selection> out{{}};
  for (const Toolset& toolset : toolsets()) out.push_back({.toolsets = std::vector{std::string(toolset.name)}});
  return out;
}

Calls calls_of(CurationBench& bench) {
  Calls calls = every_reading_call(bench);
  for (auto& call : every_changing_call(bench)) calls.push_back(std::move(call));
  return calls;
}

// Calls everything that is offered, and gives the sentences that name what is not.
std::vector<std::string> strays(const policy::Selection& selection, const sim::spotify::FaultRule* rule) {
  CurationBench bench;
  const auto chosen = select_tools(bench.tools, selection, Audience::kStdio);
  REQUIRE(chosen);
  bench.services.offered = names_of(*chosen);
  std::vector<std::string> out;
  for (const auto& [tool, arguments] : calls_of(bench)) {
    if (!bench.services.offers(tool)) continue;
    bench.simulator.faults().clear();
    if (rule != nullptr) bench.fault(*rule);
    const std::string sentence = sentence_of(bench.agreed(tool, arguments));
    for (const std::string& name : named_in(sentence, bench.tools)) {
      if (!bench.services.offers(name)) out.push_back(tool + ": " + sentence);
    }
  }
  return out;
}

TEST_CASE("no answer names a tool that is not offered, whatever toolset is, and whatever goes wrong") {
  const sim::spotify::FaultRule lost{.kind = FaultKind::kResetAfter, .method = "PUT", .times = 9};
  const sim::spotify::FaultRule later{.kind = FaultKind::kStatus, .skip = 3, .times = 99, .status = 403};
  for (const sim::spotify::FaultRule* rule : {static_cast<const sim::spotify::FaultRule*>(nullptr), &lost, &later}) {
    for (const policy::Selection& selection : selections()) {
      for (const std::string& stray : strays(selection, rule)) {
        const std::string toolset = selection.toolsets ? selection.toolsets->front() : "the default";
        FAIL_CHECK(toolset << ": " << stray);
      }
    }
  }
}

TEST_CASE("whoever can change something can take it back, and who asks for one tool gets one") {
  const CurationBench bench;
  const auto offered = [&](const policy::Selection& selection, Audience audience = Audience::kStdio) {
    const auto chosen = select_tools(bench.tools, selection, audience);
    REQUIRE(chosen);
    return names_of(*chosen);
  };
  CHECK(offered({}).contains("undo"));
  CHECK(offered({}, Audience::kHttp).contains("undo"));
  for (const char* toolset : {"playback", "queue", "playlists", "library", "follow", "curation"}) {
    CHECK_MESSAGE(offered({.toolsets = std::vector<std::string>{toolset}}).contains("undo"), toolset);
  }
  for (const char* toolset : {"search", "podcasts", "auth", "operations"}) {
    CHECK_MESSAGE(!offered({.toolsets = std::vector<std::string>{toolset}}).contains("undo"), toolset);
  }
  CHECK(offered({.tools = {"create_playlist"}}) == Names{"create_playlist"});
  // A login for the player asks for nothing of playlists because of it.
  const auto player = select_tools(bench.tools, {.toolsets = std::vector<std::string>{"playback"}}, Audience::kStdio);
  REQUIRE(player);
  for (const std::string& scope : scopes_of(*player)) CHECK_FALSE(scope.contains("playlist"));
  const policy::Selection few{.granted_scopes = std::vector<std::string>{"user-modify-playback-state"}};
  CHECK(offered(few).contains("undo"));
  const policy::Selection none{.granted_scopes = std::vector<std::string>{"user-read-playback-state"}};
  CHECK_FALSE(offered(none).contains("undo"));
  CHECK(offered({.tools = {"undo"}}) == Names{"undo"});
  CHECK_FALSE(offered({.access = policy::Access::kReadOnly}).contains("undo"));
}

TEST_CASE("a change alone among the tools is told without the way back") {
  CurationBench bench;
  const json::Object arguments{{"playlist_id", bench.playlist_id("Twice as nice")}};
  CHECK(text(bench.done("dedupe_playlist", arguments), "summary").contains("undo takes it back"));
  CurationBench alone;
  alone.services.offered = {"dedupe_playlist"};
  const auto answer = alone.done("dedupe_playlist", arguments);
  CHECK_FALSE(text(answer, "summary").contains("undo"));
  CHECK(text(answer, "receipt").starts_with("rcpt_"));
}

}  // namespace
}  // namespace tools

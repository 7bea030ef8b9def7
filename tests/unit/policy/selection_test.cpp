// The selection of tools: defaults, toolsets, single names, read-only, scopes, and what is refused.
#include "policy/selection.h"

#include <string>
#include <vector>

#include "tests/test.h"

namespace policy {
namespace {

const std::vector<Candidate> kCandidates{
    {.name = "search", .toolset = "search", .needs = Access::kReadOnly, .by_default = true},
    {.name = "play", .toolset = "playback", .scopes = {"user-modify-playback-state"}, .by_default = true},
    {.name = "get_devices",
     .toolset = "playback",
     .needs = Access::kReadOnly,
     .scopes = {"user-read-playback-state"},
     .by_default = true},
    {.name = "get_show", .toolset = "podcasts", .needs = Access::kReadOnly},
};

std::vector<std::string> names(const Selection& selection) {
  const auto chosen = select(kCandidates, selection);
  REQUIRE(chosen);
  std::vector<std::string> kept;
  for (const size_t index : chosen->kept) kept.push_back(kCandidates[index].name);
  CHECK(chosen->kept.size() + chosen->left_out.size() == kCandidates.size());
  return kept;
}

using Names = std::vector<std::string>;

TEST_CASE("nothing asked gives the default tools") {
  CHECK(names({}) == Names{"search", "play", "get_devices"});
}

TEST_CASE("toolsets replace the default, and all means all") {
  CHECK(names({.toolsets = Names{"podcasts"}}) == Names{"get_show"});
  CHECK(names({.toolsets = Names{"all"}}) == Names{"search", "play", "get_devices", "get_show"});
  CHECK(names({.toolsets = Names{"search", "podcasts"}}) == Names{"search", "get_show"});
}

TEST_CASE("default names the default tools, beside other toolsets") {
  CHECK(names({.toolsets = Names{"default"}}) == names({}));
  CHECK(names({.toolsets = Names{"default", "podcasts"}}) == Names{"search", "play", "get_devices", "get_show"});
  CHECK(names({.toolsets = Names{"default"}, .access = Access::kReadOnly}) == Names{"search", "get_devices"});
}

TEST_CASE("single tools stand alone or beside toolsets") {
  CHECK(names({.tools = {"play"}}) == Names{"play"});
  CHECK(names({.toolsets = Names{"search"}, .tools = {"get_show"}}) == Names{"search", "get_show"});
}

TEST_CASE("read-only keeps only what reads") {
  CHECK(names({.access = Access::kReadOnly}) == Names{"search", "get_devices"});
  CHECK(names({.tools = {"play", "search"}, .access = Access::kReadOnly}) == Names{"search"});
}

TEST_CASE("what is not possible is left out, also when it is asked for by name") {
  std::vector<Candidate> candidates = kCandidates;
  candidates[0].is_possible = false;
  const auto chosen = select(candidates, {.tools = {"search", "play"}});
  REQUIRE(chosen);
  CHECK(chosen->kept == std::vector<size_t>{1});
  CHECK(chosen->left_out[0].index == 0);
  CHECK(chosen->left_out[0].reason == Reason::kNotPossible);
}

TEST_CASE("a tool whose scope was not granted is left out with the reason") {
  const Selection selection{.granted_scopes = Names{"user-read-playback-state"}};
  CHECK(names(selection) == Names{"search", "get_devices"});
  const auto chosen = select(kCandidates, selection);
  REQUIRE(chosen);
  REQUIRE(chosen->left_out.size() == 2);
  CHECK(chosen->left_out[0].index == 1);
  CHECK(chosen->left_out[0].reason == Reason::kScopeMissing);
  CHECK(chosen->left_out[1].reason == Reason::kNotAsked);
}

TEST_CASE("unknown names are refused with a suggestion") {
  const auto toolset = select(kCandidates, {.toolsets = Names{"playbak"}});
  REQUIRE_FALSE(toolset);
  CHECK(toolset.error().code == base::Code::kInvalidArgument);
  CHECK(toolset.error().message == "There is no toolset named \"playbak\". Did you mean playback?");

  const auto tool = select(kCandidates, {.tools = {"get_device"}});
  REQUIRE_FALSE(tool);
  CHECK(tool.error().message == "There is no tool named \"get_device\". Did you mean get_devices?");

  const auto far = select(kCandidates, {.toolsets = Names{"zzzzzzzzzzzz"}});
  REQUIRE_FALSE(far);
  CHECK(far.error().message ==
        "There is no toolset named \"zzzzzzzzzzzz\". Known are: all, default, search, playback, podcasts.");
}

TEST_CASE("a selection that leaves nothing is refused") {
  const auto nothing = select(kCandidates, {.tools = {"play"}, .access = Access::kReadOnly});
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == base::Code::kInvalidArgument);
}

}  // namespace
}  // namespace policy

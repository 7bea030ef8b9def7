#include "policy/selection.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace policy {
namespace {

constexpr std::string_view kAll = "all";
constexpr std::string_view kDefault = "default";

using Names = std::vector<std::string_view>;

bool holds(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// The error for the first name that is not known.
std::optional<base::Error> find_unknown(std::span<const std::string> asked, const Names& known, std::string_view kind) {
  for (const std::string& name : asked) {
    if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
    const auto near = base::closest(base::to_lower_ascii(name), known);
    const std::string advice = near ? fmt::format("Did you mean {}?", *near)
                                    : fmt::format("Known are: {}.", fmt::join(known, ", "));
    return base::Error{base::Code::kInvalidArgument,
                       fmt::format("There is no {} named \"{}\". {}", kind, name, advice), "", std::nullopt};
  }
  return std::nullopt;
}

std::optional<base::Error> find_unknown(std::span<const Candidate> candidates, const Selection& selection) {
  Names tools;
  Names toolsets{kAll, kDefault};
  for (const Candidate& candidate : candidates) {
    tools.push_back(candidate.name);
    if (std::ranges::find(toolsets, std::string_view(candidate.toolset)) == toolsets.end()) {
      toolsets.push_back(candidate.toolset);
    }
  }
  if (selection.toolsets) {
    if (auto error = find_unknown(*selection.toolsets, toolsets, "toolset")) return error;
  }
  return find_unknown(selection.tools, tools, "tool");
}

bool is_asked_for(const Candidate& candidate, const Selection& selection) {
  if (holds(selection.tools, candidate.name)) return true;
  if (!selection.toolsets) return selection.tools.empty() && candidate.by_default;
  const std::vector<std::string>& asked = *selection.toolsets;
  return holds(asked, kAll) || holds(asked, candidate.toolset) || (candidate.by_default && holds(asked, kDefault)) ||
         std::ranges::any_of(candidate.also_with, [&](const std::string& toolset) { return holds(asked, toolset); });
}

std::optional<Reason> reason_against(const Candidate& candidate, const Selection& selection) {
  if (!is_asked_for(candidate, selection)) return Reason::kNotAsked;
  if (!candidate.is_possible) return Reason::kNotPossible;
  if (selection.access == Access::kReadOnly && candidate.needs != Access::kReadOnly) return Reason::kReadOnly;
  if (!selection.granted_scopes) return std::nullopt;
  const bool granted = std::ranges::all_of(
      candidate.scopes, [&](const std::string& scope) { return holds(*selection.granted_scopes, scope); });
  return granted ? std::nullopt : std::optional(Reason::kScopeMissing);
}

}  // namespace

base::Result<Chosen> select(std::span<const Candidate> candidates, const Selection& selection) {
  if (auto error = find_unknown(candidates, selection)) return std::unexpected(*std::move(error));
  Chosen chosen;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (const auto reason = reason_against(candidates[i], selection)) {
      chosen.left_out.push_back({.index = i, .reason = *reason});
    } else {
      chosen.kept.push_back(i);
    }
  }
  if (chosen.kept.empty()) {
    return base::fail(base::Code::kInvalidArgument,
                      "These settings leave no tool. Name more toolsets, or drop the read-only setting.");
  }
  return chosen;
}

}  // namespace policy

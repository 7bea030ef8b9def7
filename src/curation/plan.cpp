#include "curation/plan.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "curation/diff.h"
#include "curation/entry.h"

namespace curation {
namespace {

// Moves beyond this are never cheaper than writing everything anew: 100 requests rewrite the longest playlist.
constexpr size_t kMovesMax = 220;
// So many requests more are worth the dates.
constexpr size_t kDatesAreWorth = 12;

using Uris = std::vector<std::string>;
using Counts = std::unordered_map<std::string_view, size_t>;

Counts count(const Uris& uris) {
  Counts counts;
  for (const std::string& uri : uris) ++counts[uri];
  return counts;
}

size_t requests_for(size_t items) { return (items + kItemsPerRequest - 1) / kItemsPerRequest; }

enum class Everything { kNo, kYes };

// The URIs that have to go, each once: those of which fewer are wanted, or all that can come back. Nothing when one of
// them is wanted and cannot be added again.
std::optional<Uris> to_remove(const Uris& now, const Counts& wanted, Everything everything) {
  const Counts present = count(now);
  std::unordered_set<std::string_view> known;
  Uris gone;
  for (const std::string& uri : now) {
    if (!known.insert(uri).second) continue;
    const auto found = wanted.find(uri);
    const size_t left = found == wanted.end() ? 0 : found->second;
    const bool is_surplus = left < present.at(uri);
    if (!is_surplus && (everything == Everything::kNo || !can_be_added(uri))) continue;
    // An entry without a name cannot be named to be removed.
    if (uri.empty() || (left > 0 && !can_be_added(uri))) return std::nullopt;
    gone.push_back(uri);
  }
  return gone;
}

// The moves that bring `now` into the order of `targets`, where now[i] has to come to place targets[i] among those
// that stay. Longest rise first, so that only what is out of order moves; neighbours move together.
std::optional<std::vector<Step>> moves(std::vector<size_t> targets) {
  std::vector<bool> is_placed(targets.size());
  for (const size_t index : longest_rise(targets)) is_placed[targets[index]] = true;
  std::vector<Step> steps;
  for (size_t target = 0; target < targets.size();) {
    if (is_placed[target]) {
      ++target;
      continue;
    }
    if (steps.size() == kMovesMax) return std::nullopt;
    const auto place_of = [&](size_t value) {
      return static_cast<size_t>(std::ranges::find(targets, value) - targets.begin());
    };
    const size_t from = place_of(target);
    size_t length = 1;
    while (from + length < targets.size() && targets[from + length] == target + length && !is_placed[target + length]) {
      ++length;
    }
    const size_t before = target == 0 ? 0 : place_of(target - 1) + 1;
    if (before != from) {
      steps.push_back({.kind = Step::Kind::kMove, .position = from, .length = length, .before = before});
    }
    const auto at = [&](size_t i) { return targets.begin() + static_cast<std::ptrdiff_t>(i); };
    if (before <= from) {
      std::rotate(at(before), at(from), at(from + length));
    } else {
      std::rotate(at(from), at(from + length), at(before));
    }
    for (size_t i = 0; i < length; ++i) is_placed[target + i] = true;
    target += length;
  }
  return steps;
}

void add_removals(Plan& plan, const Uris& gone) {
  for (size_t at = 0; at < gone.size(); at += kItemsPerRequest) {
    const size_t end = std::min(gone.size(), at + kItemsPerRequest);
    const auto from = gone.begin();
    plan.steps.push_back({.kind = Step::Kind::kRemove,
                          .uris = {from + static_cast<std::ptrdiff_t>(at), from + static_cast<std::ptrdiff_t>(end)}});
  }
}

// Adds wanted[i] for every i of `missing` (sorted): what stands next to each other in one request.
void add_additions(Plan& plan, const Uris& wanted, const std::vector<size_t>& missing) {
  for (const size_t place : missing) {
    Step* last = plan.steps.empty() ? nullptr : &plan.steps.back();
    const bool goes_on = last != nullptr && last->kind == Step::Kind::kAdd &&
                         last->position + last->uris.size() == place && last->uris.size() < kItemsPerRequest;
    if (goes_on) {
      last->uris.push_back(wanted[place]);
    } else {
      plan.steps.push_back({.kind = Step::Kind::kAdd, .uris = {wanted[place]}, .position = place});
    }
  }
}

std::optional<Plan> by_edits(const Uris& now, const Uris& wanted, Everything everything) {
  Plan plan;
  const auto gone = to_remove(now, count(wanted), everything);
  if (!gone) return std::nullopt;
  const std::unordered_set<std::string_view> leaving(gone->begin(), gone->end());
  Uris rest;
  for (const std::string& uri : now) {
    if (!leaving.contains(uri)) rest.push_back(uri);
  }
  std::unordered_map<std::string_view, std::vector<size_t>> places;
  for (size_t i = wanted.size(); i-- > 0;) places[wanted[i]].push_back(i);
  std::vector<bool> is_met(wanted.size());
  std::vector<size_t> targets;
  for (const std::string& uri : rest) {
    auto& left = places[uri];
    targets.push_back(left.back());
    is_met[left.back()] = true;
    left.pop_back();
  }
  std::vector<size_t> missing;
  std::vector<size_t> rank(wanted.size());
  for (size_t i = 0, n = 0; i < wanted.size(); ++i) {
    rank[i] = n;
    if (is_met[i]) {
      ++n;
      continue;
    }
    if (!can_be_added(wanted[i])) return std::nullopt;
    if (leaving.contains(wanted[i])) ++plan.dates_lost;
    missing.push_back(i);
  }
  for (size_t& target : targets) target = rank[target];
  auto steps = moves(std::move(targets));
  if (!steps) return std::nullopt;
  add_removals(plan, *gone);
  std::ranges::move(*steps, std::back_inserter(plan.steps));
  add_additions(plan, wanted, missing);
  return plan;
}

std::optional<Plan> by_replacing(const Uris& now, const Uris& wanted) {
  if (!std::ranges::all_of(wanted, [](const std::string& uri) { return can_be_added(uri); })) return std::nullopt;
  Plan plan;
  const size_t first = std::min(wanted.size(), kItemsPerRequest);
  plan.steps.push_back(
      {.kind = Step::Kind::kReplace, .uris = {wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(first)}});
  for (size_t at = first; at < wanted.size(); at += kItemsPerRequest) {
    const size_t end = std::min(wanted.size(), at + kItemsPerRequest);
    const auto from = wanted.begin();
    plan.steps.push_back({.kind = Step::Kind::kAdd,
                          .uris = {from + static_cast<std::ptrdiff_t>(at), from + static_cast<std::ptrdiff_t>(end)},
                          .position = at});
  }
  const Counts present = count(now);
  for (const auto& [uri, times] : count(wanted)) {
    const auto found = present.find(uri);
    plan.dates_lost += found == present.end() ? 0 : std::min(times, found->second);
  }
  return plan;
}

}  // namespace

void perform(const Step& step, Uris& uris) {
  const auto at = [&](size_t i) { return uris.begin() + static_cast<std::ptrdiff_t>(i); };
  switch (step.kind) {
    case Step::Kind::kAdd:
      uris.insert(at(std::min(step.position, uris.size())), step.uris.begin(), step.uris.end());
      break;
    case Step::Kind::kRemove: {
      const std::unordered_set<std::string_view> gone(step.uris.begin(), step.uris.end());
      std::erase_if(uris, [&](const std::string& uri) { return gone.contains(uri); });
      break;
    }
    case Step::Kind::kMove:
      if (step.before <= step.position) {
        std::rotate(at(step.before), at(step.position), at(step.position + step.length));
      } else {
        std::rotate(at(step.position), at(step.position + step.length), at(step.before));
      }
      break;
    case Step::Kind::kReplace:
      uris = step.uris;
      break;
  }
}

std::optional<Plan> plan(const Uris& now, const Uris& wanted) {
  if (now == wanted) return Plan{};
  auto gentle = by_edits(now, wanted, Everything::kNo);
  const size_t cheapest = std::max<size_t>(1, requests_for(wanted.size()));
  if (gentle && gentle->steps.size() <= cheapest + kDatesAreWorth) return gentle;
  if (auto replacing = by_replacing(now, wanted)) return replacing;
  auto rebuilt = by_edits(now, wanted, Everything::kYes);
  if (gentle && (!rebuilt || gentle->steps.size() <= rebuilt->steps.size())) return gentle;
  return rebuilt;
}

}  // namespace curation

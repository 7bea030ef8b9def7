#include "curation/diff.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

namespace curation {

std::vector<size_t> longest_rise(const std::vector<size_t>& values) {
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> ends;  // ends[n]: the index whose value is least among those that end a rise of n+1.
  std::vector<size_t> before(values.size(), kNone);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto place = std::ranges::lower_bound(ends, values[i], {}, [&](size_t end) { return values[end]; });
    if (place != ends.begin()) before[i] = *(place - 1);
    if (place == ends.end()) {
      ends.push_back(i);
    } else {
      *place = i;
    }
  }
  std::vector<size_t> rise;
  for (size_t i = ends.empty() ? kNone : ends.back(); i != kNone; i = before[i]) rise.push_back(i);
  std::ranges::reverse(rise);
  return rise;
}

Diff diff(const std::vector<std::string>& first, const std::vector<std::string>& second) {
  std::unordered_map<std::string_view, std::vector<size_t>> places;
  for (size_t i = second.size(); i-- > 0;) places[second[i]].push_back(i);
  Diff out;
  std::vector<size_t> from;
  std::vector<size_t> to;
  std::vector<bool> is_met(second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    auto& left = places[first[i]];
    if (left.empty()) {
      out.removed.push_back(i);
      continue;
    }
    from.push_back(i);
    to.push_back(left.back());
    is_met[left.back()] = true;
    left.pop_back();
  }
  for (size_t i = 0; i < second.size(); ++i) {
    if (!is_met[i]) out.added.push_back(i);
  }
  const std::vector<size_t> rise = longest_rise(to);
  out.kept = rise.size();
  size_t next = 0;
  for (size_t i = 0; i < to.size(); ++i) {
    if (next < rise.size() && rise[next] == i) {
      ++next;
    } else {
      out.moved.push_back({from[i], to[i]});
    }
  }
  std::ranges::sort(out.moved, {}, &Move::to);
  return out;
}

std::vector<std::string> apply(const std::vector<std::string>& first, const Diff& changes,
                               const std::vector<std::string>& second) {
  std::vector<bool> is_taken(first.size());
  for (const size_t position : changes.removed) is_taken[position] = true;
  for (const Move& move : changes.moved) is_taken[move.from] = true;
  std::map<size_t, std::string> placed;
  for (const size_t position : changes.added) placed.emplace(position, second[position]);
  for (const Move& move : changes.moved) placed.emplace(move.to, first[move.from]);
  std::vector<std::string> out;
  auto next = placed.begin();
  const auto place_next = [&] {
    for (; next != placed.end() && next->first == out.size(); ++next) out.push_back(next->second);
  };
  for (size_t i = 0; i < first.size(); ++i) {
    place_next();
    if (!is_taken[i]) out.push_back(first[i]);
  }
  place_next();
  return out;
}

}  // namespace curation

// How one list of URIs became another: what went, what came, and what moved, each occurrence counted by itself.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace curation {

// The longest part of `values` that rises, as indexes into it.
std::vector<size_t> longest_rise(const std::vector<size_t>& values);

struct Move {
  size_t from = 0;  // In the first list.
  size_t to = 0;    // In the second.
  bool operator==(const Move&) const = default;
};

struct Diff {
  std::vector<size_t> removed;  // Positions in the first list, sorted.
  std::vector<size_t> added;    // Positions in the second list, sorted.
  std::vector<Move> moved;      // The fewest that explain the new order; by `to`.
  size_t kept = 0;              // In both and in the same order.

  bool empty() const { return removed.empty() && added.empty() && moved.empty(); }
};

// The n-th occurrence of a URI in one list is matched with the n-th in the other. n log n.
Diff diff(const std::vector<std::string>& first, const std::vector<std::string>& second);

// `first` with the changes made; what was added is taken from `second`. apply(a, diff(a, b), b) is b.
std::vector<std::string> apply(const std::vector<std::string>& first, const Diff& changes,
                               const std::vector<std::string>& second);

}  // namespace curation

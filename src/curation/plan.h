// The requests that turn a playlist into another. Spotify has four kinds of write, each of at most 100 items: add at a
// position, remove every occurrence of a URI, move a range, replace everything. Moves keep the date at which an item
// was added; what is added again gets a new one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace curation {

inline constexpr size_t kItemsPerRequest = 100;

struct Step {
  enum class Kind { kAdd, kRemove, kMove, kReplace };
  Kind kind = Kind::kAdd;
  std::vector<std::string> uris{};  // Not of a move.
  size_t position = 0;              // Add: before this place. Move: the first to go.
  size_t length = 0;                // Of a move.
  size_t before = 0;                // Of a move: the place before which the range goes, as Spotify counts.
};

struct Plan {
  std::vector<Step> steps;
  // Dates that are lost because the items are added again, beside those that are new.
  size_t dates_lost = 0;
  bool empty() const { return steps.empty(); }
};

// One request's effect, for looking ahead and for finding out whether it happened.
void perform(const Step& step, std::vector<std::string>& uris);

// The cheapest of three ways: single edits, which keep the dates and are taken up to a dozen requests above the
// cheapest; replacing all; removing all that can be added again and adding it, which leaves local files in place.
// Nothing when what cannot be added (see can_be_added) would have to be, or must not come twice: no way leads there.
std::optional<Plan> plan(const std::vector<std::string>& now, const std::vector<std::string>& wanted);

}  // namespace curation

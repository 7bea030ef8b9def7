// From one page of Spotify to one answer of ours: rows, counts and the cursor that goes on exactly where this one ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "spotify/model.h"
#include "tools/answers.h"
#include "tools/cursor.h"
#include "tools/present.h"

namespace tools {

// `end` is the place after the last one that was read; the list goes on there when `total` says so.
struct Extent {
  int total = 0;
  int end = 0;
};

template <class T>
Extent extent_of(const spotify::Page<T>& page, int limit_asked) {
  const int step = page.limit > 0 ? page.limit : limit_asked;
  return {.total = page.total, .end = page.offset + step};
}

// Drops what lies at `end` and after: a page that holds more than was asked for.
inline void cut_at(Rows& rows, int end) {
  std::erase_if(rows.rows, [end](const Placed& row) { return row.place >= end; });
  std::erase_if(rows.unusable, [end](int place) { return place >= end; });
}

// Fills the members of List in `out`. `cursor_of(place)` is the cursor that goes on at that place. What a page holds
// beyond its end would come once more with the next one.
template <class Out, class CursorOf>
void fill(Out& out, Rows rows, Extent extent, size_t bytes_max, CursorOf cursor_of) {
  cut_at(rows, extent.end);
  std::vector<int> places;
  places.reserve(rows.rows.size());
  for (Placed& row : rows.rows) {
    places.push_back(row.place);
    out.items.push_back(std::move(row.item));
  }
  out.total = extent.total;
  out.skipped = static_cast<int64_t>(rows.unusable.size());
  if (extent.end < extent.total) out.next_cursor = cursor_of(extent.end);
  fit(out, bytes_max, [&](size_t n) { return cursor_of(places[n]); });
  if (!out.truncated) return;
  // What was passed over after the cut is met again when the list goes on.
  const int cut = places[out.items.size()];
  out.skipped = std::ranges::count_if(rows.unusable, [cut](int place) { return place < cut; });
}

// One page as a whole answer that goes on by offset.
template <class T, class ToItem>
List list_of(const spotify::Page<T>& page, int limit_asked, const ListKey& key, size_t bytes_max, ToItem to_item) {
  List answer;
  fill(answer, rows_of(page, to_item), extent_of(page, limit_asked), bytes_max,
       [&](int place) { return key.cursor_at(place); });
  return answer;
}

}  // namespace tools

// Input of a fuzz target, cut where the input itself says: its last bytes are places, and the rest is what is cut. A
// place is taken modulo the size, so that each can be reached.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fuzz {

struct Pieces {
  static constexpr size_t kCuts = 3;
  static constexpr size_t kPlaceBytes = 2;
  static constexpr size_t kTailBytes = kCuts * kPlaceBytes;

  std::string_view whole;
  std::vector<std::string_view> pieces;  // One more than there are cuts; some may be empty.
  size_t spare = 0;                      // A number for what else the target varies.
};

// Of an input of at least kTailBytes.
inline Pieces cut(const uint8_t* data, size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  Pieces cut{.whole = all.substr(0, size - Pieces::kTailBytes), .pieces = {}};
  std::vector<size_t> places;
  for (size_t at = cut.whole.size(); at < size; at += Pieces::kPlaceBytes) {
    const size_t place = size_t{data[at]} << 8 | data[at + 1];
    cut.spare = place;
    places.push_back(place % (cut.whole.size() + 1));
  }
  std::ranges::sort(places);
  size_t begin = 0;
  for (const size_t place : places) {
    cut.pieces.push_back(cut.whole.substr(begin, place - begin));
    begin = place;
  }
  cut.pieces.push_back(cut.whole.substr(begin));
  return cut;
}

}  // namespace fuzz

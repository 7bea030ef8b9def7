// Other orders of a playlist, as the positions of the present one.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/random.h"
#include "curation/entry.h"

namespace curation {

// kAlbum also keeps the order within an album: disc and number.
enum class SortBy { kTitle, kArtist, kAlbum, kAdded, kReleased, kDuration };
enum class Direction { kAscending, kDescending };

// Equal ones keep their order. What has no value stands at the end in either direction.
std::vector<size_t> sorted(const std::vector<Entry>& entries, SortBy by, Direction direction);
// Each order is as likely as any other.
std::vector<size_t> shuffled(size_t count, base::Random& random);

std::vector<std::string> in_order(const std::vector<Entry>& entries, const std::vector<size_t>& order);

}  // namespace curation

// What comes more than once in a playlist.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "curation/entry.h"

namespace curation {

// kUri: the very same track. kRecording: also another id with the same ISRC, or with the same title and artists and
// nearly the same length. A live version is another recording, because its title says so.
enum class Match { kUri, kRecording };

struct Group {
  std::vector<size_t> positions;  // At least two, in order; the first is the one to keep.
  bool is_same_uri = true;        // All of them have one URI.
};

// The groups in the order of their first positions. Entries without a name are in none.
std::vector<Group> find_duplicates(const std::vector<Entry>& entries, Match match, std::chrono::milliseconds tolerance);

// The positions to take out so that each group keeps its first: sorted. A second copy of a local file is left, because
// Spotify removes by URI, and a local file cannot be put back; `left_alone` counts those.
struct Removal {
  std::vector<size_t> positions;
  size_t left_alone = 0;
};
Removal surplus_of(const std::vector<Entry>& entries, const std::vector<Group>& groups);

// The URIs of `entries` without those positions (sorted).
std::vector<std::string> without(const std::vector<Entry>& entries, const std::vector<size_t>& positions);

}  // namespace curation

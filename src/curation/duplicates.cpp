#include "curation/duplicates.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "curation/words.h"

namespace curation {
namespace {

// Sets of positions that are joined one pair after the other.
class Joined {
 public:
  explicit Joined(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), size_t{0}); }

  size_t root(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // The earlier position stays the root.
  void join(size_t a, size_t b) {
    a = root(a);
    b = root(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<size_t> parent_;
};

template <class KeyOf>
void join_equal(const std::vector<Entry>& entries, Joined& joined, KeyOf key_of) {
  std::unordered_map<std::string, size_t> first;
  for (size_t i = 0; i < entries.size(); ++i) {
    std::string key = key_of(entries[i]);
    if (key.empty()) continue;
    const auto [found, fresh] = first.try_emplace(std::move(key), i);
    if (!fresh) joined.join(found->second, i);
  }
}

std::string song_key(const Entry& entry) {
  std::string title = fold(entry.title.raw());
  // Without artists or a length two equal titles say nothing.
  if (title.empty() || entry.artists.empty() || entry.duration_ms <= 0) return {};
  std::vector<std::string> artists;
  for (const auto& artist : entry.artists) artists.push_back(fold(artist.raw()));
  std::ranges::sort(artists);
  for (const std::string& artist : artists) title.append(1, '\0').append(artist);
  return title;
}

void join_alike(const std::vector<Entry>& entries, Joined& joined, std::chrono::milliseconds tolerance) {
  std::unordered_map<std::string, std::vector<size_t>> songs;
  for (size_t i = 0; i < entries.size(); ++i) {
    std::string key = song_key(entries[i]);
    if (!key.empty()) songs[std::move(key)].push_back(i);
  }
  for (auto& [key, positions] : songs) {
    std::ranges::sort(positions, {}, [&](size_t i) { return std::pair(entries[i].duration_ms, i); });
    // Measured from the shortest of a group, so that a chain of small steps does not join what is far apart.
    size_t first = 0;
    for (size_t i = 1; i < positions.size(); ++i) {
      const int64_t apart = entries[positions[i]].duration_ms - entries[positions[first]].duration_ms;
      if (apart <= tolerance.count()) {
        joined.join(positions[first], positions[i]);
      } else {
        first = i;
      }
    }
  }
}

}  // namespace

std::vector<Group> find_duplicates(const std::vector<Entry>& entries, Match match,
                                   std::chrono::milliseconds tolerance) {
  Joined joined(entries.size());
  join_equal(entries, joined, [](const Entry& entry) { return entry.uri; });
  if (match == Match::kRecording) {
    join_equal(entries, joined, [](const Entry& entry) { return entry.isrc; });
    join_alike(entries, joined, tolerance);
  }
  std::map<size_t, Group> by_root;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].uri.empty()) continue;
    Group& group = by_root[joined.root(i)];
    group.positions.push_back(i);
    if (entries[i].uri != entries[group.positions.front()].uri) group.is_same_uri = false;
  }
  std::vector<Group> groups;
  for (auto& [root, group] : by_root) {
    if (group.positions.size() > 1) groups.push_back(std::move(group));
  }
  return groups;
}

Removal surplus_of(const std::vector<Entry>& entries, const std::vector<Group>& groups) {
  Removal removal;
  for (const Group& group : groups) {
    const std::string& kept = entries[group.positions.front()].uri;
    for (size_t n = 1; n < group.positions.size(); ++n) {
      const size_t position = group.positions[n];
      const bool is_fixed = !can_be_added(entries[position].uri) && entries[position].uri == kept;
      if (is_fixed) {
        ++removal.left_alone;
      } else {
        removal.positions.push_back(position);
      }
    }
  }
  std::ranges::sort(removal.positions);
  return removal;
}

std::vector<std::string> without(const std::vector<Entry>& entries, const std::vector<size_t>& positions) {
  std::vector<std::string> uris;
  uris.reserve(entries.size() - positions.size());
  size_t next = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (next < positions.size() && positions[next] == i) {
      ++next;
    } else {
      uris.push_back(entries[i].uri);
    }
  }
  return uris;
}

}  // namespace curation

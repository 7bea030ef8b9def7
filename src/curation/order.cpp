#include "curation/order.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <utility>

#include "curation/words.h"

namespace curation {
namespace {

std::string number_key(int64_t value) { return value > 0 ? fmt::format("{:020}", value) : std::string(); }

std::string key_of(const Entry& entry, SortBy by) {
  switch (by) {
    case SortBy::kTitle:
      return fold(entry.title.raw());
    case SortBy::kArtist:
      return entry.artists.empty() ? std::string() : fold(entry.artists.front().raw());
    case SortBy::kAlbum: {
      const std::string album = fold(entry.album.raw());
      // The zero byte comes before every letter, so that "Sun" stands before "Sun City" whatever the numbers are.
      return album.empty() ? album : album + '\0' + fmt::format("{:06}{:06}", entry.disc, entry.number);
    }
    case SortBy::kAdded:
      return entry.added_at;
    case SortBy::kReleased:
      return entry.released;
    case SortBy::kDuration:
      return number_key(entry.duration_ms);
  }
  return {};
}

}  // namespace

std::vector<size_t> sorted(const std::vector<Entry>& entries, SortBy by, Direction direction) {
  std::vector<std::string> keys;
  keys.reserve(entries.size());
  for (const Entry& entry : entries) keys.push_back(key_of(entry, by));
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    if (keys[a] == keys[b]) return a < b;
    if (keys[a].empty() || keys[b].empty()) return keys[b].empty();
    return direction == Direction::kAscending ? keys[a] < keys[b] : keys[b] < keys[a];
  });
  return order;
}

std::vector<size_t> shuffled(size_t count, base::Random& random) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

std::vector<std::string> in_order(const std::vector<Entry>& entries, const std::vector<size_t>& order) {
  std::vector<std::string> uris;
  uris.reserve(order.size());
  for (const size_t position : order) uris.push_back(entries[position].uri);
  return uris;
}

}  // namespace curation

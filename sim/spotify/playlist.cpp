#include "sim/spotify/playlist.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_set>

#include "crypto/base64.h"

namespace sim::spotify {
namespace {

constexpr size_t kRevisionsMax = 100;

// As recorded: base64 of a 4-byte big-endian counter and 20 bytes of hash.
std::string make_snapshot_id(uint32_t counter, base::Random& random) {
  std::array<std::byte, 20> hash{};
  random.fill(hash);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((counter >> shift) & 255);
  for (const std::byte b : hash) bytes += static_cast<char>(b);
  return crypto::base64_encode(bytes);
}

}  // namespace

bool Playlist::can_write(std::string_view user) const {
  if (is_hidden) return false;
  return owner == user || (is_collaborative && collaborators.contains(std::string(user)));
}

void Playlist::commit(base::Random& random) {
  Revision revision{make_snapshot_id(++counter_, random), {}};
  revision.keys.reserve(entries_.size());
  for (const Entry& entry : entries_) revision.keys.push_back(entry.key);
  revisions_.push_back(std::move(revision));
  if (revisions_.size() > kRevisionsMax) revisions_.erase(revisions_.begin());
}

Answer<const Playlist::Revision*> Playlist::revision(std::string_view wanted) const {
  if (wanted.empty()) return &revisions_.back();
  const auto found = std::ranges::find(revisions_, wanted, &Revision::snapshot_id);
  if (found == revisions_.end()) return refuse(400, "Missing or bad version tag");
  return &*found;
}

void Playlist::insert(std::vector<std::string> uris, std::optional<size_t> position, std::string_view by,
                      base::Wall now, base::Random& random) {
  std::vector<Entry> fresh;
  fresh.reserve(uris.size());
  for (std::string& uri : uris) fresh.push_back({next_key_++, std::move(uri), now, std::string(by)});
  const size_t at = std::min(position.value_or(entries_.size()), entries_.size());
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), std::make_move_iterator(fresh.begin()),
                  std::make_move_iterator(fresh.end()));
  commit(random);
}

void Playlist::replace(std::vector<std::string> uris, std::string_view by, base::Wall now,
                       base::Random& random) {
  entries_.clear();
  insert(std::move(uris), std::nullopt, by, now, random);
}

Answer<void> Playlist::remove(const std::set<std::string>& uris, std::string_view snapshot, base::Random& random) {
  TRY(const Revision* base, revision(snapshot));
  const std::unordered_set<uint64_t> known(base->keys.begin(), base->keys.end());
  const size_t removed = std::erase_if(entries_, [&](const Entry& entry) {
    return uris.contains(entry.uri) && known.contains(entry.key);
  });
  if (removed > 0) commit(random);
  return {};
}

Answer<void> Playlist::reorder(Move move, std::string_view snapshot, base::Random& random) {
  TRY(const Revision* base, revision(snapshot));
  const std::vector<uint64_t>& keys = base->keys;
  const size_t end = move.range_start + move.range_length;
  if (move.range_length == 0 || end > keys.size() || move.insert_before > keys.size()) {
    return refuse(400, "Index out of bounds.");
  }
  // An anchor inside the range would be cut with it: that leaves the range where it is.
  const bool inside = move.insert_before > move.range_start && move.insert_before < end;
  const size_t anchor_index = inside ? end : move.insert_before;
  const std::unordered_set<uint64_t> moving(keys.begin() + static_cast<std::ptrdiff_t>(move.range_start),
                                            keys.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<Entry> cut;
  std::vector<Entry> rest;
  for (Entry& entry : entries_) (moving.contains(entry.key) ? cut : rest).push_back(std::move(entry));
  auto at = rest.end();
  // The anchor may have been removed since; then the next one that is left takes its place.
  for (size_t i = anchor_index; i < keys.size() && at == rest.end(); ++i) {
    if (moving.contains(keys[i])) continue;
    at = std::ranges::find(rest, keys[i], &Entry::key);
  }
  rest.insert(at, std::make_move_iterator(cut.begin()), std::make_move_iterator(cut.end()));
  entries_ = std::move(rest);
  commit(random);
  return {};
}

}  // namespace sim::spotify

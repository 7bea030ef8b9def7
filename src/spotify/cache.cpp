#include "spotify/cache.h"

#include <utility>

namespace spotify {

std::shared_ptr<const json::Value> Cache::find(std::string_view key, base::Instant now) {
  const auto found = index_.find(key);
  if (found == index_.end() || found->second->fresh_until <= now) {
    ++misses_;
    return nullptr;
  }
  ++hits_;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->value;
}

bool Cache::holds(std::string_view key, const std::shared_ptr<const json::Value>& value, base::Instant now) const {
  const auto found = index_.find(key);
  return found != index_.end() && found->second->fresh_until > now && found->second->value == value;
}

const Cache::Entry* Cache::find_confirmable(std::string_view key, base::Instant now) const {
  const auto found = index_.find(key);
  if (found == index_.end() || found->second->etag.empty() || found->second->kept_until <= now) return nullptr;
  return &*found->second;
}

void Cache::put(Entry entry) {
  if (const auto found = index_.find(entry.key); found != index_.end()) erase(found->second);
  if (entry.bytes > options_.bytes_max) return;
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  index_.emplace(entries_.front().key, entries_.begin());
  while (entries_.size() > options_.entries_max || bytes_ > options_.bytes_max) erase(std::prev(entries_.end()));
}

void Cache::confirm(std::string_view key, base::Instant fresh_until) {
  if (const auto found = index_.find(key); found != index_.end()) found->second->fresh_until = fresh_until;
}

void Cache::invalidate(std::string_view prefix) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto current = entry++;
    if (current->key.starts_with(prefix)) erase(current);
  }
}

size_t Cache::clean(base::Instant now) {
  const size_t before = entries_.size();
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto current = entry++;
    const bool is_confirmable = !current->etag.empty() && current->kept_until > now;
    if (current->fresh_until <= now && !is_confirmable) erase(current);
  }
  return before - entries_.size();
}

void Cache::clear() {
  index_.clear();
  entries_.clear();
  bytes_ = 0;
}

CacheStats Cache::stats() const { return {entries_.size(), bytes_, hits_, misses_}; }

void Cache::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  index_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace spotify

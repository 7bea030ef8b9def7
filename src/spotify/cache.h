// Answers of reads in memory, for one user: bounded by entries and by bytes, oldest use goes first, never indefinite.
// An entry that is no longer fresh but has an ETag is kept for a while, so that it can be confirmed with a 304.
// Without I/O; time is handed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "json/value.h"

namespace spotify {

struct CacheOptions {
  size_t entries_max = 2000;
  size_t bytes_max = size_t{16} * 1024 * 1024;
};

struct CacheStats {
  size_t entries = 0;
  size_t bytes = 0;
  uint64_t hits = 0;
  uint64_t misses = 0;
};

class Cache {
 public:
  struct Entry {
    std::string key;
    std::shared_ptr<const json::Value> value;
    std::string etag;
    size_t bytes = 0;
    base::Instant fresh_until;
    base::Instant kept_until;
  };

  explicit Cache(CacheOptions options) : options_(options) {}

  // The value while it is fresh; null otherwise. Counts a hit or a miss.
  std::shared_ptr<const json::Value> find(std::string_view key, base::Instant now);
  // Whether find() would give this very value. Counts nothing.
  bool holds(std::string_view key, const std::shared_ptr<const json::Value>& value, base::Instant now) const;
  // The entry, fresh or not, when it can be confirmed by its ETag. Lives until the next change of the cache.
  const Entry* find_confirmable(std::string_view key, base::Instant now) const;
  void put(Entry entry);
  // A 304 came: the value is fresh again.
  void confirm(std::string_view key, base::Instant fresh_until);
  // Drops every entry whose key begins so.
  void invalidate(std::string_view prefix);
  // Drops what is out of date by now. Gives how many went.
  size_t clean(base::Instant now);
  void clear();
  CacheStats stats() const;

 private:
  using Entries = std::list<Entry>;
  void erase(Entries::iterator entry);

  CacheOptions options_;
  // Most recently used first.
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> index_;
  size_t bytes_ = 0;
  uint64_t hits_ = 0;
  uint64_t misses_ = 0;
};

}  // namespace spotify

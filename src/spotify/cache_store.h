// Where answers of reads outlive the process and are shared by all processes of a user: the store behind the memory
// cache. Whatever fails in it is a miss, never a failure of the read.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace spotify {

// The longest that any answer is kept.
inline constexpr std::chrono::hours kKeptMax{2};

struct StoredAnswer {
  std::string key;
  std::string body;  // JSON as it came.
  std::string etag;
  base::Wall fresh_until{};
  // Until then an answer with an ETag can be confirmed. Nothing is kept for longer.
  base::Wall kept_until{};
};

// Answers belong to one login of one user; a new login sees none of the old one's.
struct CacheOwner {
  std::string name;
  int64_t login = 0;

  bool operator==(const CacheOwner&) const = default;
};

struct StoredCacheStats {
  int64_t entries = 0;
  int64_t bytes = 0;
  int64_t outdated = 0;  // Of the entries: those that clean() would remove.
};

class CacheStore {
 public:
  struct Found {
    std::optional<StoredAnswer> answer{};
    // Grows with every invalidation of this owner, in whichever process.
    int64_t epoch = 0;
  };

  virtual ~CacheStore() = default;
  // An answer that is fresh, or can be confirmed. One from the future is none: the clock was set back.
  virtual base::Task<base::Result<Found>> find(CacheOwner owner, std::string key) = 0;
  // Keeps the answer, unless something of the owner was invalidated after `epoch`: then it may show the time before.
  virtual base::Task<base::Result<void>> put(CacheOwner owner, StoredAnswer answer, int64_t epoch) = 0;
  // Drops every answer whose key begins with one of them.
  virtual base::Task<base::Result<void>> invalidate(CacheOwner owner, std::vector<std::string> prefixes) = 0;
  // Removes what is out of date, and what is beyond the bounds. Gives how many went.
  virtual base::Task<base::Result<int64_t>> clean() = 0;
  // Removes everything of the owner, of all logins. Gives how many went.
  virtual base::Task<base::Result<int64_t>> clear(std::string owner) = 0;
  virtual base::Task<base::Result<StoredCacheStats>> stats(std::string owner) = 0;
};

}  // namespace spotify

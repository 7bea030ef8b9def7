// Answers of the Web API in an SQLite file of its own, for all processes of a user. Nothing in it is precious: a
// damaged file is thrown away and made anew. It is opened at the first use, on the worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "spotify/cache_store.h"

namespace store::sqlite {

struct ResponseCacheOptions {
  std::string directory;
  std::string file_name = "cache.db";
  // Beyond them the answers that were stored first go.
  int64_t entries_max = 200'000;
  int64_t bytes_max = int64_t{128} * 1024 * 1024;
  // A longer answer is not kept.
  int64_t answer_bytes_max = int64_t{1024} * 1024;
};

class ResponseCache final : public spotify::CacheStore {
 public:
  // All must outlive the cache; the clock is read on the worker's thread.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
    const base::Clock& clock;
  };

  ResponseCache(Services services, ResponseCacheOptions options);
  ~ResponseCache() override;
  ResponseCache(const ResponseCache&) = delete;
  ResponseCache& operator=(const ResponseCache&) = delete;

  base::Task<base::Result<Found>> find(spotify::CacheOwner owner, std::string key) override;
  base::Task<base::Result<void>> put(spotify::CacheOwner owner, spotify::StoredAnswer answer, int64_t epoch) override;
  base::Task<base::Result<void>> invalidate(spotify::CacheOwner owner, std::vector<std::string> prefixes) override;
  base::Task<base::Result<int64_t>> clean() override;
  base::Task<base::Result<int64_t>> clear(std::string owner) override;
  base::Task<base::Result<spotify::StoredCacheStats>> stats(std::string owner) override;

 private:
  struct Core;

  Services services_;
  // Shared with the work on the worker, which may outlive a dropped task.
  std::shared_ptr<Core> core_;
};

}  // namespace store::sqlite

// What Spotify has told us of its limits, and what was asked of it. It is kept across restarts and shared by all
// processes of a user: whoever calls too early is blocked for longer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace store {

// Requests of a bucket that were started in an hour of the calendar, counted since 1970.
struct QuotaCount {
  std::string bucket;
  int64_t hour = 0;
  int64_t count = 0;

  bool operator==(const QuotaCount&) const = default;
};

struct QuotaState {
  // The end of the block of every bucket that was ever blocked, past ones too.
  std::map<std::string, base::Wall> ends{};
  // By bucket and hour.
  std::vector<QuotaCount> counts{};
};

class Quota {
 public:
  // Counts are kept for so many hours behind the latest one.
  static constexpr int64_t kHoursKept = 48;

  virtual ~Quota() = default;
  virtual base::Task<base::Result<QuotaState>> load() = 0;
  // The later of two ends stays.
  virtual base::Task<base::Result<void>> block(std::string bucket, base::Wall until) = 0;
  // Adds to what is there.
  virtual base::Task<base::Result<void>> count(std::vector<QuotaCount> more) = 0;
};

}  // namespace store

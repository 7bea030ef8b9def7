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

// Until when nothing of a bucket is to be asked for, and when that was said: from a moment in the future it is the word
// of a clock that was wrong.
struct QuotaBlock {
  base::Wall until{};
  base::Wall since{};

  bool operator==(const QuotaBlock&) const = default;
};

struct QuotaState {
  // Of every bucket that was ever blocked, past ones too.
  std::map<std::string, QuotaBlock> blocks{};
  // By bucket and hour.
  std::vector<QuotaCount> counts{};
};

class Quota {
 public:
  // Counts are kept for so many hours behind the present one, and for so many before it: those beyond are of a clock
  // that was ahead.
  static constexpr int64_t kHoursKept = 48;
  static constexpr int64_t kHoursAhead = 24;

  virtual ~Quota() = default;
  virtual base::Task<base::Result<QuotaState>> load() = 0;
  // The later of two ends stays, unless it was said later than this one: then the clock was set back since.
  virtual base::Task<base::Result<void>> block(std::string bucket, QuotaBlock block) = 0;
  // Adds to what is there; less than nothing takes away, down to nothing.
  virtual base::Task<base::Result<void>> count(std::vector<QuotaCount> more, base::Wall now) = 0;

 protected:
  static constexpr int64_t hour_of(base::Wall now) { return now.unix_ms / (int64_t{3600} * 1000); }
};

}  // namespace store

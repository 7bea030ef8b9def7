// The two limits of the service: so many requests of a bucket in any 24 hours, and so many of the app in any 30
// seconds. A request that was refused does not count.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "sim/spotify/config.h"

namespace sim::spotify {

// The bucket that a path without "/v1" is counted in. The true grouping is not published.
std::string_view quota_bucket(std::string_view path);

class QuotaBook {
 public:
  struct Refusal {
    std::chrono::seconds retry_after{0};
    bool by_quota = false;
  };

  explicit QuotaBook(Quota limits) : limits_(limits) {}
  // Counts a request, or says until when it would be too many.
  std::optional<Refusal> charge(std::string_view path, base::Wall now);
  // Requests of the last 24 hours.
  int spent(std::string_view bucket, base::Wall now);

 private:
  using Times = std::deque<base::Wall>;

  Quota limits_;
  std::map<std::string, Times, std::less<>> days_;
  Times window_;
};

}  // namespace sim::spotify

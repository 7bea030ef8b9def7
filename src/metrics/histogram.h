// How long things took, in buckets: enough for quantiles, and of a size that does not grow.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace metrics {

class Histogram {
 public:
  // Upper bounds in microseconds; beyond the last one there is one bucket more.
  static constexpr std::array<int64_t, 14> kBounds{
      500,     1'000,   2'500,   5'000,     10'000,    25'000,    50'000,
      100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

  void observe(base::Duration took) {
    const int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    size_t bucket = 0;
    while (bucket < kBounds.size() && us > kBounds[bucket]) ++bucket;
    ++counts_[bucket];
    sum_us_ += us;
  }

  // How many took at most the bound of that number; at kBounds.size(), all.
  uint64_t at_most(size_t bound) const {
    uint64_t all = 0;
    for (size_t i = 0; i <= bound; ++i) all += counts_[i];
    return all;
  }
  uint64_t count() const { return at_most(kBounds.size()); }
  int64_t sum_us() const { return sum_us_; }

 private:
  std::array<uint64_t, kBounds.size() + 1> counts_{};
  int64_t sum_us_ = 0;
};

}  // namespace metrics

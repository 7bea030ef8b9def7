// Counts what comes in crowds, and says when to tell of it: of the first at once, and then of all of a while together.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace base {

class Occurrences {
 public:
  // `between` is the least time between two tellings.
  explicit Occurrences(Duration between) : between_(between) {}

  // One more. Gives how many to tell of now, with this one; nothing while the last telling is too fresh.
  std::optional<int64_t> add(Instant now) {
    ++untold_;
    if (told_at_ && now - *told_at_ < between_) return std::nullopt;
    told_at_ = now;
    return std::exchange(untold_, 0);
  }

 private:
  Duration between_;
  int64_t untold_ = 0;
  std::optional<Instant> told_at_;
};

}  // namespace base

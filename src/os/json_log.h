// The operational log on a file descriptor, one JSON object per line.
#pragma once

#include <atomic>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"

namespace os {

class JsonLog final : public base::Log {
 public:
  // Events below `least` are dropped. The descriptor is not closed; the clock must outlive the log.
  JsonLog(int descriptor, base::Level least, const base::Clock& clock)
      : descriptor_(descriptor), least_(least), clock_(clock) {}

  // From any thread.
  void set_least(base::Level least) { least_ = least; }

 protected:
  // One write(2) per event, so that lines of several threads and processes do not mix.
  void write(base::Level level, std::string_view event, std::span<const base::Field> fields) override;

 private:
  int descriptor_;
  std::atomic<base::Level> least_;
  const base::Clock& clock_;
};

}  // namespace os

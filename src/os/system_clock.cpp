#include "os/system_clock.h"

#include <chrono>

namespace os {

base::Wall SystemClock::wall() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

}  // namespace os

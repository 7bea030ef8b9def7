// The machine's wall clock. The only place that reads it.
#pragma once

#include "base/clock.h"

namespace os {

class SystemClock final : public base::Clock {
 public:
  base::Wall wall() const override;
};

}  // namespace os

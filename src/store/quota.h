// How long Spotify has told us to stay away. It is kept across restarts and shared by all processes of a user:
// whoever calls earlier is blocked for longer.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace store {

class Quota {
 public:
  virtual ~Quota() = default;
  // The end of the block of every bucket that was ever blocked, past ones too.
  virtual base::Task<base::Result<std::map<std::string, base::Wall>>> load() = 0;
  // The later of two ends stays.
  virtual base::Task<base::Result<void>> block(std::string bucket, base::Wall until) = 0;
};

}  // namespace store

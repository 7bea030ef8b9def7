// Small things that were learnt once and hold for a while, by name.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace store {

struct Fact {
  std::string value;
  base::Wall learnt_at;

  bool operator==(const Fact&) const = default;
};

class Facts {
 public:
  virtual ~Facts() = default;
  virtual base::Task<base::Result<std::optional<Fact>>> fact(std::string name) = 0;
  virtual base::Task<base::Result<void>> learn(std::string name, Fact fact) = 0;
};

}  // namespace store

// What a writer leaves on the disk between epochs: the key of the running epoch, and where that epoch began. Sealed
// under a key from the master key, so that it can be neither read nor changed without that.
#pragma once

#include <cstdint>
#include <string>

#include "audit/chain.h"
#include "audit/keys.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace audit {

struct State {
  Chain chain;              // As the epoch began.
  std::string segment;      // The segment that its records go to, from this offset on.
  uint64_t offset = 0;
  base::Wall began{};
};

// Its size depends on the trail's length only, logarithmically: below 8 KiB.
std::string seal_state(const State& state, const Keys& keys, base::Random& random);
// kForbidden when it was changed or belongs to another trail.
base::Result<State> open_state(const std::string& sealed, const Keys& keys);

}  // namespace audit

// Removes the oldest segments of a trail, and leaves a signed proof of what they held (pruned.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "audit/disk.h"
#include "audit/journal.h"
#include "audit/keys.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace audit {

struct Pruning {
  uint64_t first = 0;   // The first record that is kept.
  size_t segments = 0;  // How many were removed.
};

// Whole segments whose last record is older than `keep_from`; the one that is written to never. The trail is verified
// first: kConflict, and nothing is removed, where it is damaged. The trail tells of it before anything is gone, so a
// crash leaves either all of it or a beginning that the next call ends. May run beside writers. Blocking.
base::Result<Pruning> prune(const Keys& keys, Disk& disk, base::Random& random, base::Wall keep_from, base::Wall now);

}  // namespace audit

// Leases: the right to refresh one principal's grant, held by one task of one process at a time. A refresh token may be
// good for a single use, so two processes that refresh at once would lose the login.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace store {

// Destroying it gives the lease back. The end of the process does so too.
class Lease {
 public:
  virtual ~Lease() = default;
};

class Leases {
 public:
  virtual ~Leases() = default;
  // Waits for its turn, without blocking the loop. kDeadline when `deadline` comes first; kUnavailable when leases
  // cannot be taken at all. Dropping the task leaves the queue.
  virtual base::Task<base::Result<std::unique_ptr<Lease>>> acquire(std::string principal, base::Instant deadline) = 0;
};

}  // namespace store

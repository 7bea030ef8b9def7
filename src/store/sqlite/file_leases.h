// Leases between the processes of one user: a lock file per principal in the data directory, asked for again and again
// on the loop until it is free. The kernel frees the lock of a process that dies.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/loop.h"
#include "store/leases.h"

namespace store::sqlite {

class FileLeases final : public Leases {
 public:
  // The loop must outlive the leases. The directory is made when the first lease is asked for.
  FileLeases(base::Loop& loop, std::string directory) : loop_(loop), directory_(std::move(directory)) {}

  base::Task<base::Result<std::unique_ptr<Lease>>> acquire(std::string principal, base::Instant deadline) override;

 private:
  base::Loop& loop_;
  std::string directory_;
};

}  // namespace store::sqlite

// Leases between replicas: a row per principal, good until a moment of the database's clock, asked for again and again
// until it is free. The row of a replica that dies ends by itself.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/loop.h"
#include "base/random.h"
#include "store/leases.h"
#include "store/sql/database.h"

namespace store::postgres {

class RowLeases final : public Leases {
 public:
  // All must outlive the leases; `random` is used on the worker's thread.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
    base::Random& random;
  };
  // Longer than a renewal may take altogether (oauth::RefresherOptions::flight_max): whoever comes after that has
  // another generation of the grant to write against.
  static constexpr std::chrono::milliseconds kLasts{45'000};

  RowLeases(Services services, std::shared_ptr<const sql::Place> place);
  // Leases that are held go on, and are given back by their holders.
  ~RowLeases() override;
  RowLeases(const RowLeases&) = delete;
  RowLeases& operator=(const RowLeases&) = delete;

  base::Task<base::Result<std::unique_ptr<Lease>>> acquire(std::string principal, base::Instant deadline) override;

 private:
  struct Core;
  class Held;

  Services services_;
  // Shared with the work on the worker, and with the leases that are held.
  std::shared_ptr<Core> core_;
};

}  // namespace store::postgres

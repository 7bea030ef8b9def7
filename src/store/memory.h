// The stores in memory: for tests, for the demo, and as the plainest statement of what an adapter must do.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/loop.h"
#include "store/grants.h"
#include "store/leases.h"
#include "store/quota.h"

namespace store {

class MemoryGrants final : public Grants {
 public:
  base::Task<base::Result<std::optional<Grant>>> load(std::string principal) override;
  base::Task<base::Result<void>> check_writable(std::string principal) override;
  base::Task<base::Result<int64_t>> replace(std::string principal, Grant grant) override;
  base::Task<base::Result<int64_t>> update(std::string principal, Grant grant) override;
  base::Task<base::Result<void>> erase(std::string principal) override;

 private:
  struct Slot {
    int64_t generation = 0;  // Outlives the grant.
    std::optional<Grant> grant;
  };
  std::map<std::string, Slot> slots_;
};

// First come, first served. The leases must not outlive the loop.
class MemoryLeases final : public Leases {
 public:
  explicit MemoryLeases(base::Loop& loop);
  base::Task<base::Result<std::unique_ptr<Lease>>> acquire(std::string principal, base::Instant deadline) override;

 private:
  struct State;
  class Held;
  class Place;

  base::Loop& loop_;
  std::shared_ptr<State> state_;
};

class MemoryQuota final : public Quota {
 public:
  base::Task<base::Result<std::map<std::string, base::Wall>>> load() override;
  base::Task<base::Result<void>> block(std::string bucket, base::Wall until) override;

 private:
  std::map<std::string, base::Wall> ends_;
};

}  // namespace store

// The stores in memory: for tests, for the demo, and as the plainest statement of what an adapter must do.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "store/facts.h"
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
  base::Task<base::Result<QuotaState>> load() override;
  base::Task<base::Result<void>> block(std::string bucket, QuotaBlock block) override;
  base::Task<base::Result<void>> count(std::vector<QuotaCount> more, base::Wall now) override;

 private:
  std::map<std::string, QuotaBlock> blocks_;
  std::map<std::pair<std::string, int64_t>, int64_t> counts_;
};

class MemoryFacts final : public Facts {
 public:
  base::Task<base::Result<std::optional<Fact>>> fact(std::string name) override;
  base::Task<base::Result<void>> learn(std::string name, Fact fact) override;

 private:
  std::map<std::string, Fact> facts_;
};

}  // namespace store

#include "store/memory.h"

#include "tests/unit/store/store_contract.h"
#include "tests/test.h"

namespace {

struct MemoryWorld {
  test::ManualLoop loop;
  store::MemoryGrants stored_grants;
  store::MemoryLeases stored_leases{loop};
  store::MemoryQuota stored_quota;
  store::MemoryFacts stored_facts;

  store::Grants& grants(int) { return stored_grants; }
  store::Leases& leases(int) { return stored_leases; }
  store::Quota& quota(int) { return stored_quota; }
  store::Facts& facts(int) { return stored_facts; }
};

}  // namespace

TEST_CASE("the stores in memory keep the contract") { store_contract::run_all<MemoryWorld>(); }

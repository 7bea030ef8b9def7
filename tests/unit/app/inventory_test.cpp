// The inventory of data against the tables that the code makes.
#include "checks/inventory.h"

#include <set>
#include <string>

#include "store/sqlite/inspect.h"
#include "store/sqlite/response_cache.h"
#include "store/sqlite/stores.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

TEST_CASE("the inventory of data has every column of the database, and no other") {
  const test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::SeededRandom random;
  const test::ManualClock clock;
  store::sqlite::Store store({loop, worker, random, clock},
                             {.directory = place.path() + "/state", .master_key = nullptr});
  REQUIRE(loop.run(store.open()));
  const auto inspected = store::sqlite::inspect_store(place.path() + "/state");
  REQUIRE(inspected);
  std::set<std::string> listed;
  for (const checks::DataColumn& column : checks::store_columns()) {
    CAPTURE(column.column);
    CHECK(listed.insert(std::string(column.column)).second);
  }
  CHECK(std::set<std::string>(inspected->columns.begin(), inspected->columns.end()) == listed);
}

#include <memory>

#include "net/loop.h"
#include "os/files.h"
#include "store/memory_archive.h"
#include "store/sqlite/stores.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/store/archive_contract.h"

#include "tests/test.h"

namespace {

struct MemoryWorld {
  test::ManualLoop loop;
  store::MemoryArchive kept{archive_contract::kLimits};
  store::Archive& archive(int) { return kept; }
};

struct SqliteWorld {
  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  std::string directory = place.path() + "/state";
  std::unique_ptr<store::sqlite::SqliteArchive> views[2]{make(), make()};

  std::unique_ptr<store::sqlite::SqliteArchive> make() {
    return std::make_unique<store::sqlite::SqliteArchive>(store::sqlite::SqliteArchive::Services{loop, worker},
                                                          directory, archive_contract::kLimits);
  }
  store::Archive& archive(int view) { return *views[view]; }
};

}  // namespace

TEST_CASE("the archive in memory keeps the contract") { archive_contract::run_all<MemoryWorld>(); }
TEST_CASE("the archive in SQLite keeps the contract") { archive_contract::run_all<SqliteWorld>(); }

TEST_CASE("the archive and the grants share one file, and either may open it first") {
  SqliteWorld world;
  archive_contract::put(world, 0, "owner", archive_contract::kept("a"));
  test::SeededRandom random;
  const test::ManualClock clock;
  store::sqlite::Store grants({world.loop, world.worker, random, clock},
                              {.directory = world.directory, .master_key = nullptr});
  REQUIRE(world.loop.run(grants.open()));
  REQUIRE(world.loop.run(grants.block("search", {.until = {5}})));
  CHECK(archive_contract::get(world, 1, "owner", "a"));
}

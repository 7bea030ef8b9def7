// API keys and nonces, in memory and in SQLite: one contract, and what a restart must not forget.
#include <memory>
#include <string>

#include "store/memory_api_keys.h"
#include "store/sqlite/stores.h"
#include "tests/support/manual_loop.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/store/api_keys_contract.h"

#include "tests/test.h"

namespace {

struct MemoryWorld {
  test::ManualLoop loop;
  store::MemoryApiKeys kept;
  store::MemoryNonces used{api_keys_contract::kNoncesMax};
  store::ApiKeys& keys(int) { return kept; }
  store::Nonces& nonces(int) { return used; }
};

// Two views of one file, as two processes have them.
struct SqliteWorld {
  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  std::unique_ptr<store::sqlite::SqliteApiKeys> views[2]{make(), make()};

  std::unique_ptr<store::sqlite::SqliteApiKeys> make() {
    return std::make_unique<store::sqlite::SqliteApiKeys>(store::sqlite::SqliteApiKeys::Services{loop, worker},
                                                          place.path() + "/state", api_keys_contract::kNoncesMax);
  }
  store::ApiKeys& keys(int view) { return *views[view]; }
  store::Nonces& nonces(int view) { return *views[view]; }
};

}  // namespace

TEST_CASE("API keys are kept in memory and in SQLite") {
  api_keys_contract::keeps_keys<MemoryWorld>();
  api_keys_contract::keeps_keys<SqliteWorld>();
}

TEST_CASE("NS-8: a nonce is taken once for a key, and so many are kept") {
  api_keys_contract::takes_a_nonce_once<MemoryWorld>();
  api_keys_contract::takes_a_nonce_once<SqliteWorld>();
}

TEST_CASE("NS-8: a nonce is still known after a restart") {
  SqliteWorld world;
  CHECK(world.loop.run(world.nonces(0).use("a", "one", {100}, {0})) == true);
  for (auto& view : world.views) view.reset();
  world.views[0] = world.make();
  CHECK(world.loop.run(world.nonces(0).use("a", "one", {100}, {0})) == false);
}

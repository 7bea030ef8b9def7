// Calls before the store is open, and after it.
#include "app/calls_once_open.h"

#include "app/audited_server.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_trail.h"

#include "tests/test.h"

namespace {

struct World {
  base::Task<void> call() {
    auto beginning = calls.begin({.method = "tools/call",
                                  .name = "x",
                                  .principal = {},
                                  .touch = mcp::CallFacts::Touch::kReads,
                                  .arguments = "{}"});
    const auto begun = co_await std::move(beginning);
    passed += begun ? 1 : 0;
  }

  test::ManualLoop loop;
  test::MemoryTrail trail;
  app::AuditedServer audited{loop, trail};
  app::CallsOnceOpen calls{loop, audited};
  int passed = 0;
};

}  // namespace

TEST_CASE("calls wait until the store is open, and one that is dropped meanwhile is missed by nobody") {
  World world;
  base::TaskGroup group(world.loop);
  group.spawn(world.call());
  group.spawn(world.call());
  {
    base::TaskGroup dropped(world.loop);
    dropped.spawn(world.call());
    world.loop.run_until_idle();
  }
  CHECK(world.passed == 0);
  world.calls.open();
  world.loop.run_until_idle();
  CHECK(world.passed == 2);
  group.spawn(world.call());
  world.loop.run_until_idle();
  CHECK(world.passed == 3);
}

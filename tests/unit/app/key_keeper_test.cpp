// When keys are replaced by themselves, and what the trail hears of it.
#include "app/key_keeper.h"

#include <string>
#include <vector>

#include "store/sqlite/stores.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

using std::chrono::hours;
using store::sql::Leak;

class Told final : public audit::Trail {
 public:
  void note(audit::Entry entry) override { static_cast<void>(entry); }
  base::Task<base::Result<void>> record(audit::Entry entry) override {
    if (is_full) co_return base::fail(base::Code::kUnavailable, "full");
    for (const audit::Detail& each : entry.request) {
      if (each.name == "step") steps.push_back(std::get<std::string>(each.value));
    }
    co_return base::Result<void>();
  }
  bool is_failing() const override { return is_full; }

  bool is_full = false;
  std::vector<std::string> steps;
};

struct World {
  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::SeededRandom random;
  test::ManualClock clock;
  Told told;
  store::sqlite::Store store{{loop, worker, random, clock},
                             {.directory = place.path() + "/data", .master_key = [](store::sql::Sealed) {
                                test::SeededRandom fixed(5);
                                return base::Result<crypto::Key>(crypto::Key::generate(fixed));
                              }}};
  app::KeyKeeper keeper{{loop, clock, told, store}};

  void log_in(const std::string& who) {
    store::Grant grant;
    grant.user_id = who;
    grant.refresh_token = base::Secret(std::string("fake-refresh"));
    REQUIRE(loop.run(store.replace(who, std::move(grant))));
  }
  std::optional<app::KeyRotation> keep(hours age) {
    const auto kept = loop.run(keeper.keep(age));
    REQUIRE(kept);
    return *kept;
  }
};

}  // namespace

TEST_CASE("a key is replaced when it is as old as it may become, once, and never when that is switched off") {
  World world;
  CHECK(!world.keep(hours(720)));
  world.log_in("a");
  world.clock.advance(hours(719));
  CHECK(!world.keep(hours(720)));
  world.clock.advance(hours(1));
  CHECK(!world.keep(hours(0)));
  CHECK(world.told.steps.empty());
  const auto done = world.keep(hours(720));
  REQUIRE(done);
  CHECK((done->key.version == 2 && done->rewrapped == 1 && done->destroyed == 1 && !done->went_on));
  CHECK(!world.keep(hours(720)));
  CHECK(world.told.steps == std::vector<std::string>{"begin", "end"});
}

TEST_CASE("what was begun is ended first, whatever the age, and makes no further key") {
  World world;
  world.log_in("a");
  REQUIRE(world.loop.run(world.store.rotate("grants", Leak::kNone)));
  const auto done = world.keep(hours(0));
  REQUIRE(done);
  CHECK((done->went_on && done->key.version == 2 && done->rewrapped == 1));
  CHECK(world.told.steps == std::vector<std::string>{"go on", "end"});
}

TEST_CASE("keys that may have leaked are replaced also in the middle of a rotation") {
  World world;
  world.log_in("a");
  REQUIRE(world.loop.run(world.store.rotate("grants", Leak::kNone)));
  const auto done = world.loop.run(world.keeper.rotate(Leak::kSuspected));
  REQUIRE(done);
  CHECK((!done->went_on && done->key.version == 3 && done->ended == 1 && done->destroyed == 2));
  CHECK(world.told.steps == std::vector<std::string>{"begin, compromised", "end"});
}

TEST_CASE("of two processes that see an old key, one replaces it") {
  World world;
  world.log_in("a");
  const auto first = world.loop.run(world.store.rotate("grants", Leak::kNone, 1));
  const auto second = world.loop.run(world.store.rotate("grants", Leak::kNone, 1));
  REQUIRE((first && second));
  CHECK((first->version == 2 && second->version == 2));
}

TEST_CASE("nothing changes when the trail cannot have it") {
  World world;
  world.log_in("a");
  world.told.is_full = true;
  CHECK(!world.loop.run(world.keeper.rotate(Leak::kNone)));
  const auto keys = world.loop.run(world.store.keys());
  REQUIRE(keys);
  CHECK(keys->size() == 1);
}

TEST_CASE("the key of what clients carry is replaced by its age, and opens for a while longer") {
  World world;
  const auto states = [&world] {
    const auto keys = world.loop.run(world.store.purpose_keys(std::string(store::kStateKeys)));
    REQUIRE(keys);
    return keys->size();
  };
  REQUIRE(world.loop.run(world.keeper.keep_states(hours(720))));
  CHECK(world.told.steps.empty());
  CHECK(states() == 1);
  world.clock.advance(hours(719));
  REQUIRE(world.loop.run(world.keeper.keep_states(hours(720))));
  CHECK(states() == 1);
  world.clock.advance(hours(1));
  REQUIRE(world.loop.run(world.keeper.keep_states(hours(0))));
  CHECK(states() == 1);
  REQUIRE(world.loop.run(world.keeper.keep_states(hours(720))));
  CHECK(world.told.steps == std::vector<std::string>{"begin", "end"});
  CHECK(states() == 2);
  world.clock.advance(app::KeyKeeper::kStatesLive + std::chrono::minutes(1));
  REQUIRE(world.loop.run(world.keeper.keep_states(hours(720))));
  CHECK(states() == 1);
}

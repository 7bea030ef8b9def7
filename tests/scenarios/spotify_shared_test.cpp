// Three processes of one user, as three assistants start them: one cool-down, one count, one cache, one regime, and all
// of it again after a restart. Each process has its own connection to the files that they share.
#include <memory>
#include <string>
#include <vector>

#include "app/adapters.h"
#include "base/log.h"
#include "sim/spotify/faulty_client.h"
#include "sim/spotify/simulator.h"
#include "sim/world/sim_loop.h"
#include "sim/world/sim_random.h"
#include "spotify/client.h"
#include "spotify/errors.h"
#include "store/sqlite/response_cache.h"
#include "store/sqlite/stores.h"
#include "tests/support/manual_loop.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace scenario {
namespace {

using sim::spotify::FaultKind;
using std::chrono::seconds;

class OneToken final : public spotify::TokenSource {
 public:
  explicit OneToken(std::string token) : token_(std::move(token)) {}
  base::Task<base::Result<spotify::AccessToken>> access_token(base::Instant) override {
    co_return spotify::AccessToken{base::Secret(token_), 1, login};
  }
  void rejected(uint64_t) override {}
  void renew(std::string token) { token_ = std::move(token); }
  int64_t login = 1;

 private:
  std::string token_;
};

class Family {
 public:
  struct Process {
    explicit Process(Family& family)
        : store({family.loop, family.worker, family.random, family.loop},
                {.directory = family.directory, .master_key = nullptr}),
          quota(store),
          gate(family.loop, family.loop, family.log, {.window_requests_max = 5000}, &quota),
          stored_regime(store, "app"),
          regime(std::nullopt, family.loop, &stored_regime),
          cache({family.loop, family.worker, family.loop}, {.directory = family.directory}),
          client(
              {family.far, family.tokens, gate, family.loop, family.loop, family.random, family.log, &regime, &cache},
              {.cache_owner = "owner@app"}) {}

    store::sqlite::Store store;
    app::StoredQuota quota;
    spotify::Gate gate;
    app::StoredRegime stored_regime;
    spotify::RegimeProbe regime;
    store::sqlite::ResponseCache cache;
    spotify::Client client;
  };

  explicit Family(sim::spotify::Config config = {})
      : simulator(std::move(config), loop, loop, sim_random),
        far(simulator),
        tokens(simulator.grant().access),
        directory(place.path() + "/data") {
    for (auto& process : processes) process = std::make_unique<Process>(*this);
  }
  spotify::Client& client(size_t n) { return processes.at(n)->client; }
  void restart(size_t n) {
    processes.at(n).reset();
    processes.at(n) = std::make_unique<Process>(*this);
  }
  template <class T>
  T run(base::Task<T> task) {
    return loop.run(std::move(task));
  }
  // Longer than a token lives.
  void pass(std::chrono::hours time) {
    loop.run_for(time);
    tokens.renew(simulator.grant().access);
  }
  // Lets what was begun in the background come to its end.
  void settle() { loop.run_for(std::chrono::milliseconds(10)); }
  int64_t counted(size_t n, spotify::Bucket bucket) {
    const auto report = run(client(n).quota());
    CHECK(report.is_shared);
    return report.buckets.at(static_cast<size_t>(bucket)).last_24_hours;
  }

  test::TemporaryDirectory place;
  sim::world::SimLoop loop{3};
  sim::world::SimRandom random{4};
  sim::world::SimRandom sim_random{5};
  base::NullLog log;
  test::InlineWorker worker;
  sim::spotify::Simulator simulator;
  sim::spotify::FaultyClient far;
  OneToken tokens;
  std::string directory;
  std::vector<std::unique_ptr<Process>> processes{3};
};

spotify::ShowId show(const Family& family, size_t n) {
  return spotify::ShowId::parse(family.simulator.catalogue().shows.at(n).id).value();
}

TEST_CASE("three processes share one cache, also after a restart") {
  Family family;
  for (size_t n = 0; n < 3; ++n) {
    CHECK(family.run(family.client(n).show(show(family, 0), std::nullopt, {})).has_value());
    family.settle();
  }
  CHECK(family.simulator.requests("GET /shows/{id}") == 1);
  family.restart(1);
  CHECK(family.run(family.client(1).show(show(family, 0), std::nullopt, {})).has_value());
  CHECK(family.simulator.requests("GET /shows/{id}") == 1);
  CHECK(family.run(family.client(1).cache_report()).stored_hits == 1);
  // Now it is in the memory of that process.
  CHECK(family.run(family.client(1).show(show(family, 0), std::nullopt, {})).has_value());
  CHECK(family.run(family.client(1).cache_report()).memory.hits == 1);
  CHECK(family.run(family.client(2).cache_report()).stored->value().entries == 1);
}

TEST_CASE("what one process changes, the others see at once") {
  Family family;
  for (size_t n = 0; n < 3; ++n) CHECK(family.run(family.client(n).saved_shows({}, {})).has_value());
  family.settle();
  const int before = family.simulator.requests("GET /me/shows");
  CHECK(before == 1);
  const spotify::LibraryUri uri(show(family, 30));
  CHECK(family.run(family.client(0).save_to_library({uri}, {})).has_value());
  for (size_t n = 0; n < 3; ++n) {
    const auto shows = family.run(family.client(n).saved_shows({}, {}));
    REQUIRE(shows.has_value());
    CHECK(shows->items.front().show.id == show(family, 30));
    family.settle();
  }
  CHECK(family.simulator.requests("GET /me/shows") == before + 1);
}

TEST_CASE("a quota that one process met closes the bucket of all, for as long as Spotify said") {
  Family family;
  // All have looked at the ledger before.
  for (size_t n = 0; n < 3; ++n) CHECK(family.run(family.client(n).me({})).has_value());
  family.simulator.faults().add({.kind = FaultKind::kQuotaExceeded, .method = "GET", .path = "/search"});
  CHECK_FALSE(family.run(family.client(0).search({.query = "a"}, {})).has_value());
  family.loop.run_for(spotify::Gate::kRecheck);
  family.restart(2);
  for (size_t n = 0; n < 3; ++n) {
    const auto refused = family.run(family.client(n).search({.query = "b"}, {}));
    REQUIRE_FALSE(refused.has_value());
    CHECK(spotify::cause_of(refused.error()) == spotify::Cause::kQuotaExceeded);
  }
  CHECK(family.simulator.requests("GET /search") == 1);
  // Another bucket is open.
  CHECK(family.run(family.client(1).saved_tracks({}, std::nullopt, {})).has_value());
  family.pass(std::chrono::hours(14));
  CHECK(family.run(family.client(2).search({.query = "c"}, {})).has_value());
}

TEST_CASE("a short wait that one process was told of keeps all of them waiting") {
  Family family;
  for (size_t n = 0; n < 3; ++n) CHECK(family.run(family.client(n).me({})).has_value());
  family.simulator.faults().add(
      {.kind = FaultKind::kRateLimit, .method = "PUT", .path = "/me/library", .retry_after_s = 30});
  const spotify::LibraryUri uri(show(family, 30));
  CHECK_FALSE(family.run(family.client(0).save_to_library({uri}, {})).has_value());
  family.loop.run_for(spotify::Gate::kRecheck);
  const auto began = family.loop.now();
  CHECK(family.run(family.client(1).search({.query = "a"}, {})).has_value());
  CHECK(family.loop.now() - began > seconds(25));
  CHECK(family.loop.now() - began < seconds(32));
}

TEST_CASE("requests are counted for all processes together, and a restart forgets none") {
  Family family;
  for (size_t n = 0; n < 3; ++n) {
    for (size_t i = 0; i < 4; ++i) {
      CHECK(family.run(family.client(n).search({.query = std::to_string(n * 10 + i)}, {})).has_value());
    }
  }
  const int asked = family.simulator.requests("GET /search");
  family.loop.run_for(spotify::Gate::kRecheck);
  // Whoever reports brings the own count along; the others have brought theirs when they asked last, or do so now.
  for (size_t n = 0; n < 3; ++n) family.counted(n, spotify::Bucket::kSearch);
  for (size_t n = 0; n < 3; ++n) CHECK(family.counted(n, spotify::Bucket::kSearch) == asked);
  family.restart(0);
  CHECK(family.counted(0, spotify::Bucket::kSearch) == asked);
  family.pass(std::chrono::hours(25));
  CHECK(family.counted(1, spotify::Bucket::kSearch) == 0);
}

TEST_CASE("the regime is found by one process and known to all") {
  for (const auto regime :
       {sim::spotify::Regime::kDev2026, sim::spotify::Regime::kDevLegacy, sim::spotify::Regime::kExtended}) {
    sim::spotify::Config config;
    config.regime = regime;
    Family family(std::move(config));
    for (size_t n = 0; n < 3; ++n) {
      const auto found = family.run(family.client(n).regime({}));
      REQUIRE(found.has_value());
      CHECK(spotify::regime_name(*found) == sim::spotify::regime_name(regime));
    }
    family.restart(1);
    CHECK(family.run(family.client(1).regime({})).has_value());
    CHECK(family.simulator.requests("GET /markets") == 1);
    // Not for ever: Spotify has moved apps before.
    family.pass(spotify::RegimeProbe::kBelievedFor);
    family.restart(1);
    CHECK(family.run(family.client(1).regime({})).has_value());
    CHECK(family.simulator.requests("GET /markets") == 2);
  }
}

TEST_CASE("a new login sees nothing of the old one's answers") {
  Family family;
  CHECK(family.run(family.client(0).me({})).has_value());
  family.settle();
  family.tokens.login = 2;
  CHECK(family.run(family.client(1).me({})).has_value());
  CHECK(family.simulator.requests("GET /me") == 2);
  CHECK(family.run(family.client(1).forget_cache()).value() >= 1);
  family.settle();
  CHECK(family.run(family.client(2).me({})).has_value());
  CHECK(family.simulator.requests("GET /me") == 3);
}

TEST_CASE("a clock that is set back makes no stored answer live longer in a new process") {
  Family family;
  CHECK(family.run(family.client(0).show(show(family, 0), std::nullopt, {})).has_value());
  family.settle();
  family.loop.run_for(std::chrono::minutes(9));
  family.loop.step_wall(-std::chrono::minutes(20));
  family.restart(1);
  CHECK(family.run(family.client(1).show(show(family, 0), std::nullopt, {})).has_value());
  CHECK(family.simulator.requests("GET /shows/{id}") == 2);
}

TEST_CASE("a quota that was met under a clock that was ahead closes nothing once the clock is right") {
  Family family;
  constexpr std::chrono::hours kYear{24 * 365};
  family.loop.step_wall(kYear);
  family.tokens.renew(family.simulator.grant().access);
  family.simulator.faults().add({.kind = FaultKind::kQuotaExceeded, .method = "GET", .path = "/search"});
  family.simulator.faults().add(
      {.kind = FaultKind::kRateLimit, .method = "PUT", .path = "/me/library", .retry_after_s = 30});
  CHECK_FALSE(family.run(family.client(0).search({.query = "a"}, {})).has_value());
  CHECK_FALSE(family.run(family.client(0).save_to_library({spotify::LibraryUri(show(family, 30))}, {})).has_value());
  family.settle();
  CHECK_FALSE(family.run(family.client(1).search({.query = "b"}, {})).has_value());
  CHECK(family.simulator.requests("GET /search") == 1);

  family.loop.step_wall(-kYear);
  family.tokens.renew(family.simulator.grant().access);
  family.restart(2);
  family.loop.run_for(seconds(40));
  for (size_t n = 0; n < 3; ++n) {
    const auto began = family.loop.now();
    CHECK(family.run(family.client(n).search({.query = std::to_string(n)}, {})).has_value());
    CHECK(family.loop.now() - began < seconds(1));
    family.loop.run_for(spotify::Gate::kRecheck);
  }
  const int asked = family.simulator.requests("GET /search");
  // What is counted from now on is counted for all, and a new block holds for all.
  for (size_t n = 0; n < 3; ++n) family.counted(n, spotify::Bucket::kSearch);
  CHECK(family.counted(0, spotify::Bucket::kSearch) == asked - 1);
  family.simulator.faults().add({.kind = FaultKind::kQuotaExceeded, .method = "GET", .path = "/search"});
  CHECK_FALSE(family.run(family.client(0).search({.query = "c"}, {})).has_value());
  family.loop.run_for(spotify::Gate::kRecheck);
  CHECK_FALSE(family.run(family.client(1).search({.query = "d"}, {})).has_value());
  CHECK(family.simulator.requests("GET /search") == asked + 1);
}

TEST_CASE("a clock that is put forward ends a block early, and Spotify is believed again at once") {
  Family family;
  family.simulator.faults().add({.kind = FaultKind::kQuotaExceeded, .method = "GET", .path = "/search", .times = 2});
  CHECK_FALSE(family.run(family.client(0).search({.query = "a"}, {})).has_value());
  family.loop.step_wall(std::chrono::hours(48));
  family.tokens.renew(family.simulator.grant().access);
  for (size_t n = 0; n < 3; ++n) {
    CHECK_FALSE(family.run(family.client(n).search({.query = "b"}, {})).has_value());
    family.loop.run_for(spotify::Gate::kRecheck);
  }
  CHECK(family.simulator.requests("GET /search") == 2);
}

TEST_CASE("answers are confirmed by their tag after they have ended, in whichever process") {
  Family family;
  CHECK(family.run(family.client(0).show(show(family, 0), std::nullopt, {})).has_value());
  family.loop.run_for(std::chrono::minutes(11));
  CHECK(family.run(family.client(1).show(show(family, 0), std::nullopt, {})).has_value());
  CHECK(family.run(family.client(1).cache_report()).confirmed == 1);
  family.settle();
  CHECK(family.run(family.client(2).show(show(family, 0), std::nullopt, {})).has_value());
  CHECK(family.simulator.requests("GET /shows/{id}") == 2);
}

}  // namespace
}  // namespace scenario

// What every implementation of the stores must do, as one suite. A fixture gives `loop`, and two views of one store as
// two processes would have them: grants(0) and grants(1), and so with leases, quota and facts.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/facts.h"
#include "store/grants.h"
#include "store/leases.h"
#include "store/quota.h"
#include "tests/support/manual_loop.h"

#include "tests/test.h"

namespace store_contract {

inline store::Grant a_grant(const std::string& mark = "1") {
  store::Grant grant;
  grant.user_id = "user-" + mark;
  grant.scopes = {"user-top-read", "streaming"};
  grant.access_token = base::Secret("fake-access-" + mark);
  grant.refresh_token = base::Secret("fake-refresh-" + mark);
  grant.access_expires_at = {1'700'000'003'600'000};
  grant.authorized_at = {1'700'000'000'000};
  return grant;
}

template <class World>
std::optional<store::Grant> load(World& world, int view, const std::string& principal) {
  auto loaded = world.loop.run(world.grants(view).load(principal));
  REQUIRE(loaded);
  return *std::move(loaded);
}

template <class World>
int64_t replace(World& world, int view, const std::string& principal, const std::string& mark) {
  const auto generation = world.loop.run(world.grants(view).replace(principal, a_grant(mark)));
  REQUIRE(generation);
  return *generation;
}

template <class World>
void keeps_a_grant_whole() {
  World world;
  CHECK(!load(world, 0, "owner"));
  const int64_t generation = replace(world, 0, "owner", "1");
  const auto grant = load(world, 1, "owner");
  REQUIRE(grant);
  CHECK(grant->state == store::GrantState::kActive);
  CHECK(grant->user_id == "user-1");
  CHECK(grant->scopes == std::vector<std::string>{"user-top-read", "streaming"});
  CHECK(grant->access_token.reveal() == "fake-access-1");
  CHECK(grant->refresh_token.reveal() == "fake-refresh-1");
  CHECK(grant->access_expires_at.unix_ms == 1'700'000'003'600'000);
  CHECK(grant->authorized_at.unix_ms == 1'700'000'000'000);
  CHECK(grant->generation == generation);
}

template <class World>
void keeps_principals_apart() {
  World world;
  for (const char* text : {"a", "b", "a' OR '1'='1", "\xC3\xA9"}) {
    const std::string name = text;
    CHECK(!load(world, 0, name));
    replace(world, 0, name, name);
  }
  CHECK(load(world, 1, "a")->user_id == "user-a");
  CHECK(load(world, 1, "a' OR '1'='1")->user_id == "user-a' OR '1'='1");
  REQUIRE(world.loop.run(world.grants(0).erase("a")));
  CHECK(!load(world, 0, "a"));
  CHECK(load(world, 0, "b"));
  CHECK(load(world, 0, "\xC3\xA9"));
}

template <class World>
void updates_only_what_was_read() {
  World world;
  CHECK(world.loop.run(world.grants(0).update("owner", a_grant())).error().code == base::Code::kConflict);
  CHECK(!load(world, 0, "owner"));
  replace(world, 0, "owner", "1");
  store::Grant first = *load(world, 0, "owner");
  store::Grant second = *load(world, 1, "owner");
  first.access_token = base::Secret("from-first");
  second.access_token = base::Secret("from-second");
  const auto written = world.loop.run(world.grants(0).update("owner", first.clone()));
  REQUIRE(written);
  CHECK(*written > first.generation);
  CHECK(world.loop.run(world.grants(1).update("owner", second.clone())).error().code == base::Code::kConflict);
  CHECK(load(world, 1, "owner")->access_token.reveal() == "from-first");
}

template <class World>
void never_repeats_a_generation() {
  World world;
  int64_t last = replace(world, 0, "owner", "1");
  const store::Grant old = *load(world, 0, "owner");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(world.loop.run(world.grants(0).erase("owner")));
    REQUIRE(world.loop.run(world.grants(0).erase("owner")));
    CHECK(world.loop.run(world.grants(1).update("owner", old.clone())).error().code == base::Code::kConflict);
    CHECK(!load(world, 0, "owner"));
    const int64_t next = replace(world, 1, "owner", "2");
    CHECK(next > last);
    last = next;
  }
  CHECK(world.loop.run(world.grants(0).update("owner", old.clone())).error().code == base::Code::kConflict);
  CHECK(load(world, 0, "owner")->user_id == "user-2");
}

template <class World>
void keeps_an_ended_grant() {
  World world;
  replace(world, 0, "owner", "1");
  store::Grant grant = *load(world, 0, "owner");
  grant.state = store::GrantState::kEnded;
  grant.access_token = base::Secret();
  grant.refresh_token = base::Secret();
  REQUIRE(world.loop.run(world.grants(0).update("owner", std::move(grant))));
  const auto ended = load(world, 1, "owner");
  REQUIRE(ended);
  CHECK(ended->state == store::GrantState::kEnded);
  CHECK(ended->refresh_token.empty());
  CHECK(ended->user_id == "user-1");
}

// Takes the lease, notes who had it, holds it for a moment.
inline base::Task<void> work(store::Leases* leases, base::Loop* loop, std::string principal,
                             std::vector<std::string>* trace, std::string name) {
  const auto lease = co_await leases->acquire(principal, base::Instant::never());
  trace->push_back((lease ? "+" : "!") + name);
  co_await base::sleep_for(*loop, std::chrono::milliseconds(100));
  trace->push_back("-" + name);
}

template <class World>
void gives_a_lease_to_one_at_a_time() {
  World world;
  std::vector<std::string> trace;
  base::TaskGroup group(world.loop);
  for (int i = 0; i < 6; ++i) {
    group.spawn(work(&world.leases(i % 2), &world.loop, "owner", &trace, std::to_string(i)));
  }
  world.loop.run(group.join());
  REQUIRE(trace.size() == 12);
  for (size_t i = 0; i < trace.size(); i += 2) {
    CHECK(trace[i].front() == '+');
    CHECK(trace[i].substr(1) == trace[i + 1].substr(1));
  }
}

template <class World>
void leases_of_principals_are_apart() {
  World world;
  std::vector<std::string> trace;
  base::TaskGroup group(world.loop);
  group.spawn(work(&world.leases(0), &world.loop, "a", &trace, "a"));
  group.spawn(work(&world.leases(1), &world.loop, "b/../x", &trace, "b"));
  world.loop.run(group.join());
  CHECK(trace == std::vector<std::string>{"+a", "+b", "-a", "-b"});
}

template <class World>
void a_wait_for_a_lease_ends_at_its_deadline() {
  World world;
  const auto held = world.loop.run(world.leases(0).acquire("owner", base::Instant::never()));
  REQUIRE(held);
  const base::Instant deadline = world.loop.now() + std::chrono::milliseconds(500);
  const auto late = world.loop.run(world.leases(1).acquire("owner", deadline));
  REQUIRE(!late);
  CHECK(late.error().code == base::Code::kDeadline);
  CHECK(world.loop.now() == deadline);
}

template <class World>
void a_dropped_waiter_and_a_dropped_holder_free_the_lease() {
  World world;
  std::vector<std::string> trace;
  {
    base::TaskGroup group(world.loop);
    group.spawn(work(&world.leases(0), &world.loop, "owner", &trace, "holder"));
    group.spawn(work(&world.leases(1), &world.loop, "owner", &trace, "waiter"));
    world.loop.run_until_idle();
  }
  world.loop.run_until_idle();
  CHECK(trace == std::vector<std::string>{"+holder"});
  CHECK(world.loop.run(world.leases(1).acquire("owner", world.loop.now())));
}

template <class World>
void keeps_the_later_end_of_a_block() {
  World world;
  CHECK(world.loop.run(world.quota(0).load())->blocks.empty());
  REQUIRE(world.loop.run(world.quota(0).block("search", {.until = {2000}, .since = {100}})));
  REQUIRE(world.loop.run(world.quota(1).block("search", {.until = {1000}, .since = {150}})));
  REQUIRE(world.loop.run(world.quota(1).block("player", {.until = {500}, .since = {100}})));
  const auto blocks = [&] { return world.loop.run(world.quota(0).load())->blocks; };
  using Blocks = std::map<std::string, store::QuotaBlock>;
  CHECK(blocks() == Blocks{{"player", {{500}, {100}}}, {"search", {{2000}, {100}}}});
  // The clock was set back since.
  REQUIRE(world.loop.run(world.quota(1).block("search", {.until = {90}, .since = {60}})));
  CHECK(blocks() == Blocks{{"player", {{500}, {100}}}, {"search", {{90}, {60}}}});
}

inline base::Wall at(int64_t hour) { return {hour * 3'600'000}; }

template <class World>
void adds_up_what_was_counted() {
  World world;
  REQUIRE(world.loop.run(world.quota(0).count({{"search", 1000, 2}, {"player", 1000, 1}}, at(1000))));
  REQUIRE(world.loop.run(world.quota(1).count({{"search", 1000, 3}, {"search", 1001, 4}}, at(1001))));
  const auto counts = world.loop.run(world.quota(0).load())->counts;
  CHECK(counts == std::vector<store::QuotaCount>{{"player", 1000, 1}, {"search", 1000, 5}, {"search", 1001, 4}});
  REQUIRE(world.loop.run(
      world.quota(1).count({{"player", 1000 + store::Quota::kHoursKept, 1}}, at(1000 + store::Quota::kHoursKept))));
  const auto later = world.loop.run(world.quota(0).load())->counts;
  CHECK(later == std::vector<store::QuotaCount>{{"player", 1000 + store::Quota::kHoursKept, 1}, {"search", 1001, 4}});
}

template <class World>
void takes_back_what_was_counted() {
  World world;
  const auto counts = [&] { return world.loop.run(world.quota(0).load())->counts; };
  REQUIRE(world.loop.run(world.quota(0).count({{"search", 1000, 1}, {"player", 1000, 3}}, at(1000))));
  REQUIRE(world.loop.run(world.quota(1).count({{"search", 1000, -1}, {"player", 1000, -1}}, at(1000))));
  CHECK(counts() == std::vector<store::QuotaCount>{{"player", 1000, 2}});
  // Of what is not there nothing can be taken.
  REQUIRE(world.loop.run(world.quota(1).count({{"search", 1000, -1}, {"player", 1000, -5}}, at(1000))));
  CHECK(counts().empty());
  REQUIRE(world.loop.run(world.quota(1).count({}, at(1000))));
}

template <class World>
void counts_the_present_after_a_clock_that_was_ahead() {
  World world;
  constexpr int64_t kAhead = 1000 + 24 * 365;
  REQUIRE(world.loop.run(world.quota(0).count({{"search", kAhead, 9}}, at(kAhead))));
  REQUIRE(world.loop.run(world.quota(0).count({{"search", 1000, 2}}, at(1000))));
  REQUIRE(world.loop.run(world.quota(1).count({{"search", 1001, 4}}, at(1001))));
  const auto counts = world.loop.run(world.quota(0).load())->counts;
  CHECK(counts == std::vector<store::QuotaCount>{{"search", 1000, 2}, {"search", 1001, 4}});
  // What another process counted long ago and brings only now takes nothing away.
  REQUIRE(world.loop.run(world.quota(1).count({{"search", 900, 5}}, at(1001))));
  CHECK(world.loop.run(world.quota(0).load())->counts == counts);
}

template <class World>
void keeps_facts() {
  World world;
  CHECK(!*world.loop.run(world.facts(0).fact("a")));
  REQUIRE(world.loop.run(world.facts(0).learn("a", {"one", {5}})));
  REQUIRE(world.loop.run(world.facts(1).learn("a", {"two", {7}})));
  REQUIRE(world.loop.run(world.facts(1).learn("b'--", {"", {0}})));
  CHECK(*world.loop.run(world.facts(0).fact("a")) == store::Fact{"two", {7}});
  CHECK(*world.loop.run(world.facts(0).fact("b'--")) == store::Fact{"", {0}});
}

template <class World>
void run_all() {
  SUBCASE("keeps a grant whole") { keeps_a_grant_whole<World>(); }
  SUBCASE("keeps principals apart, whatever they are called") { keeps_principals_apart<World>(); }
  SUBCASE("updates only the grant that was read") { updates_only_what_was_read<World>(); }
  SUBCASE("never repeats a generation") { never_repeats_a_generation<World>(); }
  SUBCASE("keeps an ended grant") { keeps_an_ended_grant<World>(); }
  SUBCASE("adds up what was counted") { adds_up_what_was_counted<World>(); }
  SUBCASE("takes back what was counted") { takes_back_what_was_counted<World>(); }
  SUBCASE("counts the present after a clock that was ahead") {
    counts_the_present_after_a_clock_that_was_ahead<World>();
  }
  SUBCASE("keeps facts") { keeps_facts<World>(); }
  SUBCASE("gives a lease to one at a time") { gives_a_lease_to_one_at_a_time<World>(); }
  SUBCASE("keeps the leases of principals apart") { leases_of_principals_are_apart<World>(); }
  SUBCASE("ends a wait for a lease at its deadline") { a_wait_for_a_lease_ends_at_its_deadline<World>(); }
  SUBCASE("frees the lease of a dropped holder or waiter") {
    a_dropped_waiter_and_a_dropped_holder_free_the_lease<World>();
  }
  SUBCASE("keeps the later end of a block") { keeps_the_later_end_of_a_block<World>(); }
}

}  // namespace store_contract

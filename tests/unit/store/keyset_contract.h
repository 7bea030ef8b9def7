// What every store with keys in versions must do between two processes. A fixture gives `loop`, `clock`, and
// open(MASTER): a store of a further process, whose master key is the one of that number.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/keyset.h"
#include "store/sql/store.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/store/store_contract.h"

#include "tests/test.h"

namespace keyset_contract {

using base::Code;
using store::KeyState;
using store::sql::Leak;
using store::sql::Store;

inline crypto::Key master_of(uint64_t number) {
  test::SeededRandom random(number);
  return crypto::Key::generate(random);
}

inline store::ApiKey api_key(std::string id) {
  return {.id = std::move(id),
          .label = "tests",
          .scopes = {"smcp:read"},
          .addresses = {},
          .created = {1000},
          .expires = {2000},
          .digest = std::string(32, 'd'),
          .signing_box = {}};
}

template <class World>
std::string user_of(World& world, Store& store, const std::string& principal) {
  const auto loaded = world.loop.run(store.load(principal));
  if (!loaded) return std::string(base::code_name(loaded.error().code));
  return *loaded ? (*loaded)->user_id : "nobody";
}

template <class World>
void replaces_keys_under_running_processes() {
  World world;
  const auto one = world.open(1);
  const auto two = world.open(1);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(world.loop.run(one->replace("user " + std::to_string(i), store_contract::a_grant("1"))));
  }
  CHECK(user_of(world, *two, "user 4") == "user-1");
  const auto rotated = world.loop.run(two->rotate(std::string(store::kGrantKeys), Leak::kNone));
  REQUIRE(rotated);
  CHECK(rotated->version == 2);
  // Whoever saw the first version comes too late to make a third one.
  CHECK(world.loop.run(one->rotate(std::string(store::kGrantKeys), Leak::kNone, 1))->version == 2);
  CHECK(*world.loop.run(one->destroy_unused_keys()) == 0);
  std::string after;
  int64_t rewrapped = 0;
  for (bool more = true; more;) {
    const auto step = world.loop.run(one->rewrap(after, 2));
    REQUIRE(step);
    rewrapped += step->rewrapped;
    after = step->last;
    more = step->more;
  }
  CHECK(rewrapped == 5);
  CHECK(*world.loop.run(two->destroy_unused_keys()) == 1);
  for (int i = 0; i < 5; ++i) CHECK(user_of(world, *two, "user " + std::to_string(i)) == "user-1");
  const auto keys = world.loop.run(one->keys());
  REQUIRE(keys);
  REQUIRE(keys->size() == 2);
  CHECK(keys->front().state == KeyState::kPrimary);
  CHECK(keys->front().grants == 5);
  CHECK(keys->back().state == KeyState::kDestroyed);
}

template <class World>
void gives_up_what_is_under_a_compromised_key() {
  World world;
  const auto one = world.open(1);
  const auto two = world.open(1);
  REQUIRE(world.loop.run(one->replace("owner", store_contract::a_grant("1"))));
  REQUIRE(world.loop.run(two->rotate(std::string(store::kGrantKeys), Leak::kSuspected)));
  CHECK(user_of(world, *one, "owner") == "unavailable");
  CHECK(world.loop.run(two->rewrap("", 10))->ended == 1);
  CHECK(user_of(world, *one, "owner") == "nobody");
  CHECK(*world.loop.run(one->destroy_unused_keys()) == 1);
  REQUIRE(world.loop.run(one->replace("owner", store_contract::a_grant("2"))));
  CHECK(user_of(world, *two, "owner") == "user-2");
}

template <class World>
void refuses_another_master_key() {
  World world;
  REQUIRE(world.loop.run(world.open(1)->replace("owner", store_contract::a_grant("1"))));
  const auto stranger = world.open(2);
  CHECK(user_of(world, *stranger, "owner") == "unavailable");
  CHECK(world.loop.run(stranger->replace("owner", store_contract::a_grant("2"))).error().code == Code::kUnavailable);
  CHECK(user_of(world, *world.open(1), "owner") == "user-1");
  REQUIRE(world.loop.run(world.open(1)->replace_master(master_of(2))));
  CHECK(user_of(world, *world.open(2), "owner") == "user-1");
  CHECK(user_of(world, *world.open(1), "owner") == "unavailable");
}

template <class World>
void shares_the_keys_of_what_clients_carry() {
  World world;
  const auto one = world.open(1);
  const auto two = world.open(1);
  const std::string purpose(store::kStateKeys);
  const auto first = world.loop.run(one->purpose_keys(purpose));
  const auto same = world.loop.run(two->purpose_keys(purpose));
  REQUIRE((first && same));
  CHECK(store::key_id(first->front()) == store::key_id(same->front()));
  const auto before = world.loop.run(two->key_change(purpose));
  REQUIRE(world.loop.run(one->rotate(purpose, Leak::kNone)));
  CHECK(*world.loop.run(two->key_change(purpose)) > *before);
  const auto next = world.loop.run(two->purpose_keys(purpose));
  REQUIRE(next);
  REQUIRE(next->size() == 2);
  CHECK(store::key_id(next->back()) == store::key_id(first->front()));
}

template <class World>
void spends_a_state_once() {
  World world;
  const auto one = world.open(1);
  const auto two = world.open(1);
  const base::Wall until = world.clock.wall() + std::chrono::minutes(5);
  CHECK(*world.loop.run(one->spend("owner", "a", until)));
  CHECK_FALSE(*world.loop.run(two->spend("owner", "a", until)));
  CHECK_FALSE(*world.loop.run(one->spend("owner", "a", until)));
  CHECK(*world.loop.run(two->spend("other", "a", until)));
  CHECK(*world.loop.run(two->spend("owner", "b", until)));
}

template <class World>
void seals_what_api_keys_sign_with() {
  World world;
  const auto one = world.open(1);
  const auto two = world.open(1);
  REQUIRE(world.loop.run(one->add_signing(api_key("a"), base::Secret(std::string("fake-signing-key")))));
  const auto signs_with = [&world](Store& store) -> std::string {
    const auto found = world.loop.run(store.signing_key("a"));
    return found && *found ? std::string((*found)->reveal()) : "nothing";
  };
  CHECK(signs_with(*two) == "fake-signing-key");
  const auto resealed = world.loop.run(two->rotate_signing(Leak::kNone));
  REQUIRE(resealed);
  CHECK(resealed->resealed == 1);
  CHECK(signs_with(*one) == "fake-signing-key");
  CHECK(world.loop.run(one->rotate_signing(Leak::kSuspected))->revoked == 1);
}

template <class World>
void forgets_a_user() {
  World world;
  const auto one = world.open(1);
  const auto two = world.open(1);
  REQUIRE(world.loop.run(one->replace("api-key a", store_contract::a_grant("1"))));
  REQUIRE(world.loop.run(one->replace("other", store_contract::a_grant("2"))));
  REQUIRE(world.loop.run(one->add_signing(api_key("a"), base::Secret(std::string("fake-signing-key")))));
  REQUIRE(world.loop.run(two->forget_user("api-key a")));
  CHECK(user_of(world, *one, "api-key a") == "nobody");
  CHECK(user_of(world, *one, "other") == "user-2");
  CHECK_FALSE(*world.loop.run(one->signing_key("a")));
}

template <class World>
void run_all() {
  SUBCASE("replaces keys under running processes") { replaces_keys_under_running_processes<World>(); }
  SUBCASE("gives up what is under a compromised key") { gives_up_what_is_under_a_compromised_key<World>(); }
  SUBCASE("refuses another master key") { refuses_another_master_key<World>(); }
  SUBCASE("shares the keys of what clients carry") { shares_the_keys_of_what_clients_carry<World>(); }
  SUBCASE("spends a state once") { spends_a_state_once<World>(); }
  SUBCASE("seals what API keys sign with") { seals_what_api_keys_sign_with<World>(); }
  SUBCASE("forgets a user") { forgets_a_user<World>(); }
}

}  // namespace keyset_contract

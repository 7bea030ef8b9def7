// What every implementation of API keys and nonces must do. A fixture gives `loop`, and keys(0), keys(1), nonces(0) and
// nonces(1): two views of one store with room for kNoncesMax nonces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "store/api_keys.h"
#include "tests/support/manual_loop.h"

#include "tests/test.h"

namespace api_keys_contract {

inline constexpr size_t kNoncesMax = 4;

inline store::ApiKey key(std::string id, int64_t created = 1000) {
  return {.id = std::move(id),
          .label = "a label",
          .scopes = {"smcp:read", "smcp:playback"},
          .addresses = {"10.0.0.0/8"},
          .created = {created},
          .expires = {5000},
          .digest = std::string(31, 'd') + '\0',
          .signing_box = std::string("box\0", 4)};
}

template <class World>
void keeps_keys() {
  World world;
  const auto find = [&world](int view, const std::string& id) {
    auto found = world.loop.run(world.keys(view).find(id));
    REQUIRE(found);
    return *std::move(found);
  };
  CHECK_FALSE(find(0, "a"));
  REQUIRE(world.loop.run(world.keys(0).add(key("b", 2000))));
  REQUIRE(world.loop.run(world.keys(1).add(key("a"))));
  const auto again = world.loop.run(world.keys(0).add(key("a")));
  REQUIRE_FALSE(again);
  CHECK(again.error().code == base::Code::kConflict);
  const auto found = find(0, "a");
  REQUIRE(found);
  const store::ApiKey expected = key("a");
  CHECK(found->label == expected.label);
  CHECK(found->scopes == expected.scopes);
  CHECK(found->addresses == expected.addresses);
  CHECK(found->created == expected.created);
  CHECK(found->expires == expected.expires);
  CHECK_FALSE(found->revoked);
  CHECK(found->digest == expected.digest);
  CHECK(found->signing_box == expected.signing_box);
  // What one process revokes the other sees at once.
  CHECK(world.loop.run(world.keys(1).revoke("a", {3000})) == true);
  CHECK(find(0, "a")->revoked == base::Wall{3000});
  CHECK(world.loop.run(world.keys(0).revoke("a", {4000})) == true);
  CHECK(find(1, "a")->revoked == base::Wall{3000});
  CHECK(world.loop.run(world.keys(0).revoke("' OR 1=1 --", {4000})) == false);
  CHECK_FALSE(find(0, "b")->revoked);
  const auto all = world.loop.run(world.keys(0).list());
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  CHECK(all->front().id == "a");
  CHECK(all->back().id == "b");
}

template <class World>
void takes_a_nonce_once() {
  World world;
  const auto use = [&world](int view, const char* id, const char* nonce, int64_t now) {
    return world.loop.run(world.nonces(view).use(id, nonce, {now + 100}, {now}));
  };
  CHECK(use(0, "a", "one", 0) == true);
  CHECK(use(0, "a", "one", 0) == false);
  CHECK(use(1, "a", "one", 50) == false);
  CHECK(use(0, "b", "one", 50) == true);
  CHECK(use(0, "a", "two", 60) == true);
  CHECK(use(0, "a", "one", 100) == false);  // At its last moment it is still known.
  CHECK(use(0, "a", "three", 100) == true);
  // Bounded, and room again once some have expired.
  const auto full = use(0, "a", "four", 100);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == base::Code::kRateLimited);
  CHECK(use(0, "a", "four", 101) == true);
  CHECK(use(1, "a", "two", 151) == false);
}

}  // namespace api_keys_contract

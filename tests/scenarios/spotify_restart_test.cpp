// The process ends at any moment, also in the middle of a refresh, and another one goes on from what was stored.
#include <algorithm>
#include <vector>

#include "tests/scenarios/spotify_world.h"

#include "tests/test.h"

namespace scenario {
namespace {

using spotify::Client;

base::Task<void> add_one(Client* client, spotify::PlaylistId id, spotify::PlayableUri item, spotify::Call call,
                         int* ended) {
  const auto added = co_await client->add_playlist_items(id, {item}, std::nullopt, call);
  static_cast<void>(added);
  ++*ended;
}

uint64_t killed(uint64_t seed) {
  CAPTURE(seed);
  World world(seed);
  sim::world::SimRandom chance(seed);
  const auto created = world.run(world.client().create_playlist({.name = "Kept"}, world.within(seconds(30))));
  REQUIRE(created.has_value());
  const spotify::PlaylistId id = *created->id;
  const auto items = world.tracks(seed, 40);
  size_t next = 0;
  for (int life = 0; life < 6; ++life) {
    CAPTURE(life);
    if (chance.below(2) == 0) world.expire_token();
    int ended = 0;
    {
      // The calls of this life die with it.
      base::TaskGroup group(world.loop);
      for (int i = 0; i < 5; ++i) {
        group.spawn(add_one(&world.client(), id, items[next++], world.within(seconds(30)), &ended));
      }
      world.loop.run_for(milliseconds(chance.below(400)));
    }
    world.restart();
    // The login is whole, whenever the end came.
    const auto me = world.run(world.client().me(world.within(seconds(30))));
    if (!me) FAIL_CHECK(me.error().message);
  }
  // What was asked for once is never there twice.
  for (size_t i = 0; i < next; ++i) CHECK(world.occurrences(id, items[i].text()) <= 1);
  const auto added = world.run(world.client().add_playlist_items(id, {items[next]}, std::nullopt,
                                                                 world.within(seconds(30))));
  CHECK(added.has_value());
  CHECK(world.occurrences(id, items[next].text()) == 1);
  return world.loop.trace_hash();
}

TEST_CASE("ending the process at random moments loses no login and doubles no write") {
  CHECK(sim::world::every_seed(seeds(200), 20, killed) == 0);
}

TEST_CASE("a rotating refresh token survives a process that waits for its refresh") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    World world(seed, {.refresh_mode = sim::spotify::RefreshMode::kStrict});
    for (int life = 0; life < 3; ++life) {
      world.expire_token();
      int ended = 0;
      const auto id = spotify::PlaylistId::parse("4ddddddddddddddddddddd").value();
      {
        base::TaskGroup group(world.loop);
        group.spawn(add_one(&world.client(), id, world.tracks(1, 1)[0], world.within(seconds(30)), &ended));
        world.loop.run_for(milliseconds(seed % 300));
      }
      world.loop.run([](oauth::Refresher* refresher) -> base::Task<bool> {
        co_await refresher->join();
        co_return true;
      }(&world.process->refresher));
      world.restart();
      CHECK(world.run(world.client().me(world.within(seconds(30)))).has_value());
    }
  }
}

}  // namespace
}  // namespace scenario

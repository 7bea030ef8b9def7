// The access token dies at bad moments: in the middle of a call, and under many calls at once.
#include <algorithm>
#include <vector>

#include "tests/scenarios/spotify_world.h"

#include "tests/test.h"

namespace scenario {
namespace {

using spotify::Client;

struct Tally {
  int done = 0;
  int failed = 0;
};

base::Task<void> read_page(Client* client, int offset, spotify::Call call, Tally* tally) {
  const auto page = co_await client->saved_tracks({.limit = 1, .offset = offset}, std::nullopt, call);
  ++(page ? tally->done : tally->failed);
}

enum class Expiry {
  kAtSpotify,  // Spotify refuses what we take for good: everybody gets a 401.
  kByClock,    // We know it ourselves: everybody waits before sending.
};

uint64_t many_at_expiry(uint64_t seed, int callers, Expiry expiry) {
  CAPTURE(seed);
  World world(seed);
  CHECK(world.run(world.client().me(world.within(seconds(30)))).has_value());
  CHECK(world.refreshes() == 0);
  if (expiry == Expiry::kAtSpotify) {
    world.expire_token();
  } else {
    world.loop.run_for(sim::spotify::kAccessTokenLifetime);
  }
  world.simulator.reset_counts();
  Tally tally;
  base::TaskGroup group(world.loop);
  for (int i = 0; i < callers; ++i) {
    group.spawn(read_page(&world.client(), i, world.within(seconds(60)), &tally));
  }
  world.loop.run_for(seconds(60));
  CHECK(tally.done == callers);
  CHECK(tally.failed == 0);
  CHECK(world.refreshes() == 1);
  // Nobody is sent more often than once before and once after the refresh.
  CHECK(world.simulator.requests("GET /me/tracks") <= 2 * callers);
  if (expiry == Expiry::kByClock) CHECK(world.simulator.requests("GET /me/tracks") == callers);
  return world.loop.trace_hash();
}

TEST_CASE("1,000 calls at the expiry of the token make exactly one refresh") {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    many_at_expiry(seed, 1000, Expiry::kAtSpotify);
    many_at_expiry(seed, 1000, Expiry::kByClock);
  }
}

TEST_CASE("calls at expiry, over seeds") {
  CHECK(sim::world::every_seed(seeds(200), 20, [](uint64_t seed) {
          return many_at_expiry(seed, 20, seed % 2 == 0 ? Expiry::kAtSpotify : Expiry::kByClock);
        }) == 0);
}

// A session of writes and reads while the token keeps dying. Everything must come true exactly once.
uint64_t session_with_expiries(uint64_t seed) {
  CAPTURE(seed);
  World world(seed, {.refresh_mode = static_cast<sim::spotify::RefreshMode>(seed % 3)});
  sim::world::SimRandom chance(seed);
  int expiries = 0;
  // Not before the last one was noticed: a token that dies right after its refresh ends the call, as it should.
  const auto perhaps_expire = [&] {
    if (world.refreshes() < expiries || chance.below(3) != 0) return;
    ++expiries;
    // Also while the request is on its way.
    world.loop.call_at(world.loop.now() + milliseconds(chance.below(120)), [&world] { world.expire_token(); });
  };
  perhaps_expire();
  const auto created = world.run(world.client().create_playlist({.name = "Scenario mix"}, world.within(seconds(30))));
  REQUIRE(created.has_value());
  const spotify::PlaylistId id = *created->id;
  CHECK(world.playlists_named("Scenario mix") == 1);
  const auto items = world.tracks(seed, 12);
  for (const auto& item : items) {
    perhaps_expire();
    const auto added =
        world.run(world.client().add_playlist_items(id, {item}, std::nullopt, world.within(seconds(30))));
    REQUIRE(added.has_value());
    CHECK(added->items_done == 1);
    perhaps_expire();
    CHECK(world.run(world.client().devices(world.within(seconds(30)))).has_value());
  }
  const auto page = world.run(world.client().playlist_items(id, {.limit = 50}, std::nullopt, std::nullopt,
                                                            world.within(seconds(30))));
  REQUIRE(page.has_value());
  REQUIRE(page->items.size() == items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    CHECK(spotify::uri_of(*page->items[i].item)->text() == items[i].text());
  }
  CHECK(world.refreshes() <= expiries);
  CHECK(world.refreshes() >= expiries - 1);
  return world.loop.trace_hash();
}

TEST_CASE("a session goes on over expiring tokens") {
  CHECK(sim::world::every_seed(seeds(200), 20, session_with_expiries) == 0);
}

TEST_CASE("a login that has ended is said so, once, without hammering") {
  World world(1);
  world.simulator.revoke();
  const auto me = world.run(world.client().me(world.within(seconds(30))));
  REQUIRE(!me.has_value());
  CHECK(me.error().code == base::Code::kUnauthenticated);
  const int before = world.simulator.requests();
  for (int i = 0; i < 5; ++i) {
    CHECK(world.run(world.client().me(world.within(seconds(30)))).error().code == base::Code::kUnauthenticated);
  }
  CHECK(world.simulator.requests() == before);
}

}  // namespace
}  // namespace scenario

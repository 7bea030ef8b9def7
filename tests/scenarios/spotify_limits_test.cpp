// Spotify asks to wait: for seconds, for hours, by quota. And it is slow.
#include <algorithm>
#include <vector>

#include "tests/scenarios/spotify_world.h"

#include "tests/test.h"

namespace scenario {
namespace {

using sim::spotify::FaultBody;
using sim::spotify::FaultKind;
using spotify::Cause;

uint64_t short_waits(uint64_t seed) {
  CAPTURE(seed);
  World world(seed);
  sim::world::SimRandom chance(seed);
  for (int i = 0; i < 6; ++i) {
    world.simulator.faults().add({.kind = FaultKind::kRateLimit,
                                  .path = i % 2 == 0 ? "/me/tracks" : "/me/playlists",
                                  .skip = static_cast<int>(chance.below(4)),
                                  .times = 1,
                                  .body = i % 3 == 0 ? FaultBody::kText : FaultBody::kJson,
                                  .retry_after_s = static_cast<int64_t>(1 + chance.below(3))});
  }
  for (int i = 0; i < 8; ++i) {
    const base::Instant begin = world.loop.now();
    const auto page = world.run(world.client().saved_tracks({.limit = 1, .offset = i}, std::nullopt,
                                                            world.within(seconds(60))));
    // Three in a row are given to the caller with the time; everything else comes out well.
    if (!page) {
      CHECK(page.error().code == base::Code::kRateLimited);
      CHECK(page.error().retry_after.has_value());
    }
    CHECK(world.loop.now() - begin < seconds(12));
    const auto lists = world.run(world.client().my_playlists({.limit = 1}, world.within(seconds(60))));
    CHECK((lists.has_value() || lists.error().code == base::Code::kRateLimited));
  }
  return world.loop.trace_hash();
}

TEST_CASE("short waits are waited out, over seeds") {
  CHECK(sim::world::every_seed(seeds(200), 20, short_waits) == 0);
}

TEST_CASE("a write that is told to wait has changed nothing and is not repeated") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    World world(seed);
    const auto created = world.run(world.client().create_playlist({.name = "Quiet"}, world.within(seconds(9))));
    REQUIRE(created.has_value());
    world.simulator.faults().add({.kind = FaultKind::kRateLimit, .method = "POST", .path = "/playlists"});
    world.simulator.reset_counts();
    const auto item = world.tracks(seed, 1);
    const auto added =
        world.run(world.client().add_playlist_items(*created->id, item, std::nullopt, world.within(seconds(30))));
    REQUIRE(!added.has_value());
    CHECK(added.error().code == base::Code::kRateLimited);
    CHECK(world.simulator.requests("POST /playlists/{playlist_id}/items") +
              world.simulator.requests("POST /playlists/{id}/items") ==
          1);
    CHECK(world.occurrences(*created->id, item[0].text()) == 0);
  }
}

// One request of Spotify's.
spotify::SearchRequest ten(std::string query) { return {.query = std::move(query), .page = {.limit = 10}}; }

uint64_t long_wait(uint64_t seed) {
  CAPTURE(seed);
  World world(seed);
  const bool quota = seed % 2 == 0;
  const int64_t wait_s = 61 + static_cast<int64_t>(seed) * 400;
  world.simulator.faults().add({.kind = quota ? FaultKind::kQuotaExceeded : FaultKind::kRateLimitLong,
                                .path = "/search",
                                .retry_after_s = wait_s});
  const base::Wall told = world.loop.wall();
  const auto found = world.run(world.client().search(ten("night"), world.within(seconds(60))));
  REQUIRE(!found.has_value());
  CHECK(spotify::cause_of(found.error()) == Cause::kQuotaExceeded);
  CHECK(found.error().retry_after == seconds(wait_s));
  // Answered at once, and from now on without asking; also by the next process.
  CHECK(world.loop.wall() - told < milliseconds(1000));
  world.simulator.reset_counts();
  for (int i = 0; i < 4; ++i) {
    const auto again = world.run(world.client().search(ten("day"), world.within(seconds(60))));
    REQUIRE(!again.has_value());
    CHECK(spotify::cause_of(again.error()) == Cause::kQuotaExceeded);
    if (i == 1) world.restart();
  }
  CHECK(world.simulator.requests("GET /search") == 0);
  CHECK(world.run(world.client().queue(world.within(seconds(30)))).has_value());
  world.loop.run_for(seconds(wait_s));
  // The simulator makes its index at the first search, which takes longer than all the rest: one world in ten looks.
  if (seed % 10 == 0) {
    const auto after = world.run(world.client().search(ten("day"), world.within(seconds(60))));
    CHECK(after.has_value());
    CHECK(world.simulator.requests("GET /search") == 1);
  }
  return world.loop.trace_hash();
}

TEST_CASE("a long wait and an exhausted quota are answered at once and kept over a restart") {
  CHECK(sim::world::every_seed(seeds(200), 20, long_wait) == 0);
}

base::Task<void> timed_read(World* world, int offset, milliseconds time, int* late, int* ended) {
  const spotify::Call call = world->within(time);
  const auto page = co_await world->client().saved_tracks({.limit = 1, .offset = offset}, std::nullopt, call);
  static_cast<void>(page);
  *late += world->loop.now() > call.deadline ? 1 : 0;
  ++*ended;
}

uint64_t slow_answers(uint64_t seed) {
  CAPTURE(seed);
  World world(seed, {.pacing = {.window_requests_max = 20, .window = seconds(10), .concurrent_max = 3}});
  sim::world::SimRandom chance(seed);
  for (int i = 0; i < 10; ++i) {
    world.simulator.faults().add({.kind = FaultKind::kSlow,
                                  .path = "/me/tracks",
                                  .skip = static_cast<int>(chance.below(10)),
                                  .times = 2,
                                  .delay_ms = static_cast<int64_t>(chance.below(40'000))});
  }
  int late = 0;
  int ended = 0;
  {
    base::TaskGroup group(world.loop);
    for (int i = 0; i < 30; ++i) {
      group.spawn(timed_read(&world, i, milliseconds(200 + chance.below(20'000)), &late, &ended));
    }
    world.loop.run_for(seconds(25));
  }
  // Whatever happens, everybody has an answer by the deadline.
  CHECK(ended == 30);
  CHECK(late == 0);
  // And nothing stays behind that would hold up the next one.
  world.simulator.faults().clear();
  world.loop.run_for(seconds(60));
  CHECK(world.run(world.client().queue(world.within(seconds(5)))).has_value());
  return world.loop.trace_hash();
}

TEST_CASE("slow answers never hold a caller beyond its deadline") {
  CHECK(sim::world::every_seed(seeds(200), 20, slow_answers) == 0);
}

uint64_t paced(uint64_t seed) {
  CAPTURE(seed);
  World world(seed, {.pacing = {}});
  std::vector<base::Instant> sent;
  world.net.on_send([&](const http::Request&) { sent.push_back(world.loop.now()); });
  int late = 0;
  int ended = 0;
  base::TaskGroup group(world.loop);
  for (int i = 0; i < 130; ++i) group.spawn(timed_read(&world, i, seconds(200), &late, &ended));
  world.loop.run_for(seconds(100));
  CHECK(ended == 130);
  CHECK(sent.size() == 130);
  // No window of 30 seconds holds more than 50.
  for (size_t i = 50; i < sent.size(); ++i) CHECK(sent[i] - sent[i - 50] >= seconds(30));
  return world.loop.trace_hash();
}

TEST_CASE("the pace is kept over seeds") {
  CHECK(sim::world::every_seed(seeds(40), 10, paced) == 0);
}

}  // namespace
}  // namespace scenario

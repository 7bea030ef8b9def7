// The network and the service fail at every place. What must hold: a success came true exactly once, a clear refusal
// changed nothing, and where the client is in doubt it says so and the change was made once or not at all.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/scenarios/spotify_world.h"

#include "tests/test.h"

namespace scenario {
namespace {

using sim::spotify::FaultBody;
using sim::spotify::FaultKind;
using spotify::Cause;

template <class T>
void check_times(const base::Result<T>& result, int64_t times) {
  if (result) {
    CHECK(times == 1);
  } else if (surely_not_done(result.error())) {
    CHECK(times == 0);
  } else {
    CHECK(times <= 1);
  }
}

// Creates a playlist, adds tracks one by one and in bulk and reads back. Gives how many of the six went well.
int session(World& world, uint64_t salt) {
  int well = 0;
  const std::string name = "Mix " + std::to_string(salt);
  std::optional<spotify::PlaylistId> id;
  // As a person would: look whether it is there, and make it when it is certain that it is not.
  for (int i = 0; i < 4 && !id; ++i) {
    const auto created = world.run(world.client().create_playlist({.name = name}, world.within(seconds(40))));
    check_times(created, world.playlists_named(name));
    well += created ? 1 : 0;
    for (const auto& [key, playlist] : world.simulator.world().playlists()) {
      if (playlist.name == name) id = spotify::PlaylistId::parse(key).value();
    }
  }
  if (!id) return well;
  for (const auto& item : world.tracks(salt % 500, 3)) {
    const auto added =
        world.run(world.client().add_playlist_items(*id, {item}, std::nullopt, world.within(seconds(40))));
    check_times(added, world.occurrences(*id, item.text()));
    well += added ? 1 : 0;
  }
  const auto bulk = world.tracks(1000 + salt % 500, 150);
  const auto written = world.run(world.client().add_playlist_items(*id, bulk, std::nullopt, world.within(seconds(60))));
  const bool stopped_clearly = written ? written->stopped && surely_not_done(*written->stopped) : false;
  const auto counts = world.counts(*id);
  int twice = 0;
  int missing = 0;
  int unasked = 0;
  for (size_t i = 0; i < bulk.size(); ++i) {
    const auto found = counts.find(bulk[i].text());
    const int times = found == counts.end() ? 0 : found->second;
    const bool done = written && i < written->items_done;
    twice += times > 1 ? 1 : 0;
    missing += done && times == 0 ? 1 : 0;
    unasked += stopped_clearly && !done && times > 0 ? 1 : 0;
  }
  CHECK(twice == 0);
  CHECK(missing == 0);
  CHECK(unasked == 0);
  well += written && !written->stopped ? 1 : 0;
  const auto page = world.run(world.client().playlist_items(*id, {.limit = 3}, std::nullopt, std::nullopt,
                                                            world.within(seconds(40))));
  if (page) CHECK(page->total == static_cast<int>(world.simulator.world().find_playlist(id->text())->entries().size()));
  well += page ? 1 : 0;
  return well;
}

uint64_t failing_network(uint64_t seed) {
  CAPTURE(seed);
  World world(seed);
  world.net.fail_at_random(150);
  session(world, seed);
  world.expire_token();
  session(world, seed + 1000);
  // When the network is well again, everything is: nothing is stuck, no login lost.
  world.net.fail_at_random(0);
  world.loop.run_for(seconds(120));
  CHECK(session(world, seed + 2000) == 6);
  return world.loop.trace_hash();
}

TEST_CASE("one request in seven fails, over seeds") {
  CHECK(sim::world::every_seed(seeds(200), 20, failing_network) == 0);
}

TEST_CASE("every request of a session fails in every way, one at a time") {
  const auto runs = sim::world::every_failure([](sim::world::PlannedFailure planned) {
    CAPTURE(planned.step);
    World world(11);
    // The first request finds the token dead, so that a refresh is among the steps.
    world.expire_token();
    planned.arm(world.net);
    const int well = session(world, 11);
    if (planned.step == 0) CHECK(well == 6);
    // One failure costs at most the one call that it hits.
    CHECK(well >= 5);
    const uint64_t steps = world.net.sends();
    world.net.clear_planned();
    CHECK(session(world, 12) == 6);
    return steps;
  });
  CHECK(runs.steps >= 9);
  CHECK(runs.runs > 6 * runs.steps);
}

uint64_t failing_service(uint64_t seed) {
  CAPTURE(seed);
  constexpr FaultKind kKinds[] = {FaultKind::kStatus,       FaultKind::kStatusAfter, FaultKind::kResetBefore,
                                  FaultKind::kResetAfter,   FaultKind::kTruncatedJson, FaultKind::kRefused,
                                  FaultKind::kOpaque200,    FaultKind::kEmpty200,    FaultKind::kNullItems,
                                  FaultKind::kExtraFields};
  constexpr int kStatuses[] = {500, 502, 503, 504};
  World world(seed);
  sim::world::SimRandom chance(seed);
  for (int i = 0; i < 8; ++i) {
    world.simulator.faults().add({.kind = kKinds[chance.below(std::size(kKinds))],
                                  .path = chance.below(2) == 0 ? "/playlists" : "/me",
                                  .skip = static_cast<int>(chance.below(5)),
                                  .status = kStatuses[chance.below(4)],
                                  .body = static_cast<FaultBody>(chance.below(3))});
  }
  session(world, seed);
  session(world, seed + 1000);
  world.simulator.faults().clear();
  CHECK(session(world, seed + 2000) == 6);
  return world.loop.trace_hash();
}

TEST_CASE("5xx, resets, truncated and opaque answers of the service, over seeds") {
  CHECK(sim::world::every_seed(seeds(200), 20, failing_service) == 0);
}

TEST_CASE("null entries and unknown members do not disturb a read") {
  World world(5);
  for (const FaultKind kind : {FaultKind::kNullItems, FaultKind::kExtraFields}) {
    world.simulator.faults().add({.kind = kind, .path = "/me/tracks"});
    const auto page = world.run(world.client().saved_tracks({.limit = 10}, std::nullopt, world.within(seconds(9))));
    REQUIRE(page.has_value());
    CHECK(page->items.size() + static_cast<size_t>(page->items.skipped) == 10);
    if (kind == FaultKind::kNullItems) CHECK(page->items.skipped > 0);
  }
}

TEST_CASE("refusals of the whole app are told apart") {
  for (const auto& [kind, cause] : {std::pair{FaultKind::kPremiumOwner, Cause::kOwnerNotPremium},
                                    std::pair{FaultKind::kNotRegistered, Cause::kNotRegistered}}) {
    World world(6);
    world.simulator.faults().add({.kind = kind, .times = 100});
    const auto me = world.run(world.client().me(world.within(seconds(9))));
    REQUIRE(!me.has_value());
    CHECK(spotify::cause_of(me.error()) == cause);
    CHECK(world.simulator.requests() == 1);
  }
}

}  // namespace
}  // namespace scenario

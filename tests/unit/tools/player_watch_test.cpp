// The watch on the player, in virtual time: what it tells, how often it looks, and that it stops.
#include "tools/player_watch.h"

#include <string>
#include <vector>

#include "tests/unit/tools/curation_bench.h"
#include "tools/player_pace.h"

#include "tests/test.h"

namespace tools {
namespace {

using namespace std::chrono_literals;
using sim::spotify::FaultKind;

struct Watching {
  Watching() {
    bench.services.options.first_look = 0ms;
    bench.answer("play", json::Object{{"uris", bench.track_uris(3)}, {"device_id", bench.device("Robin's phone")}});
    bench.answer("set_repeat", json::Object{{"mode", "context"}});  // So that it never ends by itself.
  }
  void listen(std::vector<mcp::Principal> principals) {
    audience = std::move(principals);
    watch.reconsider();
    bench.loop.run_for(1ms);
  }
  int looks() const { return bench.simulator.requests("GET /me/player"); }
  // Looks while that much time passes.
  int looks_in(base::Duration time) {
    const int before = looks();
    bench.loop.run_for(time);
    return looks() - before;
  }
  int told_of(std::string_view uri) const { return static_cast<int>(std::ranges::count(told, uri, &mcp::Event::uri)); }

  CurationBench bench;
  std::vector<mcp::Principal> audience;
  std::vector<mcp::Event> told;
  PlayerWatch watch{
      bench.loop,
      bench.services,
      {.audience =
           [this](std::string_view uri) { return uri == kPlayerUri ? audience : std::vector<mcp::Principal>(); },
       .publish = [this](const mcp::Event& event) { told.push_back(event); },
       .may_look = [this] { return may_look; }}};
  bool may_look = true;
};

TEST_CASE("player watch: nobody listens, nobody looks") {
  Watching world;
  const int before = world.looks();
  world.listen({});
  world.bench.loop.run_for(1h);
  CHECK(world.looks() == before);
  CHECK(world.watch.watched() == 0);
}

TEST_CASE("player watch: a pause, a jump and the next track are told, the passing of time is not") {
  Watching world;
  world.listen({{}});
  world.bench.loop.run_for(20s);
  CHECK(world.told.empty());
  world.bench.answer("pause", json::Object{});
  world.bench.loop.run_for(10s);
  CHECK(world.told_of(kPlayerUri) == 1);
  CHECK(world.told_of(kQueueUri) == 0);
  CHECK(world.told.front().principal_id == "owner");
  CHECK(world.told.front().kind == mcp::Event::Kind::kResourceUpdated);
  world.bench.answer("seek", json::Object{{"position_ms", 100'000}});
  world.bench.loop.run_for(70s);
  CHECK(world.told_of(kPlayerUri) == 2);
  world.bench.answer("skip_next", json::Object{});
  world.bench.loop.run_for(70s);
  CHECK(world.told_of(kPlayerUri) == 3);
  CHECK(world.told_of(kQueueUri) == 1);
}

TEST_CASE("player watch: the end of a track is seen when it comes") {
  Watching world;
  const auto& track = world.bench.simulator.catalogue().tracks[0];
  world.bench.answer("seek", json::Object{{"position_ms", track.duration_ms - 12'000}});
  world.listen({{}});
  world.bench.loop.run_for(11s);
  CHECK(world.told_of(kQueueUri) == 0);
  world.bench.loop.run_for(2500ms);
  CHECK(world.told_of(kQueueUri) == 1);
}

TEST_CASE("player watch: it ends when the last one ceases to listen, and begins again") {
  Watching world;
  world.listen({{}});
  CHECK(world.watch.watched() == 1);
  CHECK(world.looks_in(30s) >= 5);
  world.listen({});
  CHECK(world.watch.watched() == 0);
  CHECK(world.looks_in(40min) == 0);
  world.listen({{}});
  CHECK(world.looks_in(30s) >= 5);
}

TEST_CASE("player watch: several listeners of one person cost as much as one, two persons are watched apart") {
  Watching world;
  world.listen({{}});
  const int one = world.looks_in(30s);
  world.watch.reconsider();
  world.watch.reconsider();
  CHECK(std::abs(world.looks_in(30s) - one) <= 1);
  world.listen({{.id = "a"}, {.id = "b"}});
  CHECK(world.watch.watched() == 2);
  world.bench.answer("pause", json::Object{});
  world.bench.loop.run_for(10s);
  CHECK(world.told_of(kPlayerUri) == 2);
  CHECK(world.told[0].principal_id != world.told[1].principal_id);
}

TEST_CASE("player watch: rarer while paused, rarer still where nothing is active") {
  Watching world;
  world.listen({{}});
  const int playing = world.looks_in(5min);
  world.bench.answer("pause", json::Object{});
  world.bench.loop.run_for(5min);
  const int paused = world.looks_in(5min);
  CHECK(playing >= 55);
  CHECK(paused <= 6);
  CHECK(paused >= 4);
}

TEST_CASE("player watch: Spotify's refusals make it wait, for as long as they say, and it recovers") {
  Watching world;
  world.bench.fault({.kind = FaultKind::kStatus, .method = "GET", .path = "/me/player", .times = 6});
  world.listen({{}});
  CHECK(world.looks_in(60s) <= 6);
  world.bench.loop.run_for(30min);
  CHECK(world.looks_in(60s) >= 10);
  const int told = world.told_of(kPlayerUri);
  world.bench.answer("pause", json::Object{});
  world.bench.loop.run_for(10s);
  CHECK(world.told_of(kPlayerUri) == told + 1);

  Watching limited;
  limited.bench.fault({.kind = FaultKind::kQuotaExceeded, .method = "GET", .path = "/me/player"});
  limited.listen({{}});
  const int asked = limited.looks();
  CHECK(limited.looks_in(30min) == 0);
  CHECK(limited.looks() == asked);
}

TEST_CASE("player watch: while it must not, and without a login, it asks for nothing") {
  Watching world;
  world.may_look = false;
  world.listen({{}});
  CHECK(world.looks_in(10min) == 0);
  world.may_look = true;
  CHECK(world.looks_in(2min) > 0);

  Watching stranger;
  stranger.bench.tokens.logged_out = true;
  const int before = stranger.bench.simulator.requests();
  stranger.listen({{}});
  stranger.bench.loop.run_for(1h);
  CHECK(stranger.bench.simulator.requests() == before);
}

PlayerSight playing_at(int64_t progress_ms, int64_t duration_ms) {
  return {.is_active = true, .is_playing = true, .item = "x", .progress_ms = progress_ms, .duration_ms = duration_ms};
}

TEST_CASE("player pace: near the end faster, never under a second, far from it at leisure") {
  const PlayerPace pace;
  CHECK(pace.after(playing_at(0, 200'000), 0) == 5s);
  CHECK(pace.after(playing_at(197'000, 200'000), 0) == 3300ms);
  CHECK(pace.after(playing_at(199'990, 200'000), 0) == 1s);
  CHECK(pace.after(playing_at(300'000, 200'000), 0) == 1s);
  CHECK(pace.after({.is_active = true, .is_playing = true}, 9) == 5s);  // An advertisement.
  CHECK(pace.after({.is_active = true}, 0) == 10s);
  CHECK(pace.after({.is_active = true}, 1) == 20s);
  CHECK(pace.after({.is_active = true}, 1000) == 60s);
  CHECK(pace.after({}, 0) == 30s);
  CHECK(pace.after({}, 1000) == 120s);
  CHECK(pace.after_failure(1, std::nullopt) == 30s);
  CHECK(pace.after_failure(2, std::nullopt) == 60s);
  CHECK(pace.after_failure(1000, std::nullopt) == 600s);
  CHECK(pace.after_failure(1, 3600s) == 3600s);
}

TEST_CASE("player pace: the more of the quota is used, the rarer") {
  const PlayerPace pace;
  CHECK(pace.spared(5s, {.window_used = 24, .window_max = 50}) == 5s);
  CHECK(pace.spared(5s, {.window_used = 25, .window_max = 50}) == 10s);
  CHECK(pace.spared(5s, {.window_used = 40, .window_max = 50}) == 30s);
  CHECK(pace.spared(5s, {}) == 5s);
  const auto of_day = [](spotify::Bucket bucket, int64_t count) {
    spotify::QuotaReport report;
    report.buckets.push_back({.bucket = bucket, .last_24_hours = count, .blocked_until = {}});
    return report;
  };
  CHECK(pace.spared(5s, of_day(spotify::Bucket::kPlayer, 5000)) == 5s);
  CHECK(pace.spared(5s, of_day(spotify::Bucket::kPlayer, 5001)) == 30s);
  CHECK(pace.spared(60s, of_day(spotify::Bucket::kPlayer, 5001)) == 60s);
  CHECK(pace.spared(5s, of_day(spotify::Bucket::kSearch, 90'000)) == 5s);
}

TEST_CASE("player pace: what differs, and what does not") {
  const PlayerSight before = playing_at(10'000, 200'000);
  PlayerSight after = playing_at(15'200, 200'000);
  after.seen = before.seen + 5s;
  CHECK_FALSE(differs(before, after));
  after.progress_ms = 60'000;
  CHECK(differs(before, after));
  after = before;
  CHECK_FALSE(differs(before, after));
  for (const auto& change : std::vector<std::function<void(PlayerSight&)>>{
           [](auto& sight) { sight.is_playing = false; }, [](auto& sight) { sight.item = "y"; },
           [](auto& sight) { sight.device = "d"; }, [](auto& sight) { sight.context = "c"; },
           [](auto& sight) { sight.repeat = "track"; }, [](auto& sight) { sight.shuffle = true; },
           [](auto& sight) { sight.volume = 7; }, [](auto& sight) { sight.is_active = false; }}) {
    after = before;
    change(after);
    CHECK(differs(before, after));
  }
}

}  // namespace
}  // namespace tools

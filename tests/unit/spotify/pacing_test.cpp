// Dialogues with the pacer, in times that the test sets.
#include "spotify/pacing.h"

#include <string>
#include <vector>

#include "tests/test.h"

namespace spotify {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Verdict = Pacer::Verdict;

constexpr base::Wall kStart{1'795'521'600'000};

Pacer::Now at(milliseconds time) { return {base::Instant{time}, kStart + time}; }
base::Instant instant(milliseconds time) { return base::Instant{time}; }

PacingOptions small() {
  PacingOptions options;
  options.window_requests_max = 3;
  options.window = seconds(10);
  options.concurrent_max = 2;
  options.waiting_max = 5;
  return options;
}

std::vector<Pacer::Id> gone(const Pacer::Step& step) {
  std::vector<Pacer::Id> ids;
  for (const auto& decision : step.decisions) {
    if (decision.verdict == Verdict::kGo) ids.push_back(decision.id);
  }
  return ids;
}

TEST_CASE("at most so many at once, first come, first served") {
  Pacer pacer(small());
  const auto a = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  const auto b = pacer.enqueue(Bucket::kPlayer, base::Instant::never());
  const auto c = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  auto step = pacer.poll(at(milliseconds(0)));
  CHECK(gone(step) == std::vector{a, b});
  // Only an ending request can help: no time to wake at.
  CHECK(!step.wake_at.has_value());
  CHECK(pacer.poll(at(milliseconds(5))).decisions.empty());
  pacer.done(a);
  CHECK(gone(pacer.poll(at(milliseconds(6)))) == std::vector{c});
  CHECK(pacer.running() == 2);
}

TEST_CASE("at most so many in a rolling window") {
  Pacer pacer(small());
  for (int i = 0; i < 3; ++i) {
    const auto id = pacer.enqueue(Bucket::kSearch, base::Instant::never());
    CHECK(gone(pacer.poll(at(seconds(i)))) == std::vector{id});
    pacer.done(id);
  }
  const auto next = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  auto step = pacer.poll(at(seconds(3)));
  CHECK(step.decisions.empty());
  CHECK(step.wake_at == instant(seconds(10)));
  CHECK(pacer.poll(at(milliseconds(9'999))).decisions.empty());
  CHECK(gone(pacer.poll(at(seconds(10)))) == std::vector{next});
}

TEST_CASE("a turn that comes too late is refused at once, with the time") {
  Pacer pacer(small());
  for (int i = 0; i < 3; ++i) {
    pacer.done(pacer.enqueue(Bucket::kUser, base::Instant::never()));
    const auto id = pacer.enqueue(Bucket::kSearch, base::Instant::never());
    pacer.poll(at(milliseconds(i)));
    pacer.done(id);
  }
  const auto hasty = pacer.enqueue(Bucket::kSearch, instant(seconds(4)));
  const auto step = pacer.poll(at(seconds(1)));
  REQUIRE(step.decisions.size() == 1);
  CHECK(step.decisions[0] == Pacer::Decision{hasty, Verdict::kTooLate, kStart + seconds(10)});
  CHECK(pacer.waiting() == 0);
  // Three that fit into the next window wait; the fourth would start a window later.
  std::vector<Pacer::Id> patient;
  for (int i = 0; i < 4; ++i) patient.push_back(pacer.enqueue(Bucket::kSearch, instant(seconds(10) + milliseconds(5))));
  const auto later = pacer.poll(at(seconds(1)));
  REQUIRE(later.decisions.size() == 1);
  CHECK(later.decisions[0].id == patient[3]);
  CHECK(later.decisions[0].verdict == Verdict::kTooLate);
}

TEST_CASE("who waits for a free place is told when its deadline comes") {
  Pacer pacer(small());
  const auto a = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  const auto b = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  const auto c = pacer.enqueue(Bucket::kSearch, instant(seconds(2)));
  auto step = pacer.poll(at(milliseconds(0)));
  CHECK(gone(step) == std::vector{a, b});
  CHECK(step.wake_at == instant(seconds(2)));
  step = pacer.poll(at(seconds(2)));
  REQUIRE(step.decisions.size() == 1);
  CHECK(step.decisions[0].id == c);
  CHECK(step.decisions[0].verdict == Verdict::kTooLate);
}

TEST_CASE("a pause holds everything, a block one bucket") {
  Pacer pacer(small());
  pacer.pause(instant(seconds(3)));
  const auto a = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  auto step = pacer.poll(at(milliseconds(0)));
  CHECK(step.decisions.empty());
  CHECK(step.wake_at == instant(seconds(3)));
  // A shorter pause does not shorten it.
  pacer.pause(instant(seconds(1)));
  CHECK(pacer.poll(at(seconds(2))).decisions.empty());
  CHECK(gone(pacer.poll(at(seconds(3)))) == std::vector{a});
  pacer.done(a);

  pacer.block({Bucket::kSearch, kStart + hours(13)});
  const auto search = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  const auto player = pacer.enqueue(Bucket::kPlayer, base::Instant::never());
  step = pacer.poll(at(seconds(4)));
  REQUIRE(step.decisions.size() == 2);
  CHECK(step.decisions[0] == Pacer::Decision{search, Verdict::kBlocked, kStart + hours(13)});
  CHECK(gone(step) == std::vector{player});
  // It ends by the calendar.
  const auto later = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  CHECK(gone(pacer.poll(at(hours(13)))) == std::vector{later});
}

TEST_CASE("blocks are kept for a restart and end by themselves") {
  Pacer pacer(small());
  pacer.block({Bucket::kSearch, kStart + hours(2)});
  pacer.block({Bucket::kSearch, kStart + hours(1)});  // The later end stays.
  pacer.block({Bucket::kPlayer, kStart + hours(1)});
  CHECK(pacer.blocks(kStart) ==
        std::vector<Block>{{Bucket::kSearch, kStart + hours(2)}, {Bucket::kPlayer, kStart + hours(1)}});
  CHECK(pacer.blocks(kStart + hours(1)) == std::vector<Block>{{Bucket::kSearch, kStart + hours(2)}});
  CHECK(pacer.blocks(kStart + hours(2)).empty());
  Pacer reborn(small());
  for (const Block& block : pacer.blocks(kStart)) reborn.block(block);
  CHECK(reborn.blocked_until(Bucket::kSearch, kStart) == kStart + hours(2));
  CHECK(!reborn.blocked_until(Bucket::kUser, kStart).has_value());
}

TEST_CASE("a block of a clock that was ahead holds no longer than that clock, and hides no later one") {
  Pacer pacer(small());
  const base::Wall ahead = kStart + hours(24 * 365);
  pacer.block({Bucket::kSearch, ahead + hours(14), ahead});
  CHECK(pacer.blocked_until(Bucket::kSearch, ahead) == ahead + hours(14));
  // The clock is set right.
  CHECK(!pacer.blocked_until(Bucket::kSearch, kStart).has_value());
  CHECK(pacer.blocks(kStart).empty());
  const auto asked = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  CHECK(gone(pacer.poll(at(milliseconds(0)))) == std::vector{asked});
  pacer.block({Bucket::kSearch, kStart + hours(2), kStart});
  CHECK(pacer.blocked_until(Bucket::kSearch, kStart) == kStart + hours(2));
  CHECK(pacer.blocks(kStart) == std::vector<Block>{{Bucket::kSearch, kStart + hours(2), kStart}});
}

TEST_CASE("a waiter that goes away takes no turn") {
  Pacer pacer(small());
  const auto a = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  const auto b = pacer.enqueue(Bucket::kSearch, base::Instant::never());
  pacer.done(a);
  CHECK(gone(pacer.poll(at(milliseconds(0)))) == std::vector{b});
  CHECK(pacer.running() == 1);
  pacer.done(a);
  CHECK(pacer.running() == 1);
}

TEST_CASE("too many waiters are refused, not kept") {
  Pacer pacer(small());
  pacer.pause(instant(seconds(1)));
  for (int i = 0; i < 7; ++i) pacer.enqueue(Bucket::kSearch, base::Instant::never());
  const auto step = pacer.poll(at(milliseconds(0)));
  REQUIRE(step.decisions.size() == 2);
  CHECK(step.decisions[0].verdict == Verdict::kOverflow);
  CHECK(pacer.waiting() == 5);
}

TEST_CASE("the ledger counts the last 24 hours by bucket") {
  PacingOptions options;
  options.window_requests_max = 1000;
  options.concurrent_max = 1000;
  Pacer pacer(options);
  for (int hour = 0; hour < 30; ++hour) {
    pacer.enqueue(Bucket::kSearch, base::Instant::never());
    pacer.poll(at(hours(hour)));
  }
  pacer.enqueue(Bucket::kPlayer, base::Instant::never());
  pacer.poll(at(hours(29)));
  const auto usage = pacer.usage(kStart + hours(29));
  REQUIRE(usage.size() == kBuckets);
  CHECK(usage[0].bucket == Bucket::kSearch);
  CHECK(usage[0].last_24_hours == 24);
  CHECK(usage[2].last_24_hours == 1);
  CHECK(pacer.usage(kStart + hours(60))[0].last_24_hours == 0);
}

TEST_CASE("buckets have names that can be stored") {
  for (const Bucket bucket :
       {Bucket::kSearch, Bucket::kCatalogue, Bucket::kPlayer, Bucket::kPlaylists, Bucket::kLibrary, Bucket::kUser}) {
    CHECK(parse_bucket(bucket_name(bucket)) == bucket);
  }
  CHECK(!parse_bucket("other").has_value());
}

TEST_CASE("what was counted is taken once, given back when it did not arrive, and joined with what others counted") {
  Pacer pacer({});
  const Pacer::Now now{base::Instant{}, kStart};
  for (int i = 0; i < 3; ++i) {
    pacer.enqueue(Bucket::kSearch, base::Instant::never());
    pacer.poll(now);
  }
  const int64_t hour = kStart.unix_ms / 3'600'000;
  const auto usage = [&] { return pacer.usage(kStart)[static_cast<size_t>(Bucket::kSearch)].last_24_hours; };
  CHECK(usage() == 3);
  const auto taken = pacer.take_counts();
  CHECK(taken == std::vector<HourCount>{{Bucket::kSearch, hour, 3}});
  CHECK(pacer.take_counts().empty());
  CHECK(usage() == 3);
  pacer.give_back(taken);
  CHECK(pacer.take_counts() == taken);
  pacer.learn({{Bucket::kSearch, hour, 10}, {Bucket::kSearch, hour - 30, 5}, {Bucket::kUser, hour + 1, 7}}, kStart);
  CHECK(usage() == 10);
  CHECK(pacer.usage(kStart)[static_cast<size_t>(Bucket::kUser)].last_24_hours == 0);
  // An old view of the store takes nothing away.
  pacer.learn({{Bucket::kSearch, hour, 4}}, kStart);
  CHECK(usage() == 10);
}

}  // namespace
}  // namespace spotify

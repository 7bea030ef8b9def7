// The trail of a running program: what waits for the disk and what does not.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/recorder.h"
#include "tests/unit/audit/bench.h"

namespace audit {
namespace {

struct Running {
  explicit Running(OnFailure on_failure = OnFailure::kDeny)
      : recorder({loop, worker, bench.clock, log}, {.on_failure = on_failure}, [this](base::Wall now) {
          return Journal::open(Bench::keys(), bench.disk, bench.random, bench.options, now);
        }) {}

  Entry entry(Event event) const { return {.event = event, .user = "owner", .source = "stdio", .status = "ok"}; }
  int count(std::string_view name) const {
    const std::string text = bench.disk.text();
    const std::string wanted = "\"event\":\"" + std::string(name) + "\"";
    int found = 0;
    for (size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++found;
    return found;
  }

  Bench bench;
  test::ManualLoop loop;
  test::InlineWorker worker;
  base::NullLog log;
  Recorder recorder;
};

}  // namespace

TEST_CASE("an ordinary event is written within ten milliseconds, and those of that time share a commit") {
  Running given;
  REQUIRE(given.loop.run(given.recorder.start()));
  const int before = given.bench.disk.writes;
  for (int i = 0; i < 50; ++i) given.recorder.note(given.entry(Event::kCallEnded));
  given.loop.advance(std::chrono::milliseconds(9));
  CHECK(given.count("call.ended") == 0);
  given.loop.advance(std::chrono::milliseconds(1));
  CHECK(given.count("call.ended") == 50);
  // One append, and what the ends of five epochs and the checkpoints need.
  CHECK(given.bench.disk.writes - before < 15);
}

TEST_CASE("a security event is on the disk when it is acknowledged, with everything before it") {
  Running given;
  REQUIRE(given.loop.run(given.recorder.start()));
  given.recorder.note(given.entry(Event::kCallEnded));
  REQUIRE(given.loop.run(given.recorder.record(given.entry(Event::kLoginSucceeded))));
  CHECK(given.count("login.succeeded") == 1);
  CHECK(given.count("call.ended") == 1);
}

TEST_CASE("what is told before the trail is open is kept") {
  Running given;
  given.recorder.note(given.entry(Event::kServerStarted));
  given.loop.advance(std::chrono::seconds(1));
  CHECK(given.bench.disk.files.empty());
  REQUIRE(given.loop.run(given.recorder.start()));
  given.loop.advance(std::chrono::milliseconds(1));
  CHECK(given.count("server.started") == 1);
}

TEST_CASE("on a full disk a security event is refused with the fix, and is told of when there is room again") {
  Running given;
  REQUIRE(given.loop.run(given.recorder.start()));
  given.bench.disk.fail_from_now(1'000'000);
  const auto refused = given.loop.run(given.recorder.record(given.entry(Event::kChangeBegun)));
  REQUIRE(!refused);
  CHECK(refused.error().code == base::Code::kUnavailable);
  CHECK(refused.error().message.find("Make room") != std::string::npos);
  CHECK(refused.error().detail.find("No space left") != std::string::npos);
  CHECK(given.recorder.is_failing());
  for (int i = 0; i < 3; ++i) given.recorder.note(given.entry(Event::kCallEnded));
  given.loop.advance(std::chrono::seconds(6));
  CHECK(given.count("change.begun") == 0);
  given.bench.disk.fail_until = 0;
  REQUIRE(given.loop.run(given.recorder.record(given.entry(Event::kChangeBegun))));
  CHECK(!given.recorder.is_failing());
  CHECK(given.count("change.begun") == 1);
  CHECK(given.bench.disk.text().find(R"("damage":"not written","lost":4)") != std::string::npos);
  CHECK(given.bench.verdict() == "good");
}

TEST_CASE("with warn, what cannot be written happens all the same") {
  Running given(OnFailure::kWarn);
  given.bench.disk.fail_from_now(1'000'000);
  CHECK(given.loop.run(given.recorder.start()));
  CHECK(given.loop.run(given.recorder.record(given.entry(Event::kChangeBegun))));
  CHECK(given.recorder.is_failing());
  given.bench.disk.fail_until = 0;
  CHECK(given.loop.run(given.recorder.record(given.entry(Event::kChangeBegun))));
  CHECK(!given.recorder.is_failing());
  CHECK(given.count("audit.gap") == 1);
}

TEST_CASE("a trail that cannot be opened ends the start, unless warn is set") {
  Running given;
  given.bench.disk.fail_from_now(1'000'000);
  const auto started = given.loop.run(given.recorder.start());
  REQUIRE(!started);
  CHECK(started.error().code == base::Code::kUnavailable);
}

TEST_CASE("who asks before a start that fails is answered") {
  for (const OnFailure on_failure : {OnFailure::kDeny, OnFailure::kWarn}) {
    Running given(on_failure);
    given.bench.disk.fail_from_now(1'000'000);
    std::optional<bool> answered;
    base::TaskGroup group(given.loop);
    group.spawn([](Running* running, std::optional<bool>* out) -> base::Task<void> {
      auto asking = running->recorder.record(running->entry(Event::kChangeBegun));
      const auto recorded = co_await std::move(asking);
      *out = recorded.has_value();
    }(&given, &answered));
    given.loop.run_until_idle();
    CHECK(!answered);
    CHECK(given.loop.run(given.recorder.start()).has_value() == (on_failure == OnFailure::kWarn));
    given.loop.run_until_idle();
    CHECK(answered == (on_failure == OnFailure::kWarn));
  }
}

TEST_CASE("more than may wait is counted") {
  Running given;
  for (int i = 0; i < 10'050; ++i) given.recorder.note(given.entry(Event::kCallEnded));
  REQUIRE(given.loop.run(given.recorder.start()));
  given.loop.advance(std::chrono::milliseconds(1));
  CHECK(given.count("call.ended") == 10'000);
  CHECK(given.bench.disk.text().find(R"("lost":50)") != std::string::npos);
}

TEST_CASE("a step of the clock is told") {
  Running given;
  REQUIRE(given.loop.run(given.recorder.start()));
  given.recorder.note(given.entry(Event::kCallEnded));
  given.bench.clock.advance(std::chrono::milliseconds(900));
  given.recorder.note(given.entry(Event::kCallEnded));
  given.bench.clock.advance(std::chrono::milliseconds(-90'000));
  given.recorder.note(given.entry(Event::kCallEnded));
  given.loop.advance(std::chrono::milliseconds(20));
  CHECK(given.count("clock.stepped") == 1);
  CHECK(given.bench.disk.text().find(R"("milliseconds":-90000)") != std::string::npos);
}

TEST_CASE("the end writes what waits, a checkpoint, and leaves no key of a record") {
  Running given;
  REQUIRE(given.loop.run(given.recorder.start()));
  given.recorder.note(given.entry(Event::kServerStopped));
  given.loop.run(given.recorder.close());
  CHECK(given.count("server.stopped") == 1);
  CHECK(given.bench.verify().checkpoints == 1);
  CHECK(given.bench.verdict() == "good");
  given.bench.erase(0);
  CHECK(given.bench.verdict() == "deleted at 0");
}

}  // namespace audit

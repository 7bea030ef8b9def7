// The table of repeats: what is tried again, how often, and what never is.
#include "spotify/attempts.h"

#include "tests/test.h"

namespace spotify {
namespace {

using Next = Attempts::Next;
using Kind = Ending::Kind;

Ending answered(int status) { return {.kind = Kind::kAnswered, .status = status}; }
Ending limited(Wait::Kind kind) {
  return {.kind = Kind::kAnswered, .status = 429, .wait = {.duration = std::chrono::seconds(1), .kind = kind}};
}

constexpr Repeat kAll[] = {Repeat::kRead, Repeat::kIdempotentWrite, Repeat::kNeverRepeat};

TEST_CASE("success is accepted, refusals are given") {
  for (const Repeat repeat : kAll) {
    for (const int status : {200, 201, 202, 204, 304}) CHECK(Attempts(repeat).after(answered(status)) == Next::kAccept);
    for (const int status : {302, 400, 403, 404, 405, 413, 414}) {
      CHECK(Attempts(repeat).after(answered(status)) == Next::kGiveUp);
    }
  }
}

TEST_CASE("401 refreshes exactly once, whatever the operation") {
  for (const Repeat repeat : kAll) {
    Attempts attempts(repeat);
    CHECK(attempts.after(answered(401)) == Next::kRefresh);
    CHECK(attempts.after(answered(401)) == Next::kGiveUp);
    CHECK(attempts.tries() == 2);
  }
}

TEST_CASE("a short wait is waited out by reads only, at most twice") {
  Attempts read(Repeat::kRead);
  CHECK(read.after(limited(Wait::Kind::kShort)) == Next::kWaitAndRetry);
  CHECK(read.after(limited(Wait::Kind::kShort)) == Next::kWaitAndRetry);
  CHECK(read.after(limited(Wait::Kind::kShort)) == Next::kGiveUp);
  CHECK(Attempts(Repeat::kIdempotentWrite).after(limited(Wait::Kind::kShort)) == Next::kGiveUp);
  CHECK(Attempts(Repeat::kNeverRepeat).after(limited(Wait::Kind::kShort)) == Next::kGiveUp);
  for (const Repeat repeat : kAll) CHECK(Attempts(repeat).after(limited(Wait::Kind::kLong)) == Next::kBlock);
}

TEST_CASE("after a loss reads go once more, writes are in doubt") {
  for (const Ending& ending : {answered(500), answered(502), answered(503), Ending{.kind = Kind::kLost}}) {
    Attempts read(Repeat::kRead);
    CHECK(read.after(ending) == Next::kRetrySoon);
    CHECK(read.after(ending) == Next::kGiveUp);
    CHECK(Attempts(Repeat::kIdempotentWrite).after(ending) == Next::kAmbiguous);
    CHECK(Attempts(Repeat::kNeverRepeat).after(ending) == Next::kAmbiguous);
  }
  Attempts read(Repeat::kRead);
  CHECK(read.after({.kind = Kind::kUnreadable, .status = 200}) == Next::kRetrySoon);
  CHECK(read.after({.kind = Kind::kUnreadable, .status = 200}) == Next::kGiveUp);
}

TEST_CASE("what was certainly not sent goes once more, also a write") {
  for (const Repeat repeat : kAll) {
    Attempts attempts(repeat);
    CHECK(attempts.after({.kind = Kind::kNotSent}) == Next::kRetrySoon);
    CHECK(attempts.after({.kind = Kind::kNotSent}) == Next::kGiveUp);
  }
  // A second try that does get through and is lost is in doubt all the same.
  Attempts write(Repeat::kNeverRepeat);
  CHECK(write.after({.kind = Kind::kNotSent}) == Next::kRetrySoon);
  CHECK(write.after({.kind = Kind::kLost}) == Next::kAmbiguous);
}

}  // namespace
}  // namespace spotify

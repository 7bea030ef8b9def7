// The budget of changes: a minute that rolls, a day that is noted elsewhere, and clocks that jump.
#include "policy/budget.h"

#include <chrono>
#include <optional>
#include <vector>

#include "tests/test.h"

namespace policy {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr base::Instant kStart{};
constexpr base::Wall kNoon{int64_t{480'000} * 3'600'000};

std::optional<OverBudget> look(const Budget& budget, base::Instant now, std::vector<SpentHour> spent = {},
                               base::Wall wall = kNoon) {
  return budget.find_refusal("owner", now, wall, spent);
}

TEST_CASE("so many in any minute, and the refusal says for how long") {
  Budget budget({.per_minute = 3, .per_day = 0});
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(look(budget, kStart + seconds(i * 10)));
    budget.take("owner", kStart + seconds(i * 10), kNoon);
  }
  const auto over = look(budget, kStart + seconds(25));
  REQUIRE(over);
  CHECK(over->per == OverBudget::Per::kMinute);
  CHECK(over->allowed == 3);
  CHECK(over->wait == seconds(35));
  CHECK(look(budget, kStart + seconds(59)));
  CHECK_FALSE(look(budget, kStart + seconds(60)));
  // Another principal has a budget of their own.
  CHECK_FALSE(budget.find_refusal("somebody", kStart + seconds(25), kNoon, std::nullopt));
}

TEST_CASE("what changed nothing is given back") {
  Budget budget({.per_minute = 1, .per_day = 1});
  budget.take("owner", kStart, kNoon);
  CHECK(look(budget, kStart));
  budget.noted("owner");
  budget.give_back("owner", kNoon);
  CHECK_FALSE(look(budget, kStart));
}

TEST_CASE("the day is what was noted, and what is on its way to be noted") {
  Budget budget({.per_minute = 0, .per_day = 10});
  const int64_t hour = hour_of(kNoon);
  CHECK_FALSE(look(budget, kStart, {{hour - 24, 100}, {hour - 23, 5}, {hour, 4}}));
  const auto over = look(budget, kStart, {{hour - 23, 5}, {hour, 5}});
  REQUIRE(over);
  CHECK(over->per == OverBudget::Per::kDay);
  CHECK(over->wait == hours(1));
  budget.take("owner", kStart, kNoon);
  CHECK(look(budget, kStart, {{hour - 23, 5}, {hour, 4}}));
  budget.noted("owner");
  CHECK_FALSE(look(budget, kStart, {{hour - 23, 5}, {hour, 4}}));
  CHECK(look(budget, kStart, {{hour - 1, 10}})->wait == hours(23));
}

TEST_CASE("a clock that is set back buys nothing") {
  const Budget budget({.per_minute = 0, .per_day = 10});
  const int64_t hour = hour_of(kNoon);
  CHECK(look(budget, kStart, {{hour + 5, 10}}));
}

TEST_CASE("a clock that was far ahead and is right again locks nobody out") {
  Budget budget({.per_minute = 0, .per_day = 10});
  const int64_t hour = hour_of(kNoon);
  CHECK(look(budget, kStart, {{hour + 24 * 365, 10}}, kNoon + hours(24 * 365)));
  CHECK_FALSE(look(budget, kStart, {{hour + 24 * 365, 10}}));
  CHECK_FALSE(look(budget, kStart, {{hour + 24 * 365, 10}, {hour, 9}}));
  CHECK(look(budget, kStart, {{hour + 24 * 365, 10}, {hour, 10}}));
  // Nor where the notes cannot be read.
  for (int i = 0; i < 10; ++i) budget.take("owner", kStart, kNoon + hours(24 * 365));
  for (int i = 0; i < 10; ++i) budget.noted("owner");
  CHECK_FALSE(budget.find_refusal("owner", kStart, kNoon, std::nullopt));
  budget.take("owner", kStart, kNoon);
}

TEST_CASE("when the notes cannot be read, what this process did counts") {
  Budget budget({.per_minute = 0, .per_day = 2});
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(budget.find_refusal("owner", kStart, kNoon, std::nullopt));
    budget.take("owner", kStart, kNoon);
    budget.noted("owner");
  }
  CHECK(budget.find_refusal("owner", kStart, kNoon, std::nullopt));
  CHECK_FALSE(budget.find_refusal("owner", kStart, kNoon + hours(24), std::nullopt));
}

TEST_CASE("no limit is no limit") {
  Budget budget({.per_minute = 0, .per_day = 0});
  for (int i = 0; i < 1000; ++i) budget.take("owner", kStart, kNoon);
  CHECK_FALSE(look(budget, kStart, {{hour_of(kNoon), 1'000'000}}));
}

}  // namespace
}  // namespace policy

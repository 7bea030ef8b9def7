#include "alerts/evaluator.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using alerts::Evaluator;
using audit::Event;

constexpr base::Instant kStart{1h};

size_t told(Evaluator& evaluator, Event event, std::string source, int times, base::Instant from, base::Duration step) {
  size_t alerts = 0;
  for (int i = 0; i < times; ++i) {
    alerts += evaluator.hear({.event = event, .source = source}, from + step * i).size();
  }
  return alerts;
}

}  // namespace

TEST_CASE("every rule is provoked by each of its events, and by not one fewer") {
  for (const alerts::Rule& rule : alerts::rules()) {
    CAPTURE(rule.name);
    CHECK_FALSE(rule.about.empty());
    for (const Event event : rule.events) {
      Evaluator evaluator;
      CHECK(told(evaluator, event, "192.0.2.7", rule.threshold - 1, kStart, 1ms) == 0);
      const auto alerts = evaluator.hear({.event = event, .source = "192.0.2.7"}, kStart + 1s);
      REQUIRE(alerts.size() == 1);
      CHECK(alerts[0].rule == &rule);
      CHECK(alerts[0].count == rule.threshold);
      CHECK(alerts[0].source == (rule.per == alerts::Per::kSource ? "192.0.2.7" : ""));
    }
  }
}

TEST_CASE("a record of many counts as many") {
  Evaluator evaluator;
  const audit::Entry first{.event = Event::kBearerRefused, .source = "192.0.2.7"};
  audit::Entry others = first;
  others.times = 9;
  CHECK(evaluator.hear(first, kStart).empty());
  CHECK(evaluator.hear(others, kStart + 1s).empty());
  others.times = 1'000'000;
  const auto alerts = evaluator.hear(others, kStart + 2s);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].count == 11);
}

TEST_CASE("what is spread over more than the window is no alert") {
  Evaluator evaluator;
  CHECK(told(evaluator, Event::kBearerRefused, "192.0.2.7", 100, kStart, 31s) == 0);
  CHECK(told(evaluator, Event::kBearerRefused, "192.0.2.8", 11, kStart, 30s) == 1);  // The edge belongs to it.
}

TEST_CASE("one alert in each window, however many events follow, and one more in the next") {
  Evaluator evaluator;
  CHECK(told(evaluator, Event::kTlsRefused, "local", 1000, kStart, 299ms) == 1);
  CHECK(told(evaluator, Event::kTlsRefused, "local", 1, kStart + 5min, 0s) == 1);
}

TEST_CASE("addresses count apart, and a crowd of them costs no memory and hides nobody") {
  Evaluator evaluator;
  for (int i = 0; i < 10; ++i) {
    for (int source = 0; source < 50; ++source) {
      CHECK(evaluator.hear({.event = Event::kBearerRefused, .source = std::to_string(source)}, kStart).empty());
    }
  }
  CHECK(told(evaluator, Event::kBearerRefused, "7", 1, kStart, 0s) == 1);
  // A flood of new addresses pushes out those that were heard of longest ago, not the one that goes on.
  for (int i = 0; i < 11; ++i) {
    const base::Instant now = kStart + 1s * (i + 1);
    const bool last = i == 10;
    CHECK(evaluator.hear({.event = Event::kBearerRefused, .source = "steady"}, now).size() == (last ? 1 : 0));
    for (int source = 0; source < 900; ++source) {
      const std::string name = fmt::format("{}.{}", i, source);
      CHECK(evaluator.hear({.event = Event::kBearerRefused, .source = name}, now).empty());
    }
  }
}

TEST_CASE("an event that no rule names is passed over") {
  Evaluator evaluator;
  CHECK(told(evaluator, Event::kCallEnded, "192.0.2.7", 1000, kStart, 1ms) == 0);
}

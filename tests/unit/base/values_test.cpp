// The small values of base/: results, times, random numbers, log fields.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "tests/support/seeded_random.h"
#include "tests/test.h"

namespace {

using base::Code;
using base::Result;

Result<int> half(int value) {
  if (value % 2 != 0) return base::fail(Code::kInvalidArgument, "Give an even number.", "odd");
  return value / 2;
}
Result<int> quarter(int value) {
  TRY(const int first, half(value));
  TRY(const int second, half(first));
  return second;
}
Result<void> check_even(int value) {
  TRY_VOID(half(value));
  return {};
}

class RecordingLog final : public base::Log {
 public:
  std::vector<std::string> lines;

 protected:
  void write(base::Level, std::string_view event, std::span<const base::Field> fields) override {
    std::string line(event);
    for (const base::Field& field : fields) {
      line += " " + std::string(field.name) + "=";
      if (const auto* text = std::get_if<std::string>(&field.value)) line += *text;
      if (const auto* flag = std::get_if<bool>(&field.value)) line += *flag ? "yes" : "no";
      if (const auto* number = std::get_if<int64_t>(&field.value)) line += std::to_string(*number);
    }
    lines.push_back(line);
  }
};

// Gives these bytes, over and over.
class FixedRandom final : public base::Random {
 public:
  explicit FixedRandom(std::vector<uint64_t> values) : values_(std::move(values)) {}
  void fill(std::span<std::byte> out) override {
    REQUIRE(out.size() == sizeof(uint64_t));
    const uint64_t value = values_[next_++ % values_.size()];
    std::ranges::copy(std::as_bytes(std::span(&value, 1)), out.begin());
  }
  size_t drawn() const { return next_; }

 private:
  std::vector<uint64_t> values_;
  size_t next_ = 0;
};

}  // namespace

TEST_CASE("TRY gives the value or returns the error as it is") {
  CHECK(quarter(12).value() == 3);
  const auto failed = quarter(6);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Code::kInvalidArgument);
  CHECK(failed.error().message == "Give an even number.");
  CHECK(failed.error().detail == "odd");
  CHECK(check_even(4).has_value());
  CHECK_FALSE(check_even(5).has_value());
}

TEST_CASE("Every code has its own name") {
  std::map<std::string_view, int> names;
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code) {
    ++names[base::code_name(static_cast<Code>(code))];
  }
  CHECK(names.size() == 11);
  CHECK(names.contains("rate_limited"));
}

TEST_CASE("Wall time is written as RFC 3339 in UTC") {
  CHECK(base::to_rfc3339({0}) == "1970-01-01T00:00:00Z");
  CHECK(base::to_rfc3339({951'782'400'000}) == "2000-02-29T00:00:00Z");
  CHECK(base::to_rfc3339({1'700'000'000'999}) == "2023-11-14T22:13:20Z");
  CHECK(base::to_rfc3339({2'147'483'648'000}) == "2038-01-19T03:14:08Z");
  CHECK(base::to_rfc3339({-1}) == "1969-12-31T23:59:59Z");
}

TEST_CASE("Times add and compare") {
  using namespace std::chrono_literals;
  const base::Instant start{5s};
  CHECK(start + 1s == base::Instant{6s});
  CHECK(start - 1s < start);
  CHECK((start + 3s) - start == 3s);
  CHECK(start < base::Instant::never());
  CHECK(base::Wall{1000} + 500ms == base::Wall{1500});
  CHECK(base::Wall{1500} - base::Wall{1000} == 500ms);
}

TEST_CASE("Random numbers stay below their bound and reach all of it") {
  test::SeededRandom random(7);
  std::map<uint64_t, int> seen;
  for (int i = 0; i < 1'000; ++i) ++seen[random.below(6)];
  CHECK(seen.size() == 6);
  CHECK(seen.rbegin()->first == 5);
  CHECK(std::ranges::all_of(seen, [](const auto& entry) { return entry.second > 100; }));
  CHECK(random.below(1) == 0);
}

TEST_CASE("A draw from the incomplete last stretch is drawn again") {
  constexpr uint64_t kMax = ~uint64_t{0};
  // kMax is a multiple of 5, so it alone is left over.
  FixedRandom random({kMax, 8});
  CHECK(random.below(5) == 3);
  CHECK(random.drawn() == 2);
  FixedRandom last({kMax - 1});
  CHECK(last.below(5) == 4);
  CHECK(last.drawn() == 1);
}

TEST_CASE("A log takes text, flags and numbers") {
  RecordingLog log;
  log.event(base::Level::kInfo, "cache.swept",
            {{"kind", "search"}, {"full", true}, {"rows", 12}, {"key", std::string("k")}});
  log.event(base::Level::kError, "bare");
  CHECK(log.lines == std::vector<std::string>{"cache.swept kind=search full=yes rows=12 key=k", "bare"});
}

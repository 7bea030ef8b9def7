// Two kinds of time that never mix: Instant for deadlines and pacing, Wall for people and tokens.
// Only os/ reads the machine's clocks; everything else is handed a Clock.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace base {

using Duration = std::chrono::nanoseconds;

// Monotonic time since an arbitrary start. It does not run while no one can compare it with a date.
struct Instant {
  Duration since_start{0};

  static constexpr Instant never() { return {Duration::max()}; }
  auto operator<=>(const Instant&) const = default;
};
constexpr Instant operator+(Instant at, Duration by) { return {at.since_start + by}; }
constexpr Instant operator-(Instant at, Duration by) { return {at.since_start - by}; }
constexpr Duration operator-(Instant a, Instant b) { return a.since_start - b.since_start; }

// Milliseconds since 1970-01-01T00:00:00Z.
struct Wall {
  int64_t unix_ms = 0;

  auto operator<=>(const Wall&) const = default;
};
constexpr Wall operator+(Wall at, std::chrono::milliseconds by) { return {at.unix_ms + by.count()}; }
constexpr std::chrono::milliseconds operator-(Wall a, Wall b) {
  return std::chrono::milliseconds(a.unix_ms - b.unix_ms);
}

// RFC 3339 in UTC with seconds, such as 2026-11-24T05:52:00Z.
std::string to_rfc3339(Wall at);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Wall wall() const = 0;
};

}  // namespace base

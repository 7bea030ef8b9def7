// How often the player is looked at for somebody who listens: often where something is about to happen, rarely where
// nothing does, and hardly at all when the quota is needed for other things. Pure; the numbers are the policy.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "spotify/gate.h"
#include "spotify/model.h"

namespace tools {

// What a listener would call a change: what plays, whether it plays, where, how, and a jump within it.
struct PlayerSight {
  bool is_active = false;  // Something is there, playing or paused.
  bool is_playing = false;
  std::string item{};  // Its URI; empty for an advertisement and in a private session.
  std::string device{};
  std::string context{};
  std::string repeat{};
  bool shuffle = false;
  std::optional<int64_t> volume{};
  std::optional<int64_t> progress_ms{};
  std::optional<int64_t> duration_ms{};
  base::Instant seen{};

  static PlayerSight of(const std::optional<spotify::Playback>& playback, base::Instant seen);
};

// Whether the second is news to somebody who knows the first.
bool differs(const PlayerSight& before, const PlayerSight& after);

struct PlayerPace {
  std::chrono::milliseconds fastest{1000};
  std::chrono::milliseconds playing{5000};
  // Of a paused player, doubled at every look that finds it so, up to the second.
  std::chrono::milliseconds paused{10'000};
  std::chrono::milliseconds paused_max{60'000};
  // Where no device is active.
  std::chrono::milliseconds idle{30'000};
  std::chrono::milliseconds idle_max{120'000};
  // After a failed look, doubled at every further one.
  std::chrono::milliseconds failed{30'000};
  std::chrono::milliseconds failed_max{600'000};
  // Looks that were made in a row in 24 hours by all processes before they become rarer.
  int64_t day_budget = 5000;

  // `unchanged`: how many looks in a row have found the same before this one.
  base::Duration after(const PlayerSight& sight, int unchanged) const;
  // `failures`: how many in a row, this one included.
  base::Duration after_failure(int failures, std::optional<std::chrono::seconds> retry_after) const;
  // `wait`, made longer where the quota is short: twice from half of the window on, six times from four fifths on, at
  // least half a minute beyond the budget of the day.
  base::Duration spared(base::Duration wait, const spotify::QuotaReport& quota) const;
};

}  // namespace tools

#include "sim/spotify/quota.h"

#include <algorithm>
#include <utility>

namespace sim::spotify {
namespace {

using std::chrono::seconds;

constexpr std::chrono::hours kDay{24};
constexpr seconds kWindow{30};

void forget_before(std::deque<base::Wall>& times, base::Wall moment) {
  while (!times.empty() && times.front() <= moment) times.pop_front();
}

// When the oldest request leaves the window.
seconds wait_for(const std::deque<base::Wall>& times, std::chrono::milliseconds window, base::Wall now) {
  return std::max(std::chrono::ceil<seconds>(times.front() + window - now), seconds(1));
}

bool is_full(const std::deque<base::Wall>& times, int limit) {
  return limit > 0 && std::cmp_greater_equal(times.size(), limit);
}

}  // namespace

std::string_view quota_bucket(std::string_view path) {
  if (path.starts_with("/search")) return "search";
  if (path.starts_with("/me/player")) return "player";
  if (path.starts_with("/playlists") || path.starts_with("/me/playlists")) return "playlists";
  if (path == "/me" || path.starts_with("/me/top") || path.starts_with("/users")) return "user";
  if (path.starts_with("/me/")) return "library";
  return "catalogue";
}

std::optional<QuotaBook::Refusal> QuotaBook::charge(std::string_view path, base::Wall now) {
  Times& day = days_[std::string(quota_bucket(path))];
  forget_before(day, now + -kDay);
  forget_before(window_, now + -kWindow);
  if (is_full(day, limits_.per_day)) return Refusal{.retry_after = wait_for(day, kDay, now), .by_quota = true};
  if (is_full(window_, limits_.per_30_seconds)) return Refusal{.retry_after = wait_for(window_, kWindow, now)};
  day.push_back(now);
  if (limits_.per_30_seconds > 0) window_.push_back(now);
  return std::nullopt;
}

int QuotaBook::spent(std::string_view bucket, base::Wall now) {
  const auto found = days_.find(bucket);
  if (found == days_.end()) return 0;
  forget_before(found->second, now + -kDay);
  return static_cast<int>(found->second.size());
}

}  // namespace sim::spotify

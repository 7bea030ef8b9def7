#include "policy/budget.h"

#include <algorithm>

namespace policy {
namespace {

constexpr std::chrono::minutes kMinute{1};
constexpr int64_t kHourMs = int64_t{3600} * 1000;
constexpr int64_t kDayHours = 24;

}  // namespace

int64_t hour_of(base::Wall now) { return now.unix_ms / kHourMs; }

std::optional<OverBudget> Budget::over_minute(const Account& account, base::Instant now) const {
  if (limits_.per_minute == 0) return std::nullopt;
  const auto first = std::ranges::find_if(account.recent, [&](base::Instant at) { return at + kMinute > now; });
  const auto used = account.recent.end() - first;
  if (used < limits_.per_minute) return std::nullopt;
  // When the oldest of those that fill the minute is a minute old.
  const base::Instant free_at = *(account.recent.end() - limits_.per_minute) + kMinute;
  return OverBudget{.per = OverBudget::Per::kMinute,
                    .allowed = limits_.per_minute,
                    .wait = std::chrono::ceil<std::chrono::seconds>(free_at - now)};
}

std::optional<OverBudget> Budget::over_day(const Account& account, base::Wall wall,
                                           const std::optional<std::vector<SpentHour>>& spent) const {
  if (limits_.per_day == 0) return std::nullopt;
  std::map<int64_t, int64_t> hours = account.hours;
  int64_t used = 0;
  if (spent) {
    hours.clear();
    used = account.open;
    for (const SpentHour& each : *spent) hours[each.hour] += each.count;
  }
  const int64_t hour = hour_of(wall);
  std::erase_if(hours,
                [&](const auto& each) { return each.first <= hour - kDayHours || each.first > hour + kDayHours; });
  for (const auto& [at, count] : hours) used += count;
  if (used < limits_.per_day) return std::nullopt;
  int64_t free_in = kDayHours;
  for (const auto& [at, count] : hours) {
    used -= count;
    free_in = at + kDayHours - hour;
    if (used < limits_.per_day) break;
  }
  const auto wait = std::chrono::milliseconds((hour + free_in) * kHourMs - wall.unix_ms);
  return OverBudget{
      .per = OverBudget::Per::kDay, .allowed = limits_.per_day, .wait = std::chrono::ceil<std::chrono::seconds>(wait)};
}

std::optional<OverBudget> Budget::find_refusal(const std::string& principal, base::Instant now, base::Wall wall,
                                               const std::optional<std::vector<SpentHour>>& spent) const {
  const auto found = accounts_.find(principal);
  const Account none;
  const Account& account = found == accounts_.end() ? none : found->second;
  if (auto refusal = over_minute(account, now)) return refusal;
  return over_day(account, wall, spent);
}

void Budget::take(const std::string& principal, base::Instant now, base::Wall wall) {
  Account& account = accounts_[principal];
  while (!account.recent.empty() && account.recent.front() + kMinute <= now) account.recent.pop_front();
  account.recent.push_back(now);
  ++account.hours[hour_of(wall)];
  ++account.open;
  std::erase_if(account.hours, [&](const auto& each) { return each.first <= hour_of(wall) - kDayHours; });
}

void Budget::noted(const std::string& principal) {
  Account& account = accounts_[principal];
  if (account.open > 0) --account.open;
}

void Budget::give_back(const std::string& principal, base::Wall wall) {
  Account& account = accounts_[principal];
  if (!account.recent.empty()) account.recent.pop_back();
  int64_t& count = account.hours[hour_of(wall)];
  if (count > 0) --count;
}

}  // namespace policy

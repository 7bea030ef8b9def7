// How many changes one principal may make: a model that runs in a circle ends here, and not at the person's account.
// Decisions only; who keeps what was spent is the caller's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace policy {

// 0: as many as one likes.
struct BudgetLimits {
  int64_t per_minute = 30;
  int64_t per_day = 500;
};

// Changes within one hour of the calendar, counted since 1970.
struct SpentHour {
  int64_t hour = 0;
  int64_t count = 0;
};

struct OverBudget {
  enum class Per { kMinute, kDay };
  Per per = Per::kMinute;
  int64_t allowed = 0;
  // Until one more is allowed, at the latest.
  std::chrono::seconds wait{0};
};

int64_t hour_of(base::Wall now);

class Budget {
 public:
  explicit Budget(BudgetLimits limits) : limits_(limits) {}

  // From now on; what was spent stays spent.
  void set_limits(BudgetLimits limits) { limits_ = limits; }
  // What speaks against one more change. `spent` is what is noted of this principal, in any order; without it, when the
  // notes cannot be read, what this object has seen itself counts. Hours that lie less than a day in the future
  // count too: a clock that was set back a little buys nothing, and one that was far ahead locks nobody out.
  std::optional<OverBudget> find_refusal(const std::string& principal, base::Instant now, base::Wall wall,
                                         const std::optional<std::vector<SpentHour>>& spent) const;
  // One change more is about to be made, and is not noted yet.
  void take(const std::string& principal, base::Instant now, base::Wall wall);
  // The change that was taken last is noted now.
  void noted(const std::string& principal);
  // Nothing was changed after all.
  void give_back(const std::string& principal, base::Wall wall);

 private:
  struct Account {
    std::deque<base::Instant> recent;  // Within the last minute.
    std::map<int64_t, int64_t> hours;  // Of this process.
    int64_t open = 0;                  // Taken, and not noted.
  };

  std::optional<OverBudget> over_minute(const Account& account, base::Instant now) const;
  std::optional<OverBudget> over_day(const Account& account, base::Wall wall,
                                     const std::optional<std::vector<SpentHour>>& spent) const;

  BudgetLimits limits_;
  std::map<std::string, Account> accounts_;
};

}  // namespace policy

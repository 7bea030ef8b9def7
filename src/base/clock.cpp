#include "base/clock.h"

#include <fmt/format.h>

namespace base {

std::string to_rfc3339(Wall at) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(at.unix_ms)};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(time - day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

}  // namespace base

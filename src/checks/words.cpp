#include "checks/words.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fmt/format.h>

#include "base/text.h"
#include "checks/facts.h"

namespace checks {

std::string sentence(std::span<const std::string> items) {
  constexpr size_t kNamedMax = 8;
  const auto named = items.first(std::min(items.size(), kNamedMax));
  std::string text = fmt::format("{}", fmt::join(named, ", "));
  if (items.size() > kNamedMax) text += fmt::format(" and {} more", items.size() - kNamedMax);
  return text.ends_with('.') ? text : text + ".";
}

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(kBlank)));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

bool counts_before(std::string_view a, std::string_view b) {
  constexpr std::string_view kDigits = "0123456789";
  while (!a.empty() && !b.empty()) {
    const size_t left = std::min(a.find_first_not_of(kDigits), a.size());
    const size_t right = std::min(b.find_first_not_of(kDigits), b.size());
    // One framework writes all of its numbers alike, so a longer one is a larger one.
    const size_t length = std::max({left, right, size_t{1}});
    if (left != right && left > 0 && right > 0) return left < right;
    const int differs = a.substr(0, length).compare(b.substr(0, length));
    if (differs != 0) return differs < 0;
    a.remove_prefix(std::min(length, a.size()));
    b.remove_prefix(std::min(length, b.size()));
  }
  return a.size() < b.size();
}

std::string day(base::Wall at) { return base::to_rfc3339(at).substr(0, 10); }

std::optional<base::Wall> parse_day(std::string_view text) {
  const auto parts = base::split(text, '-');
  if (text.size() != 10 || parts.size() != 3 || parts[0].size() != 4 || parts[1].size() != 2) return std::nullopt;
  const auto year = base::parse_integer(parts[0]);
  const auto month = base::parse_integer(parts[1]);
  const auto number = base::parse_integer(parts[2]);
  if (!year || !month || !number || *month < 1 || *number < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*number))};
  if (!date.ok()) return std::nullopt;
  const auto since = std::chrono::sys_days(date).time_since_epoch();
  return base::Wall{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

std::optional<base::Wall> parse_time(std::string_view text) {
  constexpr size_t kSeconds = 20;
  if (text.size() < kSeconds || text[10] != 'T' || !text.ends_with('Z')) return std::nullopt;
  const auto date = parse_day(text.substr(0, 10));
  const auto hour = base::parse_integer(text.substr(11, 2));
  const auto minute = base::parse_integer(text.substr(14, 2));
  const auto second = base::parse_integer(text.substr(17, 2));
  if (!date || !hour || !minute || !second) return std::nullopt;
  int64_t milliseconds = 0;
  if (text.size() > kSeconds) milliseconds = base::parse_integer(text.substr(20, text.size() - 21)).value_or(0);
  return base::Wall{date->unix_ms + ((*hour * 60 + *minute) * 60 + *second) * 1000 + milliseconds};
}

bool is_pinned(std::string_view image) {
  constexpr std::string_view kMark = "@sha256:";
  constexpr size_t kDigits = 64;
  const size_t at = image.find(kMark);
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view digest = image.substr(at + kMark.size());
  return digest.size() == kDigits && digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Outcome judge_self_test(const Facts& facts, std::string_view id) {
  const auto found = facts.self_tests.find(id);
  if (found == facts.self_tests.end()) return error("The self-test did not run.");
  const SelfTest& test = found->second;
  return judge(test.failures.empty() && test.cases > 0, test.failures.empty()
                                                            ? fmt::format("{} cases hold.", test.cases)
                                                            : "Failed: " + sentence(test.failures));
}

}  // namespace checks

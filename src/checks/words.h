// How findings are written: lists that stay short, and days.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "checks/check.h"

namespace checks {

// "a, b and 3 more." Up to eight are named.
std::string sentence(std::span<const std::string> items);
// Without blanks and line ends on both sides: what a file holds, without its last line end.
std::string_view stripped(std::string_view text);
// The order of names that count, such as "8.9" before "8.10".
bool counts_before(std::string_view a, std::string_view b);
// "2026-11-30"
std::string day(base::Wall at);
// Midnight in UTC of a day that is written so; nothing for another form, or a day that no calendar has.
std::optional<base::Wall> parse_day(std::string_view text);
// "2026-11-24T19:20:00.123Z", with or without the milliseconds.
std::optional<base::Wall> parse_time(std::string_view text);

// Whether an image is named by its digest: "NAME@sha256:" and 64 hexadecimal digits.
bool is_pinned(std::string_view image);

// Passes when the self-test of that name ran and every case of it held.
Outcome judge_self_test(const Facts& facts, std::string_view id);

}  // namespace checks

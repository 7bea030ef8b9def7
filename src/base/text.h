// Text rules that several folders share: what is valid UTF-8, what is a control character, how near two names are.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);
// Code points of valid UTF-8.
size_t count_code_points(std::string_view text);
// C0 and C1 controls and DEL.
bool has_control_characters(std::string_view utf8);
std::string to_lower_ascii(std::string_view text);
// ASCII letters only, as the names of HTTP compare.
inline bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
// Decimal digits with an optional minus, the whole text, within int64; nothing else.
std::optional<long long> parse_integer(std::string_view text);

// The candidate that a person most likely meant, or nothing when none is close (over a third of the letters differ).
std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> candidates);

namespace detail {
// Of the same length.
bool same_letters(std::string_view a, std::string_view b);
}  // namespace detail

// Names of headers are compared by the dozen for each request, and most pairs differ in length.
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && detail::same_letters(a, b);
}

}  // namespace base

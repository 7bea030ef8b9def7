// Text as code points, which is how the sanitiser judges it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tools {

struct Range {
  char32_t first;
  char32_t last;
};

template <size_t N>
constexpr bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range range) { return c >= range.first && c <= range.last; });
}

inline constexpr char32_t kReplacement = 0xFFFD;

// Each byte that is no part of valid UTF-8 becomes U+FFFD.
std::u32string decode(std::string_view text);
std::string encode(std::u32string_view points);

}  // namespace tools

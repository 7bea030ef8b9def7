// Character classes of RFC 9110 section 5.6 that the readers of heads and of chunks share.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/words.h"

namespace net {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Letters, digits and `others`.
constexpr std::array<bool, 256> table_of(std::string_view others) {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[static_cast<size_t>(c)] = is_digit(static_cast<char>(c)) || is_alpha(static_cast<char>(c));
  for (const char c : others) table[static_cast<unsigned char>(c)] = true;
  return table;
}

inline constexpr std::array<bool, 256> kTokenCharacters = table_of("!#$%&'*+-.^_`|~");
inline bool is_token_character(char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; }
inline bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_character); }

// Visible characters, blanks and bytes above ASCII: what may stand in a field value or a quoted string.
inline bool is_text_character(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f'); }
inline bool is_text(std::string_view text) {
  namespace words = base::words;
  for (; text.size() >= words::kBytes; text.remove_prefix(words::kBytes)) {
    const uint64_t word = words::load(&text.front());
    if ((words::mark_below(word, ' ') | words::mark_equal(word, '\x7f')) != 0) break;  // A tab, which is text, or none.
  }
  return std::ranges::all_of(text, is_text_character);
}

}  // namespace net

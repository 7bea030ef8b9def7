// What reading and writing a string have in common: most of its bytes stand for themselves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/words.h"

namespace json {

// Neither a quote, a backslash, a control nor a part of a longer sequence.
inline constexpr std::array<bool, 256> kPlainBytes = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

// Of eight bytes, those that are not plain.
inline uint64_t mark_special(const char* bytes) {
  namespace words = base::words;
  const uint64_t word = words::load(bytes);
  return words::mark_not_ascii(word) | words::mark_below(word, ' ') | words::mark_equal(word, '"') |
         words::mark_equal(word, '\\');
}

// How many bytes at the front are plain.
inline size_t plain_length(std::string_view text) {
  using base::words::kBytes;
  size_t i = 0;
  for (; i + kBytes <= text.size(); i += kBytes) {
    if (const uint64_t special = mark_special(text.data() + i)) return i + base::words::first_marked(special);
  }
  if (i > 0) {
    // The last eight bytes, of which some were found to be plain already.
    i = text.size() - kBytes;
    const uint64_t special = mark_special(text.data() + i);
    return special == 0 ? text.size() : i + base::words::first_marked(special);
  }
  while (i < text.size() && kPlainBytes[static_cast<uint8_t>(text[i])]) ++i;
  return i;
}

// Bytes of the sequence of two to four bytes at the front (RFC 3629 section 4), or 0 where there is none.
inline size_t sequence_length(std::string_view text) {
  const auto byte = [text](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t lead = byte(0);
  const uint8_t second = byte(1);
  if (!continues(1)) return 0;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && second < 0xA0;
    const bool surrogate = lead == 0xED && second > 0x9F;
    return !overlong && !surrogate && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && second < 0x90;
    const bool beyond = lead == 0xF4 && second > 0x8F;
    return !overlong && !beyond && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// How many bytes at the front stand for themselves: plain ones, and whole sequences.
inline size_t literal_length(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    size_t length = plain_length(text.substr(i));
    if (length == 0) length = sequence_length(text.substr(i));
    if (length == 0) break;
    i += length;
  }
  return i;
}

}  // namespace json

// What reading and writing a string have in common: most of its bytes stand for themselves.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace json {

static_assert(std::endian::native == std::endian::little);

// Neither a quote, a backslash, a control nor a part of a longer sequence.
inline constexpr std::array<bool, 256> kPlainBytes = [] {
  std::array<bool, 256> table{};
  for (size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

// How many bytes at the front are plain.
inline size_t plain_length(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101U;
  constexpr uint64_t kHighs = 0x8080808080808080U;
  // Marks the bytes that are zero. A mark above the lowest one may be wrong, and only the lowest counts.
  const auto zeros = [](uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighs; };
  size_t i = 0;
  for (; i + sizeof(uint64_t) <= text.size(); i += sizeof(uint64_t)) {
    uint64_t bytes = 0;  // Little-endian, as everything that this is built for: the first byte is the lowest.
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    const uint64_t below_space = (bytes - kOnes * 0x20) & ~bytes & kHighs;
    const uint64_t special =
        (bytes & kHighs) | below_space | zeros(bytes ^ kOnes * '"') | zeros(bytes ^ kOnes * '\\');
    if (special != 0) return i + static_cast<size_t>(std::countr_zero(special)) / 8;
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

}  // namespace json

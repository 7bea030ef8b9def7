// Looks at eight bytes at once. For readers of text, most of whose bytes need no look of their own.
//
// A function marks bytes of a word by their highest bit. A mark above the lowest one may be wrong: what counts is
// whether there is one, and where the first is.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace base::words {

static_assert(std::endian::native == std::endian::little);  // The first byte is the lowest.

constexpr size_t kBytes = sizeof(uint64_t);
constexpr uint64_t kHighs = 0x8080808080808080U;

inline uint64_t load(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, kBytes);
  return word;
}
constexpr uint64_t all(char c) { return 0x0101010101010101U * static_cast<uint8_t>(c); }
constexpr uint64_t mark_zero(uint64_t word) { return (word - all(1)) & ~word & kHighs; }
constexpr uint64_t mark_equal(uint64_t word, char c) { return mark_zero(word ^ all(c)); }
// `c` is ASCII.
constexpr uint64_t mark_below(uint64_t word, char c) { return (word - all(c)) & ~word & kHighs; }
constexpr uint64_t mark_not_ascii(uint64_t word) { return word & kHighs; }
// `marks` has one.
constexpr size_t first_marked(uint64_t marks) { return static_cast<size_t>(std::countr_zero(marks)) / 8; }

}  // namespace base::words

#include "crypto/base64.h"

#include <array>
#include <cstdint>
#include <utility>

#include "base/secret.h"

namespace crypto {
namespace {

constexpr uint8_t kForeign = 0xFF;

struct Alphabet {
  consteval Alphabet(char last_but_one, char last) {
    size_t next = 0;
    for (char c = 'A'; c <= 'Z'; ++c) characters[next++] = c;
    for (char c = 'a'; c <= 'z'; ++c) characters[next++] = c;
    for (char c = '0'; c <= '9'; ++c) characters[next++] = c;
    characters[next++] = last_but_one;
    characters[next++] = last;
    values.fill(kForeign);
    for (size_t i = 0; i < characters.size(); ++i) {
      values[static_cast<uint8_t>(characters[i])] = static_cast<uint8_t>(i);
    }
  }

  std::array<char, 64> characters{};
  std::array<uint8_t, 256> values{};
};

constexpr Alphabet kStandard('+', '/');
constexpr Alphabet kUrl('-', '_');

std::string encode(const Alphabet& alphabet, std::span<const std::byte> bytes, Padding padding) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  uint32_t bits = 0;
  unsigned count = 0;
  for (const std::byte byte : bytes) {
    bits = (bits << 8) | std::to_integer<uint32_t>(byte);
    for (count += 8; count >= 6; count -= 6) out += alphabet.characters[(bits >> (count - 6)) & 0x3F];
  }
  if (count > 0) out += alphabet.characters[(bits << (6 - count)) & 0x3F];
  while (padding == Padding::kRequired && out.size() % 4 != 0) out += '=';
  return out;
}

std::optional<std::string> decode(const Alphabet& alphabet, std::string_view text, Padding padding) {
  if (padding == Padding::kRequired) {
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const uint8_t value = alphabet.values[static_cast<uint8_t>(c)];
    if (value == kForeign) {
      // It may be most of a key in the other alphabet.
      const base::Secret wiped(std::move(out));
      return std::nullopt;
    }
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xFF);
    }
  }
  const uint32_t unused = bits & ((1U << count) - 1);
  if (unused != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64_encode(ByteView bytes, Padding padding) { return encode(kStandard, bytes.bytes(), padding); }
std::string base64url_encode(ByteView bytes, Padding padding) { return encode(kUrl, bytes.bytes(), padding); }
std::optional<std::string> base64_decode(std::string_view text, Padding padding) {
  return decode(kStandard, text, padding);
}
std::optional<std::string> base64url_decode(std::string_view text, Padding padding) {
  return decode(kUrl, text, padding);
}

}  // namespace crypto

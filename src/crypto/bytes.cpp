#include "crypto/bytes.h"

#include <cstdint>

namespace crypto {

std::string to_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::byte byte : bytes.bytes()) {
    const auto value = std::to_integer<uint8_t>(byte);
    out += kDigits[value >> 4];
    out += kDigits[value & 0xF];
  }
  return out;
}

}  // namespace crypto

#include "net/addresses.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

namespace net {

namespace {

struct Block4 {
  uint32_t network;
  int bits;
};

constexpr uint32_t v4(uint32_t a, uint32_t b, uint32_t c = 0) { return a << 24 | b << 16 | c << 8; }

constexpr std::array<Block4, 15> kNotPublic4{{
    {v4(0, 0), 8},
    {v4(10, 0), 8},
    {v4(100, 64), 10},
    {v4(127, 0), 8},
    {v4(169, 254), 16},
    {v4(172, 16), 12},
    {v4(192, 0, 0), 24},
    {v4(192, 0, 2), 24},
    {v4(192, 88, 99), 24},
    {v4(192, 168), 16},
    {v4(198, 18), 15},
    {v4(198, 51, 100), 24},
    {v4(203, 0, 113), 24},
    {v4(224, 0), 4},
    {v4(240, 0), 4},
}};

bool is_public4(uint32_t address) {
  return std::ranges::none_of(kNotPublic4, [address](const Block4& block) {
    return (address >> (32 - block.bits)) == (block.network >> (32 - block.bits));
  });
}

bool is_public6(const std::array<uint8_t, 16>& bytes) {
  const auto inner = [&] {
    return uint32_t{bytes[12]} << 24 | uint32_t{bytes[13]} << 16 | uint32_t{bytes[14]} << 8 |
           bytes[15];
  };
  const auto starts_with = [&](std::initializer_list<uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
  };
  if (starts_with({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return is_public4(inner());
  if (starts_with({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public4(inner());
  if (starts_with({0x20, 0x01, 0x0d, 0xb8}) || starts_with({0x20, 0x02}))
    return false;                                           // Documentation, 6to4.
  if (starts_with({0x20, 0x01, 0x00, 0x00})) return false;  // Teredo.
  return (bytes[0] & 0xe0) == 0x20;  // 2000::/3 is all that was ever handed out.
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public6(std::bit_cast<std::array<uint8_t, 16>>(in.sin6_addr));
  }
  return false;
}

bool is_address_literal(std::string_view host) {
  const std::string text(host);
  std::array<uint8_t, 16> out{};
  return ::inet_pton(AF_INET, text.c_str(), out.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

}  // namespace net

#include "net/addresses.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <span>
#include <sys/socket.h>

namespace net {

namespace {

using Bytes4 = std::array<uint8_t, 4>;
using Bytes16 = std::array<uint8_t, 16>;

template <class Bytes>
struct Block {
  Bytes network;
  size_t bits;
  std::string_view kind;
};

constexpr std::array<Block<Bytes4>, 15> kSpecial4{{
    {{0}, 8, "this network"},
    {{10}, 8, "private"},
    {{100, 64}, 10, "shared by a carrier"},
    {{127}, 8, "loopback"},
    {{169, 254}, 16, "link-local"},
    {{172, 16}, 12, "private"},
    {{192, 0, 0}, 24, "protocol assignments"},
    {{192, 0, 2}, 24, "documentation"},
    {{192, 88, 99}, 24, "6to4 relay"},
    {{192, 168}, 16, "private"},
    {{198, 18}, 15, "benchmarking"},
    {{198, 51, 100}, 24, "documentation"},
    {{203, 0, 113}, 24, "documentation"},
    {{224}, 4, "multicast"},
    {{240}, 4, "reserved"},
}};

// Those inside 2000::/3, which is all that was ever handed out, and those outside that have a name.
constexpr std::array<Block<Bytes16>, 15> kSpecial6{{
    {{0x20, 0x01, 0x00, 0x00}, 32, "Teredo"},
    {{0x20, 0x01, 0x00}, 23, "protocol assignments"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    {{0x20, 0x02}, 16, "6to4"},
    {{0x3f, 0xff, 0x00}, 20, "documentation"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 128, "unspecified"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback"},
    {{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}, 96, "NAT64"},
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, "NAT64"},
    {{0x01, 0x00}, 64, "discard"},
    {{0x5f, 0x00}, 16, "segment routing"},
    {{0xfc}, 7, "unique local"},
    {{0xfe, 0x80}, 10, "link-local"},
    {{0xfe, 0xc0}, 10, "site-local"},
    {{0xff}, 8, "multicast"},
}};

bool starts_with(std::span<const uint8_t> address, std::span<const uint8_t> network, size_t bits) {
  const size_t whole = bits / 8;
  if (!std::equal(network.begin(), network.begin() + static_cast<std::ptrdiff_t>(whole), address.begin())) return false;
  const auto mask = static_cast<uint8_t>(0xff00 >> (bits % 8));
  return bits % 8 == 0 || (address[whole] & mask) == (network[whole] & mask);
}

template <class Blocks, class Bytes>
std::string_view find_kind(const Blocks& blocks, const Bytes& address) {
  for (const auto& block : blocks) {
    if (starts_with(address, block.network, block.bits)) return block.kind;
  }
  return {};
}

// The IPv4 address of a mapped (::ffff:0:0/96) or compatible (::/96) one.
std::optional<Bytes4> inner_address(const Bytes16& address) {
  constexpr Bytes16 kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr Bytes16 kCompatible{};
  if (!starts_with(address, kMapped, 96) && !starts_with(address, kCompatible, 96)) return std::nullopt;
  // :: and ::1 are addresses of their own.
  if (starts_with(address, kCompatible, 120) && address[15] <= 1) return std::nullopt;
  return Bytes4{address[12], address[13], address[14], address[15]};
}

// RFC 5214 section 6.1: the interface id of a tunnel whose end is the IPv4 address in the last four bytes. The bit that
// says "universal" may be set or not.
bool is_isatap(const Bytes16& address) {
  return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
}

std::string_view kind4(const Bytes4& address) { return find_kind(kSpecial4, address); }

std::string_view kind6(const Bytes16& address) {
  if (const auto inner = inner_address(address)) return kind4(*inner);
  const std::string_view kind = find_kind(kSpecial6, address);
  if (!kind.empty()) return kind;
  if (is_isatap(address)) return "ISATAP";
  return (address[0] & 0xe0) == 0x20 ? std::string_view() : "not handed out";
}

}  // namespace

std::string_view kind_of_address(const sockaddr& address) {
  std::string_view kind = "not an internet address";
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    kind = kind4(std::bit_cast<Bytes4>(in.sin_addr));
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    kind = kind6(std::bit_cast<Bytes16>(in.sin6_addr));
  }
  return kind.empty() ? "public" : kind;
}

bool is_public_address(const sockaddr& address) { return kind_of_address(address) == "public"; }

bool is_loopback_address(const sockaddr& address) { return kind_of_address(address) == "loopback"; }

bool may_connect(Reach reach, const sockaddr& address) {
  switch (reach) {
    case Reach::kPublic:
      return is_public_address(address);
    case Reach::kLoopback:
      return is_loopback_address(address);
    case Reach::kAnywhere:
      return true;
  }
  return false;
}

}  // namespace net

// Addresses of peers as text, and blocks of them ("10.0.0.0/8"): for lists of who may come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace http {

// 16 bytes whatever the family: an IPv4 address is its mapped form, ::ffff:a.b.c.d.
using AddressBytes = std::array<uint8_t, 16>;

// "192.0.2.7" in four decimal parts without leading zeros, or IPv6 (RFC 4291 section 2.2) without a zone and without
// brackets. Nothing for anything else: octal, hexadecimal and short forms are how others were fooled.
std::optional<AddressBytes> parse_address(std::string_view text);

// The addresses that begin with the same bits.
class AddressBlock {
 public:
  // "192.0.2.0/24", "2001:db8::/32", or one address. Nothing when bits behind the prefix are set, which is a mistake.
  static std::optional<AddressBlock> parse(std::string_view text);

  bool contains(const AddressBytes& address) const;

 private:
  AddressBytes network_{};
  size_t bits_ = 0;  // Of the 128.
};

// Whether one of the blocks, each as AddressBlock::parse() takes it, contains the address; false for a text that is no
// address.
bool is_in(std::string_view address, std::span<const std::string> blocks);

// The client behind the proxies that this server trusts: `peer` where that is none of them, else the last address of
// the chain that is none of them. A chain is `Forwarded` (RFC 7239) or X-Forwarded-For, the values of all its fields
// in order, joined by commas. Whatever stands before an address that is no trusted proxy was written by whoever it is;
// what cannot be read ends the chain, and the trusted proxy before it is the client.
std::string client_behind(std::string_view peer, std::string_view chain, std::span<const std::string> proxies);
// The addresses of `Forwarded` fields ("for=192.0.2.60;proto=http, for=\"[2001:db8::1]:4711\"") in the form of
// X-Forwarded-For.
std::string chain_of_forwarded(std::string_view forwarded);

}  // namespace http

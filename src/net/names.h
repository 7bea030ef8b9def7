// Where names lead, and how addresses are written.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace net {

// Of 4 or 16 bytes in network order, as RFC 5952 writes them; an IPv4 address within IPv6 is written as IPv4. Empty for
// any other number of bytes.
std::string address_text(std::span<const uint8_t> bytes);

// The addresses that a name leads to now, or the literal itself; in order, each once. None where the name service does
// not know it. Blocking, for as long as the name service takes; for workers and commands.
std::vector<std::string> addresses_of(const std::string& name);

}  // namespace net

// Which addresses belong to the internet at large (IANA special-purpose registries, RFC 6890): the check against names
// that lead, or suddenly lead, into the network that we stand in.
#pragma once

#include <string_view>

struct sockaddr;

namespace net {

// True for global unicast addresses alone. The IPv6 forms that hold an IPv4 address and reach it without a translator
// (mapped, compatible) are judged by it. Those that a translator or a tunnel of someone else unpacks (NAT64, 6to4,
// Teredo, ISATAP) are refused: what is behind them is not known here.
bool is_public_address(const sockaddr& address);
// 127.0.0.0/8 and ::1.
bool is_loopback_address(const sockaddr& address);

// Where the connections of a server may end.
enum class Reach {
  kPublic,    // Of a name, or an address that is no loopback literal.
  kLoopback,  // Of a loopback literal.
  kAnywhere,  // The owner of this machine named the server, and gets what they named.
};
bool may_connect(Reach reach, const sockaddr& address);
// A word of ours for what is wrong with the address, for the audit trail.
std::string_view kind_of_address(const sockaddr& address);

}  // namespace net

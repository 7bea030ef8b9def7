// Which addresses belong to the internet at large (IANA special-purpose registries, RFC 6890): the
// check against names that suddenly lead into the network that we stand in.
#pragma once

#include <string_view>

struct sockaddr;

namespace net {

// False for private, loopback, link-local, shared, multicast and reserved addresses, also inside
// IPv6 forms of IPv4.
bool is_public_address(const sockaddr& address);
// An IPv4 or IPv6 address as text, without brackets.
bool is_address_literal(std::string_view host);

}  // namespace net

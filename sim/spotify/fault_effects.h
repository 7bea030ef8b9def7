// What a fault does to an answer.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/message.h"
#include "sim/spotify/faults.h"

namespace sim::spotify {

// Marks an answer that stands for a connection that never came to be. Only FaultyClient can act on it; over a socket
// the connection is dropped instead.
inline constexpr std::string_view kRefusedHeader = "X-Sim-Refused";

// For faults that answer in place of the operation; nothing for the others.
std::optional<http::Response> fault_response(const FaultRule& fault);
// For faults that change the operation's answer; leaves it alone for the others.
void spoil(const FaultRule& fault, http::Response& response);

// An answer whose body ends before its declared length: over a socket the connection is closed there, which is how a
// reset looks to a client.
http::Response cut_response(http::Response response, size_t bytes_sent);

}  // namespace sim::spotify

// What an HTTP request must look like before anybody reads its body: Host and Origin against DNS rebinding, Accept and
// Content-Type (2026-07-28 basic/transports, "Streamable HTTP", "Security Warning"). Pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/message.h"

namespace mcp {

// Whether a Host header names this machine's loopback, or one of `allowed` ("mcp.example.com" with any port, or with
// one of its own, "mcp.example.com:8443"; without regard to case).
bool is_allowed_host(std::optional<std::string_view> host, std::span<const std::string> allowed);
// Whether an Origin header, where there is one, is a page of the loopback, of an allowed host by https, or one of
// `origins`.
bool is_allowed_origin(std::optional<std::string_view> origin, std::span<const std::string> hosts,
                       std::span<const std::string> origins);

// What the client says that it takes as an answer. A wildcard takes both; without the field it has said nothing, which
// the transport wants it to (2026-07-28 and 2025-11-25 basic/transports: "MUST include an Accept header").
struct Accepts {
  bool json = false;
  bool event_stream = false;
};
Accepts read_accept(const http::Headers& headers);
// Whether the body is JSON in UTF-8, which is all that JSON between systems may be in (RFC 8259 section 8.1).
bool is_json(const http::Headers& headers);

}  // namespace mcp

// Percent-encoding, queries and URL parts (RFC 3986). One parser for every place that takes a URL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace http {

// Everything but unreserved characters (RFC 3986 section 2.3) becomes %XX.
std::string percent_encode(std::string_view text);
// Refuses a bad escape. `plus_is_space` is the rule of application/x-www-form-urlencoded.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

using Parameters = std::vector<std::pair<std::string, std::string>>;
// "a=1&b=x%20y", in order.
std::string encode_query(const Parameters& parameters);
// By the rules of application/x-www-form-urlencoded; empty pieces are skipped, and a bad escape or text that is
// not UTF-8 is refused.
base::Result<Parameters> parse_query(std::string_view query);
// The first value of that name.
std::optional<std::string_view> find_parameter(const Parameters& parameters, std::string_view name);

// "/v1/search?q=a" -> path "/v1/search" (still encoded) and query "q=a".
struct Target {
  std::string_view path;
  std::string_view query;
};
Target split_target(std::string_view target);

// An absolute http or https URL. No user information, no fragment, no control characters, host in lower case.
struct Url {
  std::string scheme;
  std::string host;                // Without the brackets of an IPv6 literal.
  std::optional<uint16_t> port{};  // As written.
  std::string target = "/";

  uint16_t port_or_default() const { return port.value_or(scheme == "https" ? 443 : 80); }
  // "https://host[:port]", with brackets around IPv6 literals.
  std::string server_url() const;
};
base::Result<Url> parse_url(std::string_view text);

// 127.0.0.0/8 and ::1 as literals, or the name localhost.
bool is_loopback_host(std::string_view host);
// The literals only: what Spotify accepts as a plain-http redirect.
bool is_loopback_literal(std::string_view host);

}  // namespace http

#include "http/url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace http {
namespace {

constexpr size_t kUrlBytesMax = 8192;
constexpr size_t kHostBytesMax = 253;   // RFC 1035 section 2.3.4, without the root dot.
constexpr size_t kLabelBytesMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

std::optional<uint8_t> hex_value(char c) {
  if (is_digit(c)) return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

// The whole text as an unsigned number without a sign or a leading zero.
std::optional<uint32_t> parse_number(std::string_view text, uint32_t max) {
  if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value <= max ? std::optional(value) : std::nullopt;
}

std::optional<std::array<uint8_t, 4>> parse_ipv4(std::string_view text) {
  std::array<uint8_t, 4> address{};
  for (size_t i = 0; i < 4; ++i) {
    const size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = parse_number(text.substr(0, end), 255);
    if (!value) return std::nullopt;
    address[i] = static_cast<uint8_t>(*value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return address;
}

// Groups of four hexadecimal digits, the last of which may be an IPv4 address.
std::optional<std::vector<uint16_t>> parse_groups(std::string_view text) {
  std::vector<uint16_t> groups;
  if (text.empty()) return groups;
  const auto parts = base::split(text, ':');
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string_view part = parts[i];
    if (i + 1 == parts.size() && part.contains('.')) {
      const auto address = parse_ipv4(part);
      if (!address) return std::nullopt;
      const auto& bytes = *address;
      groups.push_back(static_cast<uint16_t>(bytes[0] << 8 | bytes[1]));
      groups.push_back(static_cast<uint16_t>(bytes[2] << 8 | bytes[3]));
      continue;
    }
    if (part.empty() || part.size() > 4) return std::nullopt;
    uint16_t group = 0;
    for (const char c : part) {
      const auto digit = hex_value(c);
      if (!digit) return std::nullopt;
      group = static_cast<uint16_t>(group << 4 | *digit);
    }
    groups.push_back(group);
  }
  return groups;
}

// RFC 4291 section 2.2, without a zone.
std::optional<std::array<uint16_t, 8>> parse_ipv6(std::string_view text) {
  const size_t gap = text.find("::");
  const auto front = parse_groups(text.substr(0, gap));
  const auto back = parse_groups(gap == std::string_view::npos ? std::string_view() : text.substr(gap + 2));
  if (!front || !back) return std::nullopt;
  if (gap == std::string_view::npos ? front->size() != 8 : front->size() + back->size() > 7) return std::nullopt;
  // A dotted quad may only stand at the very end.
  if (gap != std::string_view::npos && text.substr(0, gap).contains('.')) return std::nullopt;
  std::array<uint16_t, 8> address{};
  std::ranges::copy(*front, address.begin());
  std::ranges::copy_backward(*back, address.end());
  return address;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

bool is_name(std::string_view host) {
  const auto labels = base::split(host, '.');
  if (host.size() > kHostBytesMax || !std::ranges::all_of(labels, is_label)) return false;
  // Resolvers read 127.1, 0x7f.1 and 2130706433 as addresses, so a name may not end in a number (WHATWG URL,
  // "ends in a number"). Only a plain dotted quad is an address here.
  const std::string_view last = labels.back();
  const bool numeric = std::ranges::all_of(last, is_digit) || last.starts_with("0x") || last.starts_with("0X");
  return !numeric || parse_ipv4(host).has_value();
}

bool is_target_character(char c) { return c > 0x20 && c < 0x7F && !std::string_view("\"<>\\^`{|}#").contains(c); }

bool has_valid_escapes(std::string_view text) {
  for (size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || !hex_value(text[at + 1]) || !hex_value(text[at + 2])) return false;
  }
  return true;
}

std::unexpected<base::Error> refuse(std::string_view rule) {
  return base::fail(base::Code::kInvalidArgument, fmt::format("This is not a URL that can be used: {}.", rule));
}

struct Authority {
  std::string host;
  std::optional<uint16_t> port;
};

base::Result<Authority> parse_authority(std::string_view text) {
  if (text.contains('@')) return refuse("it holds user information, which is not allowed");
  std::string_view host;
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return refuse("an IPv6 address lacks its closing bracket");
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    if (!parse_ipv6(host)) return refuse("the address in brackets is not an IPv6 address");
  } else {
    host = text.substr(0, text.find(':'));
    rest = text.substr(host.size());
    if (host.empty()) return refuse("the host is missing");
    if (!is_name(host)) return refuse("the host is neither a DNS name nor an IP address");
  }
  Authority authority{base::to_lower_ascii(host), std::nullopt};
  if (rest.empty()) return authority;
  const auto port = rest.starts_with(':') ? parse_number(rest.substr(1), 65535) : std::nullopt;
  if (!port || *port == 0) return refuse("the port is not a number from 1 to 65535");
  authority.port = static_cast<uint16_t>(*port);
  return authority;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  if (!has_valid_escapes(text)) return std::nullopt;
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out += static_cast<char>(*hex_value(text[i + 1]) << 4 | *hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

std::string encode_query(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out += percent_encode(name);
    out += '=';
    out += percent_encode(value);
  }
  return out;
}

base::Result<Parameters> parse_query(std::string_view query) {
  Parameters parameters;
  for (const std::string_view pair : base::split(query, '&')) {
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value || !base::is_valid_utf8(*name) || !base::is_valid_utf8(*value)) {
      return base::fail(base::Code::kInvalidArgument,
                        "The query has a percent-escape that is cut short or is not UTF-8. Encode it again.");
    }
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

std::optional<std::string_view> find_parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [parameter_name, value] : parameters) {
    if (parameter_name == name) return value;
  }
  return std::nullopt;
}

Target split_target(std::string_view target) {
  const size_t question = target.find('?');
  if (question == std::string_view::npos) return {target, {}};
  return {target.substr(0, question), target.substr(question + 1)};
}

std::string Url::server_url() const {
  std::string out = scheme + "://";
  out += host.contains(':') ? fmt::format("[{}]", host) : host;
  if (port) out += fmt::format(":{}", *port);
  return out;
}

base::Result<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return refuse(fmt::format("it is longer than {} bytes", kUrlBytesMax));
  if (text.contains('#')) return refuse("it has a fragment, which is not allowed");
  if (!std::ranges::all_of(text, is_target_character)) {
    return refuse("it has a space, a control character or another character that must be percent-encoded");
  }
  const size_t colon = text.find("://");
  Url url;
  url.scheme = base::to_lower_ascii(text.substr(0, std::min(colon, text.size())));
  if (colon == std::string_view::npos || (url.scheme != "http" && url.scheme != "https")) {
    return refuse("it does not begin with https:// or http://");
  }
  text.remove_prefix(colon + 3);
  const size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  TRY(Authority authority, parse_authority(text.substr(0, authority_end)));
  url.host = std::move(authority.host);
  url.port = authority.port;
  text.remove_prefix(authority_end);
  if (!has_valid_escapes(text)) return refuse("it has a percent sign without two hexadecimal digits after it");
  url.target = text.starts_with('/') ? std::string(text) : "/" + std::string(text);
  return url;
}

bool is_loopback_literal(std::string_view host) {
  if (const auto address = parse_ipv4(host)) return address->front() == 127;
  const auto address = parse_ipv6(host);
  return address == std::array<uint16_t, 8>{0, 0, 0, 0, 0, 0, 0, 1};
}

bool is_loopback_host(std::string_view host) {
  // The first is what nearly every request names.
  return host == "127.0.0.1" || base::equals_ignoring_case(host, "localhost") || is_loopback_literal(host);
}

}  // namespace http

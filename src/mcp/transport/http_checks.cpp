#include "mcp/transport/http_checks.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "http/url.h"

namespace mcp {
namespace {

// "localhost:8080", "[::1]:8080", "127.0.0.1" without the port and the brackets; empty, which no name is, where
// something else follows the name.
std::string_view without_port(std::string_view host) {
  std::string_view name;
  std::string_view rest;
  if (host.starts_with('[')) {
    const size_t close = host.find(']');
    if (close == std::string_view::npos) return {};
    name = host.substr(1, close - 1);
    rest = host.substr(close + 1);
  } else {
    name = host.substr(0, host.find(':'));
    rest = host.substr(name.size());
  }
  const bool port = rest.starts_with(':') && rest.size() <= std::string_view(":65535").size() &&
                    rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return rest.empty() || port ? name : std::string_view();
}

bool is_listed(std::string_view host, std::span<const std::string> allowed) {
  const std::string_view name = without_port(host);
  return std::ranges::any_of(allowed, [&](const std::string& each) {
    return base::equals_ignoring_case(each, host) || base::equals_ignoring_case(each, name);
  });
}

// "text/event-stream;q=0.9" is of the type text/event-stream.
std::string_view type_of(std::string_view range) { return base::trim(range.substr(0, range.find(';'))); }

// A quality of zero means "not this" (RFC 9110 section 12.4.2).
bool is_refused(std::string_view range) {
  if (!range.contains(';')) return false;
  return std::ranges::any_of(range | std::views::split(';') | std::views::drop(1), [](const auto& part) {
    const std::string_view parameter = base::trim(std::string_view(part));
    if (!base::equals_ignoring_case(parameter.substr(0, 2), "q=")) return false;
    const std::string_view quality = parameter.substr(2);
    return quality.starts_with('0') && quality.find_first_not_of("0.") == std::string_view::npos;
  });
}

// A charset is of no use to JSON, and clients that send one say UTF-8.
bool names_other_charset(std::string_view type) {
  return std::ranges::any_of(type | std::views::split(';') | std::views::drop(1), [](const auto& part) {
    constexpr std::string_view kCharset = "charset=";
    const std::string_view parameter = base::trim(std::string_view(part));
    if (!base::equals_ignoring_case(parameter.substr(0, kCharset.size()), kCharset)) return false;
    std::string_view charset = parameter.substr(kCharset.size());
    if (charset.size() > 1 && charset.front() == '"' && charset.back() == '"') {
      charset = charset.substr(1, charset.size() - 2);
    }
    return !base::equals_ignoring_case(charset, "utf-8") && !base::equals_ignoring_case(charset, "utf8");
  });
}

}  // namespace

bool is_allowed_host(std::optional<std::string_view> host, std::span<const std::string> allowed) {
  if (!host || host->empty()) return false;
  return http::is_loopback_host(without_port(*host)) || is_listed(*host, allowed);
}

bool is_allowed_origin(std::optional<std::string_view> origin, std::span<const std::string> hosts,
                       std::span<const std::string> origins) {
  if (!origin) return true;
  for (const std::string& each : origins) {
    if (base::equals_ignoring_case(each, *origin)) return true;
  }
  const auto url = http::parse_url(*origin);
  if (!url || url->target != "/") return false;
  if (http::is_loopback_host(url->host)) return true;
  return url->scheme == "https" && is_listed(origin->substr(std::string_view("https://").size()), hosts);
}

Accepts read_accept(const http::Headers& headers) {
  Accepts accepts;
  for (const auto& [name, value] : headers) {
    if (!base::equals_ignoring_case(name, "Accept")) continue;
    for (const auto part : std::string_view(value) | std::views::split(',')) {
      const std::string_view range(part);
      if (is_refused(range)) continue;
      const std::string_view type = type_of(range);
      const auto is = [type](std::string_view known) { return base::equals_ignoring_case(type, known); };
      const bool all = is("*/*");
      accepts.json = accepts.json || all || is("application/json") || is("application/*");
      accepts.event_stream = accepts.event_stream || all || is("text/event-stream") || is("text/*");
    }
  }
  return accepts;
}

bool is_json(const http::Headers& headers) {
  const auto type = headers.find("Content-Type");
  return type && headers.count("Content-Type") == 1 && base::equals_ignoring_case(type_of(*type), "application/json") &&
         !names_other_charset(*type);
}

}  // namespace mcp

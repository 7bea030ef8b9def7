#include "config/store_url.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <expected>

#include "http/url.h"

namespace config {
namespace {

std::unexpected<base::Error> wrong(std::string_view what) {
  return base::fail(base::Code::kInvalidArgument,
                    "store.url: " + std::string(what) +
                        " Give one such as postgres://spotify_mcp@db.example.com:5432/spotify_mcp, or "
                        "postgres://spotify_mcp@/spotify_mcp?host=/run/postgresql for a Unix socket.");
}

constexpr std::array kModes{"disable", "require", "verify-ca", "verify-full"};

base::Result<void> read_options(std::string_view query, StoreUrl& url) {
  const auto parameters = http::parse_query(query);
  if (!parameters) return wrong("what follows the question mark is no query.");
  for (const auto& [name, value] : *parameters) {
    if (name == "sslmode" && std::ranges::find(kModes, value) != kModes.end()) {
      url.ssl_mode = value;
    } else if (name == "sslmode") {
      return wrong("sslmode is one of disable, require, verify-ca and verify-full.");
    } else if (name == "host" && url.host.empty() && value.starts_with('/')) {
      url.host = value;
    } else {
      return wrong("there are the options sslmode and, where no host is named, host with the folder of a socket.");
    }
  }
  return {};
}

}  // namespace

bool StoreUrl::is_local() const { return host.starts_with('/') || http::is_loopback_literal(host); }

base::Result<StoreUrl> parse_store_url(std::string_view text) {
  std::string_view rest = text;
  const bool known = rest.starts_with("postgres://") || rest.starts_with("postgresql://");
  if (!known) return wrong("this is no address of a PostgreSQL database.");
  rest.remove_prefix(rest.find("://") + 3);
  const size_t path = rest.find('/');
  if (path == std::string_view::npos) return wrong("it names no database.");
  std::string_view authority = rest.substr(0, path);
  StoreUrl url;
  const size_t at = authority.rfind('@');
  const auto user = http::percent_decode(authority.substr(0, at == std::string_view::npos ? 0 : at));
  if (at == std::string_view::npos || !user || user->empty()) return wrong("it names no user.");
  if (authority.substr(0, at).contains(':')) {
    return wrong("a password does not belong there: an address is shown. Put it into store.password.");
  }
  url.user = *user;
  authority.remove_prefix(at + 1);
  const http::Target target = http::split_target(rest.substr(path));
  if (!authority.empty()) {
    // The rules for hosts and ports are those of every other address.
    const auto server = http::parse_url("https://" + std::string(authority) + "/");
    if (!server) return wrong("the host or the port is none.");
    url.host = server->host;
    url.port = server->port.value_or(url.port);
  }
  TRY_VOID(read_options(target.query, url));
  if (url.host.empty()) return wrong("it names no host.");
  const auto database = http::percent_decode(target.path.substr(1));
  if (!database || database->empty() || database->contains('/')) return wrong("it names no database.");
  url.database = *database;
  for (const std::string* each : {&url.user, &url.host, &url.database}) {
    if (std::ranges::any_of(*each, [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
      return wrong("it has a control character.");
    }
  }
  if (url.ssl_mode.empty()) url.ssl_mode = url.is_local() ? "disable" : "verify-full";
  return url;
}

}  // namespace config

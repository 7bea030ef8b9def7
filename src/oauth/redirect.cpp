#include "oauth/redirect.h"

#include <fmt/format.h>

#include "base/check.h"
#include "http/url.h"

namespace oauth {

using base::Code;
using base::fail;

base::Result<RedirectUri> RedirectUri::parse(std::string_view text) {
  const auto url = http::parse_url(text);
  if (!url) return fail(Code::kInvalidArgument, "must be a URL such as http://127.0.0.1/callback");
  const http::Target target = http::split_target(url->target);
  if (!target.query.empty()) return fail(Code::kInvalidArgument, "must not have a query");
  const bool loopback = http::is_loopback_literal(url->host);
  if (url->scheme == "http" && !loopback) {
    if (http::is_loopback_host(url->host)) {
      return fail(Code::kInvalidArgument,
                  fmt::format("is not accepted: Spotify refuses http://localhost. Register http://127.0.0.1{0} in the "
                              "dashboard and set spotify.redirect_uri to it",
                              target.path));
    }
    return fail(Code::kInvalidArgument,
                "must be https, or http on 127.0.0.1 or [::1]: Spotify refuses plain http to other hosts");
  }
  RedirectUri uri;
  uri.text_ = std::string(text);
  uri.loopback_ = loopback && url->scheme == "http";
  uri.host_ = url->host;
  uri.path_ = std::string(target.path);
  uri.port_ = url->port;
  return uri;
}

json::Object RedirectUri::constraints() { return {{"format", "uri"}}; }

RedirectUri RedirectUri::with_port(uint16_t port) const {
  ENSURE(loopback_);
  RedirectUri uri = *this;
  uri.port_ = port;
  const bool ipv6 = host_.find(':') != std::string::npos;
  uri.text_ = fmt::format("http://{}:{}{}", ipv6 ? "[" + host_ + "]" : host_, port, path_);
  return uri;
}

}  // namespace oauth

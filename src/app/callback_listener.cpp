#include "app/callback_listener.h"

#include <chrono>
#include <fmt/format.h>

#include "app/pages.h"
#include "http/url.h"
#include "mcp/transport/http_checks.h"

namespace app {

base::Result<std::unique_ptr<CallbackListener>> CallbackListener::open(net::AsioLoop& loop, base::Log& log,
                                                                       const oauth::RedirectUri& redirect,
                                                                       Visits visits) {
  std::unique_ptr<CallbackListener> listener(new CallbackListener(redirect, std::move(visits)));
  net::HttpServerOptions options;
  options.host = redirect.host();
  options.port = redirect.port().value_or(0);
  auto server = net::HttpServer::start(loop, *listener, log, options);
  if (!server) {
    return base::fail(server.error().code,
                      fmt::format("Cannot listen for the answer of the login. {} Or use --paste.",
                                  server.error().message),
                      server.error().detail);
  }
  listener->server_ = *std::move(server);
  return listener;
}

std::string CallbackListener::server_url() const {
  const bool ipv6 = redirect_.host().find(':') != std::string::npos;
  return fmt::format("http://{}:{}", ipv6 ? "[" + redirect_.host() + "]" : redirect_.host(), server_->port());
}

base::Task<http::Response> CallbackListener::handle(http::Request request) {
  const auto host = request.headers.find("Host");
  if (!mcp::is_allowed_host(host, {})) {
    visits_.misdirected(std::string(host.value_or("")));
    co_return page(403, "Refused", "This address is for the browser of this machine.");
  }
  const std::string path(http::split_target(request.target).path);
  const bool starts = path == visits_.start_path;
  if (!starts && path != redirect_.path()) co_return page(404, "Not found", "There is nothing at this address.");
  if (request.method != http::Method::kGet) {
    http::Response refused = page(405, "Not allowed", "This address takes the answer of a login only.");
    refused.headers.set("Allow", "GET");
    co_return refused;
  }
  if (starts) {
    auto starting = visits_.started(std::move(request));
    co_return co_await std::move(starting);
  }
  auto answering = visits_.answered(std::move(request));
  const auto result = co_await std::move(answering);
  if (!result) co_return page(400, "The login did not succeed", result.error().message);
  co_return page(200, "Logged in", *result);
}

base::Task<void> CallbackListener::close() { return server_->stop(std::chrono::seconds(2)); }

}  // namespace app

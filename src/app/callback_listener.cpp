#include "app/callback_listener.h"

#include <chrono>

#include <fmt/format.h>

#include "app/pages.h"
#include "http/url.h"

namespace app {

base::Result<std::unique_ptr<CallbackListener>> CallbackListener::open(net::AsioLoop& loop, base::Log& log,
                                                                       const oauth::RedirectUri& redirect,
                                                                       OnQuery on_query) {
  std::unique_ptr<CallbackListener> listener(new CallbackListener(redirect, std::move(on_query)));
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

base::Task<http::Response> CallbackListener::handle(http::Request request) {
  const http::Target target = http::split_target(request.target);
  if (target.path != redirect_.path()) co_return page(404, "Not found", "There is nothing at this address.");
  if (request.method != http::Method::kGet) {
    http::Response refused = page(405, "Not allowed", "This address takes the answer of a login only.");
    refused.headers.set("Allow", "GET");
    co_return refused;
  }
  std::string query(target.query);
  const auto result = co_await on_query_(std::move(query));
  if (!result) co_return page(400, "The login did not succeed", result.error().message);
  co_return page(200, "Logged in", *result);
}

base::Task<void> CallbackListener::close() { return server_->stop(std::chrono::seconds(2)); }

}  // namespace app

// The listener to which Spotify sends the browser back during a login: loopback only, one path, until the login ends.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "oauth/redirect.h"

namespace app {

class CallbackListener final : public http::Handler {
 public:
  // Called with the query of each request for the path; gives what the page says.
  using OnQuery = std::function<base::Task<base::Result<std::string>>(std::string query)>;

  // On the host and port of `redirect`; without a port, on a free one. Errors as of net::HttpServer::start.
  static base::Result<std::unique_ptr<CallbackListener>> open(net::AsioLoop& loop, base::Log& log,
                                                              const oauth::RedirectUri& redirect, OnQuery on_query);

  // The redirect address with the port that is listened on.
  oauth::RedirectUri address() const { return redirect_.port() ? redirect_ : redirect_.with_port(server_->port()); }
  base::Task<http::Response> handle(http::Request request) override;
  // Lets the last page reach the browser.
  base::Task<void> close();

 private:
  CallbackListener(oauth::RedirectUri redirect, OnQuery on_query)
      : redirect_(std::move(redirect)), on_query_(std::move(on_query)) {}

  oauth::RedirectUri redirect_;
  OnQuery on_query_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace app

// The listener to which Spotify sends the browser back during a login: loopback only, two paths, until the login ends.
// On one of them the browser begins, on the other it comes back.
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
  struct Visits {
    std::string start_path;
    // Each GET of the start path; gives the answer.
    std::function<base::Task<http::Response>(http::Request request)> started;
    // Each GET of the redirect address; gives what the page says.
    std::function<base::Task<base::Result<std::string>>(http::Request request)> answered;
    // A request that names another host than this one: a page whose name leads here.
    std::function<void(std::string host)> misdirected;
  };

  // On the host and port of `redirect`; without a port, on a free one. Errors as of net::HttpServer::start.
  static base::Result<std::unique_ptr<CallbackListener>> open(net::AsioLoop& loop, base::Log& log,
                                                              const oauth::RedirectUri& redirect, Visits visits);

  // The redirect address with the port that is listened on.
  oauth::RedirectUri address() const { return redirect_.port() ? redirect_ : redirect_.with_port(server_->port()); }
  // "http://127.0.0.1:PORT".
  std::string server_url() const;
  base::Task<http::Response> handle(http::Request request) override;
  // Lets the last page reach the browser.
  base::Task<void> close();

 private:
  CallbackListener(oauth::RedirectUri redirect, Visits visits)
      : redirect_(std::move(redirect)), visits_(std::move(visits)) {}

  oauth::RedirectUri redirect_;
  Visits visits_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace app

// The HTTP server alone: answers every request with its own body, and /stream with a stream that
// stays open and silent. For comparisons with other servers under the same load, and for the memory
// of many open streams: bench_http_echo [PORT], then for example wrk against it.
#include <csignal>
#include <cstdio>
#include <string>

#include "base/log.h"
#include "base/text.h"
#include "net/http_server.h"
#include "net/loop.h"

namespace {

struct Forever {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

class Silence final : public http::BodyStream {
 public:
  base::Task<std::optional<std::string>> next() override {
    co_await Forever();
    co_return std::nullopt;
  }
};

class Echo final : public http::Handler {
 public:
  base::Task<http::Response> handle(http::Request request) override {
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    if (request.target == "/stream") {
      response.stream = std::make_unique<Silence>();
    } else {
      response.body = std::move(request.body);
    }
    co_return response;
  }
};

}  // namespace

int main(int count, char** arguments) {
  net::AsioLoop loop;
  base::NullLog log;
  Echo echo;
  net::HttpServerOptions options;
  if (count > 1)
    options.port = static_cast<uint16_t>(base::parse_integer(arguments[1]).value_or(0));
  const auto server = net::HttpServer::start(loop, echo, log, options);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("listening on http://127.0.0.1:%d/\n", (*server)->port());
  std::fflush(stdout);
  loop.stop_on({SIGINT, SIGTERM});
  loop.run();
}

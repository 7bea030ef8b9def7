// The HTTP server alone: answers every request with its own body. For a comparison with other servers under the same
// load: bench_http_echo [PORT], then for example wrk against it.
#include <csignal>
#include <cstdio>
#include <string>

#include "base/log.h"
#include "base/text.h"
#include "net/http_server.h"
#include "net/loop.h"

namespace {

class Echo final : public http::Handler {
 public:
  base::Task<http::Response> handle(http::Request request) override {
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.body = std::move(request.body);
    co_return response;
  }
};

}  // namespace

int main(int count, char** arguments) {
  net::AsioLoop loop;
  base::NullLog log;
  Echo echo;
  net::HttpServerOptions options;
  if (count > 1) options.port = static_cast<uint16_t>(base::parse_integer(arguments[1]).value_or(0));
  const auto server = net::HttpServer::start(loop, echo, log, options);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("http://127.0.0.1:%d\n", (*server)->port());
  std::fflush(stdout);
  loop.stop_on({SIGINT, SIGTERM});
  loop.run();
}

// What many or slow clients may cost: bodies that do not end, a first request that does not begin, memory that is over.
#include <new>
#include <string>

#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/running_server.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using tests::RawClient;
using tests::RunningServer;

bool has(const std::optional<std::string>& text, std::string_view part) {
  return text && text->find(part) != std::string::npos;
}

std::string post(size_t length, std::string_view lines = "") {
  return "POST /p HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "Content-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

net::ServerLimits small_bodies() {
  net::ServerLimits limits;
  limits.bodies_bytes = 100'000;
  limits.small_body_bytes = 1000;
  return limits;
}

// Sends requests of a body of so many bytes, one connection after the other, until one is told to go on or refused, as
// `wanted`. Between two of them the server has read more of what others send.
bool comes_to(const RunningServer& server, size_t length, std::string_view wanted) {
  for (int tries = 0; tries < 5000; ++tries) {
    RawClient client(server.port);
    if (!client.send(post(length, "Expect: 100-continue\r\n"))) return false;
    if (client.wait_for("\r\n\r\n") && client.seen().starts_with(wanted)) return true;
  }
  return false;
}

class CountingLog final : public base::Log {
 public:
  int lines = 0;

 protected:
  void write(base::Level, std::string_view, std::span<const base::Field>) override { ++lines; }
};

class NoMemory final : public http::Handler {
 public:
  base::Task<http::Response> handle(http::Request request) override {
    if (request.target == "/much") throw std::bad_alloc();
    return answer();
  }

 private:
  static base::Task<http::Response> answer() {
    http::Response response;
    response.status = 204;
    co_return response;
  }
};

}  // namespace

TEST_CASE("a body that all bodies together have no room for is refused before it is read") {
  RunningServer server(small_bodies());
  RawClient client(server.port);
  REQUIRE(client.send(post(200'000, "Expect: 100-continue\r\n")));
  const auto answer = client.until_closed();
  REQUIRE(answer);
  CHECK(answer->starts_with("HTTP/1.1 503 "));
  CHECK(has(answer, "\r\nRetry-After: "));
  CHECK(has(answer, "\r\nConnection: close\r\n"));
  CHECK(server.handler.requests == 0);
}

TEST_CASE("slow bodies leave no room for large ones, but for small ones, and give it back when they end") {
  RunningServer server(small_bodies());
  {
    RawClient slow(server.port);
    REQUIRE(slow.send(post(99'000) + std::string(98'999, 'x')));
    CHECK(comes_to(server, 50'000, "HTTP/1.1 503 "));
    RawClient small(server.port);
    REQUIRE(small.send(post(5) + "hello"));
    CHECK(has(small.response(), "body=hello"));
    REQUIRE(slow.send("x"));
    CHECK(has(slow.response(), "HTTP/1.1 200 OK"));
  }
  CHECK(comes_to(server, 50'000, "HTTP/1.1 100 "));
  {
    RawClient slow(server.port);
    REQUIRE(slow.send(post(99'000) + std::string(98'999, 'x')));
    CHECK(comes_to(server, 50'000, "HTTP/1.1 503 "));
  }  // It goes away in the middle.
  CHECK(comes_to(server, 50'000, "HTTP/1.1 100 "));
}

TEST_CASE("chunks count as they come") {
  RunningServer server(small_bodies());
  RawClient client(server.port);
  REQUIRE(client.send("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  for (int i = 0; i < 30; ++i) (void)client.send(chunk);
  CHECK(client.wait_for("HTTP/1.1 503 "));
}

TEST_CASE("a refused body is given back while its client still reads") {
  auto limits = small_bodies();
  limits.body_timeout = 50ms;
  limits.linger = 10s;
  RunningServer server(limits);
  RawClient slow(server.port);
  REQUIRE(slow.send(post(99'000) + std::string(98'999, 'x')));
  CHECK(slow.wait_for("HTTP/1.1 408 "));
  CHECK(comes_to(server, 50'000, "HTTP/1.1 100 "));
}

TEST_CASE("memory that is over ends one connection and not the process") {
  net::AsioLoop loop;
  base::NullLog log;
  NoMemory handler;
  auto server = net::HttpServer::start(loop, handler, log, {.limits = {}});
  REQUIRE(server);
  std::thread serving([&] { loop.run(); });
  RawClient hungry((*server)->port());
  CHECK(hungry.send("GET /much HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(hungry.closed_by_server());
  RawClient other((*server)->port());
  CHECK(other.send("GET /little HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(has(other.response(), "HTTP/1.1 204 "));
  loop.post([&] {
    server->reset();
    loop.stop();
  });
  serving.join();
}

TEST_CASE("a crowd that is turned away is a few lines of the log, with their count") {
  constexpr int kCrowd = 200;
  net::AsioLoop loop;
  CountingLog log;
  tests::TestHandler handler(loop);
  net::ServerLimits limits;
  limits.connections = 1;
  auto server = net::HttpServer::start(loop, handler, log, {.limits = limits});
  REQUIRE(server);
  std::thread serving([&] { loop.run(); });
  RawClient first((*server)->port());
  CHECK(first.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(handler.entered.wait());
  for (int i = 0; i < kCrowd; ++i) CHECK(RawClient((*server)->port()).wait_for("HTTP/1.1 503 "));
  loop.post([&] {
    server->reset();
    loop.stop();
  });
  serving.join();
  CHECK(log.lines > 0);
  CHECK(log.lines < kCrowd / 4);
}

TEST_CASE("the deadline of a first header holds from the accept, also behind a blank line") {
  net::ServerLimits limits;
  limits.header_timeout = 100ms;
  limits.idle_timeout = 1h;
  RunningServer server(limits);
  for (const std::string_view first : {"", "\r\n", "\r"}) {
    CAPTURE(first);
    RawClient client(server.port);
    REQUIRE(client.send(first));
    CHECK(client.until_closed());
  }
}

// MCP has it so: whoever closes the stream of a request cancels it. Half a close cannot be told from a whole one.
TEST_CASE("a client that stops sending has cancelled what still runs, and gets what was answered at once") {
  RunningServer server;
  RawClient waiting(server.port);
  REQUIRE(waiting.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"));
  REQUIRE(server.handler.entered.wait());
  waiting.finish_sending();
  CHECK(server.handler.dropped.wait());
  CHECK(waiting.closed_by_server());
  RawClient quick(server.port);
  REQUIRE(quick.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n"));
  quick.finish_sending();
  CHECK(has(quick.until_closed(), "GET /quick "));
}

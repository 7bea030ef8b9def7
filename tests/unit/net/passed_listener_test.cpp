// A socket that a supervisor opened: taken over when it is what the settings say, refused otherwise.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/running_server.h"

#include "tests/test.h"

namespace {

struct Opened {
  int descriptor;
  uint16_t port;
};

Opened open_at(const char* address, bool listens = true) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  REQUIRE(::inet_pton(AF_INET, address, &name.sin_addr) == 1);
  socklen_t size = sizeof name;
  REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&name), size) == 0);
  if (listens) REQUIRE(::listen(descriptor, 16) == 0);
  REQUIRE(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) == 0);
  return {descriptor, ntohs(name.sin_port)};
}

base::Result<void> start(int descriptor, uint16_t port, const std::string& host = "127.0.0.1") {
  net::AsioLoop loop;
  tests::TestHandler handler(loop);
  base::NullLog log;
  net::HttpServerOptions options;
  options.host = host;
  options.port = port;
  options.descriptor = descriptor;
  const auto started = net::HttpServer::start(loop, handler, log, options);
  if (!started) return std::unexpected(started.error());
  return {};
}

}  // namespace

TEST_CASE("a passed socket is served, also to who connected before the server was there") {
  const Opened opened = open_at("127.0.0.1");
  tests::RawClient early(opened.port);
  REQUIRE(early.connected());
  REQUIRE(early.send("GET /early HTTP/1.1\r\nHost: h\r\n\r\n"));
  net::HttpServerOptions options;
  options.port = opened.port;
  options.descriptor = opened.descriptor;
  tests::RunningServer server(options);
  CHECK(server.port == opened.port);
  CHECK(early.response().value_or("").contains("GET /early peer=127.0.0.1"));
  tests::RawClient late(opened.port);
  REQUIRE(late.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(late.response().value_or("").contains("GET /late "));
}

TEST_CASE("a passed socket has to be the one that the settings name") {
  const auto refused = [](const base::Result<void>& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == base::Code::kInvalidArgument);
    return result.error().message;
  };
  {
    const Opened opened = open_at("127.0.0.1");
    CHECK(start(opened.descriptor, 0).has_value());
  }
  {
    const Opened everywhere = open_at("0.0.0.0");
    CHECK(refused(start(everywhere.descriptor, everywhere.port)).contains("listens at 0.0.0.0 port"));
  }
  {
    const Opened other = open_at("127.0.0.1");
    const auto port = static_cast<uint16_t>(other.port == 65535 ? 65534 : other.port + 1);
    CHECK(refused(start(other.descriptor, port)).contains("ListenStream=127.0.0.1:" + std::to_string(port)));
  }
  {
    const Opened silent = open_at("127.0.0.1", false);
    CHECK(refused(start(silent.descriptor, silent.port)).contains("is no TCP socket that listens"));
    ::close(silent.descriptor);
  }
  const int file = ::dup(0);
  CHECK(refused(start(file, 8000)).contains("is no TCP socket that listens"));
  ::close(file);
}

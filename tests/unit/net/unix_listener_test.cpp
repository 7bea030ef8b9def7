// The listener at a path of the file system: for processes of this user alone.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "net/http_client.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/net/on_loop.h"
#include "tests/unit/net/running_server.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using tests::RunningServer;

constexpr auto kServer = "http://127.0.0.1";

net::HttpServerOptions at(const std::string& path) { return {.unix_path = path, .limits = {}}; }

base::Result<http::Response> ask(const std::string& path) {
  net::AsioLoop loop;
  net::CurlClient client(loop, {.allowed_servers = {kServer}, .unix_path = path});
  http::Request request;
  request.server_url = kServer;
  request.target = "/who";
  return tests::run(loop, client.send(std::move(request)));
}

base::Result<std::unique_ptr<net::HttpServer>> start_second(RunningServer& first, const std::string& path) {
  return net::HttpServer::start(first.loop, first.handler, first.log, at(path));
}

int connect_to(const std::string& path) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

TEST_CASE("a listener at a path answers its own user, who is named as the peer") {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/socket";
  {
    const RunningServer server(at(path));
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    const auto response = ask(path);
    REQUIRE(response);
    CHECK(response->body.contains("GET /who peer=user " + std::to_string(::geteuid())));
  }
  CHECK_FALSE(std::ifstream(path).good());
  CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a socket that someone answers at is left alone, and one that was left over is replaced") {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/socket";
  RunningServer first(at(path));
  const auto second = start_second(first, path);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == base::Code::kUnavailable);
  CHECK(second.error().message.contains("in use"));
  CHECK(ask(path).has_value());

  const std::string left = folder.path() + "/left";
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  left.copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(descriptor);  // Bound, and nobody listens.
  const RunningServer third(at(left));
  CHECK(ask(left).has_value());
}

TEST_CASE("what is no socket is never removed, and a path that is too long says so") {
  const test::TemporaryDirectory folder;
  RunningServer server;
  const std::string file = folder.path() + "/file";
  std::ofstream(file) << "precious";
  const auto refused = start_second(server, file);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kUnavailable);
  std::string kept;
  std::ifstream(file) >> kept;
  CHECK(kept == "precious");

  const auto too_long = start_second(server, folder.path() + "/" + std::string(120, 'x'));
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().message.contains("too long"));
  const auto nowhere = start_second(server, folder.path() + "/none/socket");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == base::Code::kUnavailable);
}

TEST_CASE("a process of another user gets no answer, even where the file would let it in" *
          doctest::skip(::geteuid() != 0)) {
  const test::TemporaryDirectory folder;
  const std::string path = folder.path() + "/socket";
  RunningServer server(at(path));
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  ssize_t got = -1;
  // The system call changes this thread alone; the wrapper of the library would change all.
  std::thread stranger([&] {
    constexpr uid_t kNobody = 65534;
    if (::syscall(SYS_setresuid, kNobody, kNobody, kNobody) != 0) return;
    const int descriptor = connect_to(path);
    if (descriptor < 0) return;
    constexpr std::string_view kRequest = "GET /who HTTP/1.1\r\nHost: x\r\n\r\n";
    (void)::send(descriptor, kRequest.data(), kRequest.size(), MSG_NOSIGNAL);
    char byte = 0;
    got = ::recv(descriptor, &byte, 1, 0);
    if (got < 0 && errno == ECONNRESET) got = 0;
    ::close(descriptor);
  });
  stranger.join();
  CHECK(got == 0);
  CHECK(server.handler.requests == 0);
  CHECK(ask(path).has_value());
}

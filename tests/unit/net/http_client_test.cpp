// The HTTP client against our own server and against servers that misbehave. Where it may go: egress_test.cpp.
#include "net/http_client.h"

#include <cstdlib>
#include <string>
#include <thread>

#include "net/detail/curl.h"
#include "tests/unit/net/listener.h"
#include "tests/unit/net/on_loop.h"
#include "tests/unit/net/running_server.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using tests::RunningServer;

std::string local(uint16_t port, const char* scheme = "http") {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(port);
}

net::CurlClientOptions allow(const std::string& server) {
  net::CurlClientOptions options;
  options.allowed_servers = {server};
  return options;
}

http::Request request_to(const std::string& server, std::string target,
                         http::Method method = http::Method::kGet) {
  http::Request request;
  request.method = method;
  request.server_url = server;
  request.target = std::move(target);
  return request;
}

base::Result<http::Response> send(net::CurlClientOptions options, http::Request request) {
  net::AsioLoop loop;
  net::CurlClient client(loop, std::move(options));
  return tests::run(loop, client.send(std::move(request)));
}

}  // namespace

TEST_CASE(
    "method, target, headers, body and authorization arrive; status, headers and body come back") {
  RunningServer server;
  const std::string url = local(server.port);
  for (const auto method : {http::Method::kGet, http::Method::kPost, http::Method::kPut,
                            http::Method::kDelete, http::Method::kPatch, http::Method::kOptions}) {
    http::Request request = request_to(url, "/a/../b?q=%20x", method);
    if (method != http::Method::kGet) request.body = "some body";
    const std::string body = request.body;
    request.authorization = base::Secret("Bearer fake-token");
    const auto response = send(allow(url), std::move(request));
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->headers.find("content-type").value_or("") == "text/plain");
    CHECK(response->body ==
          std::string(http::method_name(method)) +
              " /a/../b?q=%20x peer=127.0.0.1 auth=Bearer fake-token body=" + body);
  }
  const auto head = send(allow(url), request_to(url, "/x", http::Method::kHead));
  REQUIRE(head);
  CHECK(head->body.empty());
  const auto empty = send(allow(url), request_to(url, "/gone", http::Method::kPut));
  REQUIRE(empty);
  CHECK(empty->status == 204);
  const auto chunks = send(allow(url), request_to(url, "/pieces"));
  REQUIRE(chunks);
  CHECK(chunks->body == "datadatadata");
}

TEST_CASE("many requests at once over one client") {
  RunningServer server;
  const std::string url = local(server.port);
  net::AsioLoop loop;
  net::CurlClient client(loop, allow(url));
  base::TaskGroup group(loop);
  int good = 0;
  struct Run {
    static base::Task<void> one(net::CurlClient& sender, http::Request request,
                                net::AsioLoop& stops, int& count) {
      const auto response = co_await sender.send(std::move(request));
      if (response && response->body.starts_with("later ") && ++count == 40) stops.stop();
    }
  };
  for (int i = 0; i < 40; ++i) {
    group.spawn(Run::one(client, request_to(url, "/later?" + std::to_string(i)), loop, good));
  }
  loop.run();
  CHECK(good == 40);
}

TEST_CASE("what is not allowed does not leave the process") {
  RunningServer server;
  const std::string url = local(server.port);
  const auto refused = [&](net::CurlClientOptions options, http::Request request, base::Code code) {
    const auto response = send(std::move(options), std::move(request));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == code);
    CHECK(response.error().detail == "not sent");
  };
  refused(allow("https://api.example.com"), request_to(url, "/"), base::Code::kForbidden);
  refused(allow(local(static_cast<uint16_t>(server.port ^ 1))), request_to(url, "/"),
          base::Code::kForbidden);
  refused(allow(url), request_to(local(server.port, "https"), "/"), base::Code::kForbidden);
  refused(allow(url), request_to("http://user@127.0.0.1:" + std::to_string(server.port), "/"),
          base::Code::kForbidden);
  refused(allow("http://example.com"), request_to("http://example.com", "/"),
          base::Code::kForbidden);
  refused(allow("file:///etc"), request_to("file:///etc", "/passwd"), base::Code::kForbidden);
  refused({}, request_to(url, "/"), base::Code::kForbidden);

  refused(allow(url), request_to(url, "no-slash"), base::Code::kInvalidArgument);
  refused(allow(url), request_to(url, "/a b"), base::Code::kInvalidArgument);
  refused(allow(url), request_to(url, "/a\r\nX: y"), base::Code::kInvalidArgument);
  http::Request header = request_to(url, "/");
  header.headers.add("X-A", "a\r\nX-B: b");
  refused(allow(url), std::move(header), base::Code::kInvalidArgument);
  http::Request bearer = request_to(url, "/");
  bearer.headers.add("Authorization", "Bearer fake-token");
  refused(allow(url), std::move(bearer), base::Code::kInvalidArgument);
  http::Request late = request_to(url, "/");
  late.deadline = base::Instant{1ns};
  refused(allow(url), std::move(late), base::Code::kDeadline);
  CHECK(server.handler.requests == 0);
}

TEST_CASE("cve_2026_116685: a caller cannot redirect a request with Host, and redirects are not followed") {
  tests::Listener listener;
  std::string seen;
  std::thread server([&] {
    const int fd = listener.accept();
    seen = tests::read_head(fd);
    tests::write_all(fd,
                     "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nSet-Cookie: "
                     "a=b\r\nContent-Length: 0\r\n\r\n");
    ::close(fd);
  });
  const std::string url = local(listener.port());
  http::Request request = request_to(url, "/");
  request.headers.add("Host", "elsewhere");
  request.headers.add("X-Empty", "");
  const auto response = send(allow(url), std::move(request));
  server.join();
  REQUIRE(response);
  CHECK(response->status == 302);
  CHECK(seen.find("Host: 127.0.0.1:") != std::string::npos);
  CHECK(seen.find("elsewhere") == std::string::npos);
  CHECK(seen.find("X-Empty:\r\n") != std::string::npos);
  CHECK(seen.find("User-Agent: mcp-server-for-spotify\r\n") != std::string::npos);
  CHECK(seen.find("Accept-Encoding: gzip\r\n") != std::string::npos);
}

TEST_CASE("the proxy of the environment is not used") {
  RunningServer server;
  const std::string url = local(server.port);
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  const auto response = send(allow(url), request_to(url, "/"));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  REQUIRE(response);
  CHECK(response->status == 200);
}

TEST_CASE("a refused connection is certainly not sent") {
  uint16_t port = 0;
  {
    const tests::Listener listener;
    port = listener.port();
  }
  const auto response = send(allow(local(port)), request_to(local(port), "/", http::Method::kPost));
  REQUIRE_FALSE(response);
  CHECK(response.error().code == base::Code::kUnavailable);
  CHECK(response.error().detail == "not sent");
  CHECK(response.error().message.starts_with("Cannot reach 127.0.0.1: "));
}

TEST_CASE("a name that does not resolve is certainly not sent") {
  const auto response =
      send(allow("https://no-such-name.invalid"), request_to("https://no-such-name.invalid", "/"));
  REQUIRE_FALSE(response);
  CHECK(response.error().code == base::Code::kUnavailable);
  CHECK(response.error().detail == "not sent");
  CHECK(response.error().message ==
        "Cannot reach no-such-name.invalid: the name does not resolve. Check the network "
        "connection.");
}

TEST_CASE("a body over the limit ends the transfer") {
  RunningServer server;
  const std::string url = local(server.port);
  for (const char* target : {"/big", "/endless"}) {
    net::CurlClientOptions options = allow(url);
    options.limits.response_bytes = 100'000;
    const auto response = send(std::move(options), request_to(url, target));
    REQUIRE_FALSE(response);
    CHECK(response.error().code == base::Code::kUpstream);
    CHECK(response.error().detail != "not sent");
  }
  CHECK(server.handler.stream_dropped.wait());
}

TEST_CASE("the deadline ends a request that was sent") {
  RunningServer server;
  const std::string url = local(server.port);
  net::AsioLoop loop;
  net::CurlClient client(loop, allow(url));
  http::Request request = request_to(url, "/wait");
  request.deadline = loop.now() + 150ms;
  const auto response = tests::run(loop, client.send(std::move(request)));
  REQUIRE_FALSE(response);
  CHECK(response.error().code == base::Code::kDeadline);
  CHECK(response.error().detail != "not sent");
  CHECK(server.handler.dropped.wait());
}

TEST_CASE("dropping the task aborts the transfer, and so does the end of the client") {
  RunningServer server;
  const std::string url = local(server.port);
  struct Drop {
    static base::Task<void> forget(net::CurlClient& client, http::Request request) {
      (void)co_await client.send(std::move(request));
    }
  };
  net::AsioLoop loop;
  auto client = std::make_unique<net::CurlClient>(loop, allow(url));
  auto group = std::make_unique<base::TaskGroup>(loop);
  group->spawn(Drop::forget(*client, request_to(url, "/wait")));
  REQUIRE(server.handler.entered.wait());
  CHECK_FALSE(server.handler.dropped.raised());
  group.reset();
  CHECK(server.handler.dropped.wait());

  group = std::make_unique<base::TaskGroup>(loop);
  group->spawn(Drop::forget(*client, request_to(url, "/wait")));
  REQUIRE(server.handler.entered.wait());
  client.reset();
  CHECK(server.handler.dropped.wait());
}

TEST_CASE("a request with an effect is not sent twice when a kept connection dies; a read is") {
  for (const auto method : {http::Method::kPut, http::Method::kGet}) {
    tests::Listener listener;
    std::vector<std::string> heads;
    std::thread server([&] {
      const int first = listener.accept();
      tests::read_head(first);
      tests::write_all(first, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      heads.push_back(
          tests::read_head(first));  // Taken, perhaps acted upon, and the connection breaks.
      ::close(first);
      const int second = listener.accept();
      if (second < 0) return;
      heads.push_back(tests::read_head(second));
      if (!heads.back().empty())
        tests::write_all(second, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");
      ::close(second);
    });
    const std::string url = local(listener.port());
    net::AsioLoop loop;
    base::Result<http::Response> again = base::fail(base::Code::kInternal, "");
    {
      net::CurlClient client(loop, allow(url));
      REQUIRE(tests::run(loop, client.send(request_to(url, "/first"))));
      again = tests::run(loop, client.send(request_to(url, "/again", method)));
    }
    listener.close();
    server.join();
    REQUIRE_FALSE(heads.empty());
    CHECK(heads[0].find(" /again ") != std::string::npos);
    if (method == http::Method::kGet) {
      REQUIRE(again);
      CHECK(again->body == "second");
    } else {
      REQUIRE_FALSE(again);
      CHECK(again.error().code == base::Code::kUnavailable);
      CHECK(again.error().detail != "not sent");
      CHECK(again.error().message.find("not known whether") != std::string::npos);
      for (size_t i = 1; i < heads.size(); ++i) CHECK(heads[i].empty());
    }
  }
}

TEST_CASE("a missing libcurl, or another library in its place, is noticed when it is loaded") {
  CHECK(net::load_curl("libcurl.so.4").has_value());
  CHECK_FALSE(net::load_curl("libnone.so.4").has_value());
  CHECK_FALSE(net::load_curl("libm.so.6").has_value());
}

// DNS rebinding (T-1): Host and Origin, each by itself, before anybody asks who is there. One row is one spelling; it
// is tried with a request of the modern era and with the handshake of the older one, without any login.
#include <fmt/ranges.h>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

// What passes is asked to log in; what does not is never asked.
constexpr int kPasses = 401;
constexpr int kRefused = 403;

struct Row {
  std::vector<const char*> values;  // Of the field, which may come twice or not at all.
  int status;
};

const Row kHosts[] = {
    {{"127.0.0.1"}, kPasses},
    {{"127.0.0.1:8080"}, kPasses},
    {{"127.255.255.254"}, kPasses},
    {{"localhost"}, kPasses},
    {{"LocalHost:1"}, kPasses},
    {{"[::1]"}, kPasses},
    {{"[::1]:65535"}, kPasses},
    {{"mcp.example.com"}, kPasses},
    {{"MCP.Example.COM:443"}, kPasses},
    // None, two, nothing.
    {{}, kRefused},
    {{"127.0.0.1", "127.0.0.1"}, kRefused},
    {{"127.0.0.1", "evil.example"}, kRefused},
    {{""}, kRefused},
    {{":80"}, kRefused},
    // Another name, and those that hold a good one.
    {{"evil.example"}, kRefused},
    {{"localhost.evil.example"}, kRefused},
    {{"127.0.0.1.evil.example"}, kRefused},
    {{"evil-localhost"}, kRefused},
    {{"mcp.example.com.evil.example"}, kRefused},
    {{"evilmcp.example.com"}, kRefused},
    // A name that means the same to DNS, and does not to a certificate or a list.
    {{"mcp.example.com."}, kRefused},
    {{"evil.example."}, kRefused},
    // Userinfo, a path, spaces.
    {{"localhost@evil.example"}, kRefused},
    {{"127.0.0.1:80@evil.example"}, kRefused},
    {{"evil.example#localhost"}, kRefused},
    {{"evil.example/localhost"}, kRefused},
    {{"localhost evil.example"}, kRefused},
    // Ports that are none.
    {{"localhost:"}, kPasses},  // RFC 3986 section 3.2.3: an empty port is the usual one.
    {{"localhost:x"}, kRefused},
    {{"localhost:123456"}, kRefused},
    {{"localhost:80:80"}, kRefused},
    // Addresses in other spellings, of other places, and without what belongs round them.
    {{"2130706433"}, kRefused},
    {{"0x7f000001"}, kRefused},
    {{"0x7f.0.0.1"}, kRefused},
    {{"0177.0.0.1"}, kRefused},
    {{"127.1"}, kRefused},
    {{"0.0.0.0"}, kRefused},
    {{"192.168.1.1"}, kRefused},
    {{"::1"}, kRefused},
    {{"[::1"}, kRefused},
    {{"[::1]evil.example"}, kRefused},
    {{"[::]"}, kRefused},
    {{"[::ffff:192.168.1.1]"}, kRefused},
    {{"[fe80::1%25lo]"}, kRefused},
};

const Row kOrigins[] = {
    {{}, kPasses},
    {{"http://localhost:3000"}, kPasses},
    {{"http://LOCALHOST"}, kPasses},
    {{"http://127.0.0.1:6274"}, kPasses},
    {{"http://[::1]:5173"}, kPasses},
    {{"https://mcp.example.com"}, kPasses},
    {{"https://app.example.com"}, kPasses},
    {{"http://localhost", "http://localhost"}, kRefused},
    {{"http://localhost", "https://evil.example"}, kRefused},
    {{""}, kRefused},
    {{"null"}, kRefused},
    {{"https://evil.example"}, kRefused},
    {{"https://evil.example:443"}, kRefused},
    {{"http://localhost.evil.example"}, kRefused},
    {{"http://127.0.0.1.evil.example"}, kRefused},
    {{"http://localhost@evil.example"}, kRefused},
    {{"http://127.0.0.1:80@evil.example"}, kRefused},
    {{"http://mcp.example.com"}, kRefused},
    {{"http://app.example.com"}, kRefused},
    {{"https://app.example.com:8443"}, kRefused},
    {{"https://app.example.com."}, kRefused},
    {{"https://app.example.com.evil.example"}, kRefused},
    {{"https://evilapp.example.com"}, kRefused},
    {{"http://2130706433"}, kRefused},
    {{"http://0x7f.1"}, kRefused},
    {{"http://192.168.1.1"}, kRefused},
    {{"http://[::ffff:192.168.1.1]"}, kRefused},
    {{"localhost"}, kRefused},
    {{"http://localhost/path"}, kRefused},
    {{"http://localhost http://localhost"}, kRefused},
    {{"file://"}, kRefused},
    {{"chrome-extension://localhost"}, kRefused},
};

struct World {
  test::ManualLoop loop;
  tests::HttpWorld http{loop, {.allowed_hosts = {"mcp.example.com"}, .allowed_origins = {"https://app.example.com"}}};

  void expect(const std::string& name, const Row& row) {
    INFO(name, ": ", fmt::format("{}", fmt::join(row.values, " and ")));
    const std::pair<http::Headers, std::string> messages[] = {{tests::modern_headers(), tests::echo_body("x")},
                                                              {tests::post_headers(), std::string(tests::kInitialize)}};
    for (const auto& [headers, body] : messages) {
      http::Request request;
      request.method = http::Method::kPost;
      request.target = "/mcp";
      request.headers = headers;
      request.headers.erase(name);
      for (const char* value : row.values) request.headers.add(name, value);
      request.body = body;
      CHECK(loop.run(http.handler.handle(std::move(request))).status == row.status);
    }
  }
};

}  // namespace

TEST_CASE("T-1: a Host that is not ours is refused, in any spelling, before anybody logs in") {
  World world;
  for (const Row& row : kHosts) world.expect("Host", row);
  CHECK(std::size(kHosts) >= 40);
}

TEST_CASE("T-1: an Origin that may not call is refused, in any spelling, before anybody logs in") {
  World world;
  for (const Row& row : kOrigins) world.expect("Origin", row);
}

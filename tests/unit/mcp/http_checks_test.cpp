// What a request must look like before its body is read: tables of what passes and what does not.
#include "mcp/transport/http_checks.h"

#include <string>
#include <vector>

#include "tests/test.h"

namespace mcp {
namespace {

const std::vector<std::string> kAllowed{"mcp.example.com", "other.example.com:8443"};

TEST_CASE("http checks: Host is loopback or listed, with a port at most") {
  for (const char* host : {"localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "127.8.9.1:80", "[::1]",
                           "[::1]:8000", "mcp.example.com", "MCP.example.com:444", "other.example.com:8443"}) {
    INFO(host);
    CHECK(is_allowed_host(host, kAllowed));
  }
  for (const char* host :
       {"", ":", "evil.example", "localhost.evil.example", "localhost:80@evil.example", "localhost:x",
        "localhost:123456", "localhost:80:80", "[::1]evil.example", "[::1", "[::1]:80x", "127.0.0.1.evil.example",
        "0.0.0.0", "192.168.1.1", "mcp.example.com.evil.example", "mcp.example.com:1@evil.example", "other.example.com",
        "other.example.com:1"}) {
    INFO(host);
    CHECK_FALSE(is_allowed_host(host, kAllowed));
  }
  CHECK_FALSE(is_allowed_host(std::nullopt, kAllowed));
}

TEST_CASE("http checks: Origin is absent, loopback or listed") {
  const std::vector<std::string> origins{"https://app.example.com"};
  CHECK(is_allowed_origin(std::nullopt, kAllowed, origins));
  for (const char* origin : {"http://localhost:3000", "http://127.0.0.1", "http://[::1]:5173",
                             "https://app.example.com", "https://mcp.example.com"}) {
    INFO(origin);
    CHECK(is_allowed_origin(origin, kAllowed, origins));
  }
  for (const char* origin :
       {"", "null", "https://evil.example", "http://mcp.example.com", "https://app.example.com.evil.example",
        "http://localhost.evil.example", "https://localhost@evil.example", "http://localhost/path"}) {
    INFO(origin);
    CHECK_FALSE(is_allowed_origin(origin, kAllowed, origins));
  }
}

Accepts accepts(const char* value) {
  http::Headers headers;
  headers.add("Accept", value);
  return read_accept(headers);
}

TEST_CASE("http checks: a quality of zero refuses, in any spelling") {
  CHECK(accepts("application/json, text/event-stream;q=0.1").event_stream);
  CHECK(accepts("application/json;seq=0").json);
  CHECK(accepts("*/*").json);
  CHECK_FALSE(read_accept({}).json);
  CHECK_FALSE(read_accept({}).event_stream);
  for (const char* value :
       {"application/json;q=0", "application/json;Q=0", "application/json; q=0.000 ;x=1", "text/html"}) {
    INFO(value);
    CHECK_FALSE(accepts(value).json);
    CHECK_FALSE(accepts(value).event_stream);
  }
}

TEST_CASE("http checks: JSON is UTF-8, whoever says so") {
  const auto is = [](const char* type) { return is_json({{"Content-Type", type}}); };
  for (const char* type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                           "application/json;charset=\"UTF-8\"", "application/json; charset=utf8",
                           "application/json; profile=x"}) {
    INFO(type);
    CHECK(is(type));
  }
  for (const char* type : {"application/json; charset=utf-16", "application/json;CHARSET=latin1",
                           "application/json; charset=", "application/json; charset=utf-8; charset=utf-16",
                           "text/json", "application/json-seq", ""}) {
    INFO(type);
    CHECK_FALSE(is(type));
  }
  CHECK_FALSE(is_json({}));
  CHECK_FALSE(is_json({{"Content-Type", "application/json"}, {"Content-Type", "application/json"}}));
}

}  // namespace
}  // namespace mcp

// Calls beyond the scopes of who makes them: 403 as MCP says it (2026-07-28 authorization, "Scope Challenge"), in both
// eras, and nothing runs.
#include <string>
#include <vector>

#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

mcp::StreamableHttpOptions options() {
  mcp::StreamableHttpOptions options;
  options.challenge = "Bearer realm=\"test\"";
  options.scopes_of = [](const mcp::Call& call) {
    return call.method == "tools/call" ? std::vector<std::string>{"read", "write"} : std::vector<std::string>();
  };
  return options;
}

struct World {
  test::ManualLoop loop;
  tests::HttpWorld http{loop, options()};

  http::Response send(const std::string& bearer, http::Headers headers, std::string body) {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = std::move(headers);
    request.body = std::move(body);
    if (!bearer.empty()) request.authorization = base::Secret(std::string(bearer));
    return loop.run(http.handler.handle(std::move(request)));
  }
};

}  // namespace

TEST_CASE("a call beyond the scopes is 403 with all that it needs, and does not run") {
  World world;
  const auto refused = world.send("Bearer alice/read", tests::modern_headers(), tests::echo_body("x"));
  CHECK(refused.status == 403);
  CHECK(refused.headers.find("WWW-Authenticate") ==
        "Bearer realm=\"test\", error=\"insufficient_scope\", scope=\"read write\"");
  CHECK(refused.body.find("This needs the scope read write.") != std::string::npos);
  CHECK(world.http.runs == 0);
  CHECK(world.send("Bearer alice", tests::modern_headers(), tests::echo_body("x")).status == 200);
  CHECK(world.http.runs == 1);
}

TEST_CASE("a session asks for the scopes of each call too") {
  World world;
  const auto opened = world.send("Bearer alice/read", tests::post_headers(), std::string(tests::kInitialize));
  REQUIRE(opened.status == 200);
  const std::string session(opened.headers.find("Mcp-Session-Id").value_or(""));
  const auto refused = world.send("Bearer alice/read", tests::session_headers(session), tests::legacy_echo_body("x"));
  CHECK(refused.status == 403);
  CHECK(world.http.runs == 0);
}

TEST_CASE("a wrong bearer is told as a wrong token, and none as none") {
  World world;
  const auto none = world.send("", tests::modern_headers(), tests::echo_body("x"));
  CHECK(none.status == 401);
  CHECK(none.headers.find("WWW-Authenticate") == "Bearer realm=\"test\"");
  const auto wrong = world.send("Basic alice", tests::modern_headers(), tests::echo_body("x"));
  CHECK(wrong.status == 401);
  CHECK(wrong.headers.find("WWW-Authenticate") == "Bearer realm=\"test\", error=\"invalid_token\"");
}

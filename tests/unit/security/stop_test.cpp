// What a server that is about to stop owes to those who listen (2026-07-28 basic/utilities/subscriptions).
#include <string>
#include <utility>

#include "tests/support/manual_loop.h"
#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

using http::Method;

struct World {
  test::ManualLoop loop;
  tests::HttpWorld http{loop};

  http::Response send(Method method, http::Headers headers, std::string body) {
    http::Request request;
    request.method = method;
    request.target = "/mcp";
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.authorization = base::Secret("Bearer alice");
    return loop.run(http.handler.handle(std::move(request)));
  }
  std::string next(const http::Response& response) { return loop.run(response.stream->next()).value_or("(end)"); }
};

}  // namespace

TEST_CASE("stop: a listener gets its answer, and then its stream ends") {
  World world;
  http::Headers headers = tests::modern_headers();
  headers.set("Mcp-Method", "subscriptions/listen");
  headers.erase("Mcp-Name");
  const std::string body = fmt::format(R"({{"jsonrpc":"2.0","id":"mine","method":"subscriptions/listen",)"
                                       R"("params":{{"notifications":{{"toolsListChanged":true}},{}}}}})",
                                       tests::kMeta);
  const auto listening = world.send(Method::kPost, headers, body);
  REQUIRE(listening.stream);
  CHECK(world.next(listening).contains("notifications/subscriptions/acknowledged"));
  world.http.server.close_listens();
  const std::string answer = world.next(listening);
  CHECK(answer.contains(R"("id":"mine")"));
  CHECK(answer.contains(R"("result")"));
  CHECK(world.next(listening) == "(end)");
}

TEST_CASE("stop: the stream of a session ends, and a call of it that runs comes to its answer") {
  World world;
  const auto opened = world.send(Method::kPost, tests::post_headers(), std::string(tests::kInitialize));
  const std::string session(opened.headers.find("Mcp-Session-Id").value_or(""));
  const auto running = world.send(Method::kPost, tests::session_headers(session), tests::legacy_steps_body(1, "x"));
  const auto listening = world.send(Method::kGet, tests::session_headers(session), "");
  REQUIRE(running.stream);
  REQUIRE(listening.stream);
  CHECK(world.next(listening).contains("retry: "));
  world.http.handler.close_listeners();
  CHECK(world.next(listening) == "(end)");
  std::string all;
  for (std::string piece = world.next(running); piece != "(end)"; piece = world.next(running)) all += piece;
  CHECK(all.contains(R"("result")"));
}

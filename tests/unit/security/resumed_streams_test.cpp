// A client that comes back for the stream of a call (2025-11-25 basic/transports, "Resumability and Redelivery"): what
// it holds open is counted and ends as any other stream does.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using http::Method;

constexpr size_t kStreamsMax = 5;

mcp::StreamableHttpOptions few() {
  mcp::StreamableHttpOptions options;
  options.streams_per_principal_max = kStreamsMax;
  options.stream_life_max = 10s;
  options.keep_alive = 1h;
  return options;
}

// Says something at once, and is never done by itself.
base::Task<mcp::ToolResult> linger(mcp::CallContext* context, bool speaks) {
  if (speaks) context->progress(1);
  co_await base::sleep_for(context->loop(), 50s);
  co_return mcp::ToolResult{};
}

struct World {
  World() {
    for (const bool speaks : {true, false}) {
      http.server.add(mcp::Tool{{.name = speaks ? "speak" : "brood",
                                 .title = {},
                                 .description = "Takes its time.",
                                 .effect = mcp::Effect::kRead},
                                {{"type", "object"}},
                                std::nullopt,
                                [speaks](mcp::CallContext& context, json::Value) { return linger(&context, speaks); }});
    }
    const auto opened = send(Method::kPost, tests::post_headers(), std::string(tests::kInitialize));
    session = std::string(opened.headers.find("Mcp-Session-Id").value_or(""));
  }

  base::Task<http::Response> handling(Method method, http::Headers headers, std::string body) {
    http::Request request;
    request.method = method;
    request.target = "/mcp";
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.authorization = base::Secret("Bearer alice");
    return http.handler.handle(std::move(request));
  }
  http::Response send(Method method, http::Headers headers, std::string body) {
    return loop.run(handling(method, std::move(headers), std::move(body)));
  }
  // The n-th call of the session is its n-th stream.
  static std::string body(int id, std::string_view tool) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"{}",)"
                       R"("arguments":{{}},"_meta":{{"progressToken":1}}}}}})",
                       id, tool);
  }
  http::Response call(int id, std::string_view tool) {
    return send(Method::kPost, tests::session_headers(session), body(id, tool));
  }
  http::Response resume(int stream) {
    http::Headers headers = tests::session_headers(session);
    headers.add("Last-Event-ID", fmt::format("{}-0", stream));
    return send(Method::kGet, std::move(headers), "");
  }
  std::string next(const http::Response& response) { return loop.run(response.stream->next()).value_or("(end)"); }

  test::ManualLoop loop;
  tests::HttpWorld http{loop, few()};
  std::string session;
};

}  // namespace

TEST_CASE("resumed stream: what is answered as JSON has none") {
  World world;
  base::TaskGroup running(world.loop);
  std::optional<http::Response> answer;
  running.spawn([](World* world, std::optional<http::Response>* answer) -> base::Task<void> {
    auto handling = world->handling(Method::kPost, tests::session_headers(world->session), World::body(1, "brood"));
    answer->emplace(co_await std::move(handling));
  }(&world, &answer));
  REQUIRE_FALSE(answer);
  CHECK(world.resume(1).status == 404);
  world.loop.advance(51s);
  REQUIRE(answer);
  CHECK_FALSE(answer->stream);
  CHECK(world.resume(1).status == 404);
}

TEST_CASE("resumed stream: those of one user are counted, and the place is free when the client has gone") {
  World world;
  std::vector<http::Response> open;
  for (size_t i = 0; i < kStreamsMax; ++i) {
    const int id = static_cast<int>(i) + 1;
    REQUIRE(world.call(id, "speak").stream);  // And its connection is lost.
    open.push_back(world.resume(id));
    REQUIRE(open.back().stream);
    CHECK(world.next(open.back()).contains("notifications/progress"));
  }
  REQUIRE(world.call(6, "speak").stream);
  const auto refused = world.resume(6);
  CHECK(refused.status == 429);
  CHECK(refused.headers.find("Retry-After") == "1");
  CHECK(world.send(Method::kGet, tests::session_headers(world.session), "").status == 429);
  open.pop_back();
  CHECK(world.resume(6).stream);
}

TEST_CASE("resumed stream: it lives no longer than another") {
  World world;
  REQUIRE(world.call(1, "speak").stream);
  const auto resumed = world.resume(1);
  CHECK(world.next(resumed).contains("notifications/progress"));
  const base::Instant begin = world.loop.now();
  CHECK(world.next(resumed) == "(end)");
  CHECK(world.loop.now() - begin == 10s);
  // The call goes on, and whoever comes back has its answer.
  const auto again = world.resume(1);
  REQUIRE(again.stream);
}

TEST_CASE("resumed stream: it ends with its call, its session and its user") {
  enum class End { kCancelled, kSession, kUser };
  for (const End end : {End::kCancelled, End::kSession, End::kUser}) {
    World world;
    REQUIRE(world.call(1, "speak").stream);
    const auto resumed = world.resume(1);
    CHECK(world.next(resumed).contains("notifications/progress"));
    const base::Instant begin = world.loop.now();
    switch (end) {
      case End::kCancelled:
        world.send(Method::kPost, tests::session_headers(world.session),
                   R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
        break;
      case End::kSession:
        CHECK(world.send(Method::kDelete, tests::session_headers(world.session), "").status == 204);
        break;
      case End::kUser: CHECK(world.http.handler.end_principal("alice") == 1); break;
    }
    CHECK(world.next(resumed) == "(end)");
    CHECK(world.loop.now() == begin);
  }
}

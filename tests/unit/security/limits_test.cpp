// The limits of the network, by name and number (NS-9, NS-10, T-28 to T-30 of the security requirements), and what one
// client of many may take.
#include "net/limits.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/compose.h"
#include "config/settings.h"
#include "json/parse.h"
#include "mcp/message.h"
#include "mcp/transport/outbox.h"
#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;

mcp::StreamableHttpOptions few() {
  mcp::StreamableHttpOptions options;
  options.requests_per_principal_max = 20;
  options.streams_per_principal_max = 5;
  return options;
}

constexpr std::string_view kListen =
    R"({"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},)"
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{},)"
    R"("io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}}})";

struct World {
  explicit World(mcp::ServerOptions server_options = {.info = {.name = "security", .version = "1"}})
      : http(loop, few(), std::move(server_options)) {}

  http::Request request(const std::string& who, http::Headers headers, std::string body) {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.authorization = base::Secret("Bearer " + who);
    return request;
  }
  http::Response call(const std::string& who) {
    return loop.run(http.handler.handle(request(who, tests::modern_headers(), tests::echo_body("x"))));
  }
  http::Response listen(const std::string& who) {
    http::Headers headers = tests::post_headers();
    headers.add("MCP-Protocol-Version", "2026-07-28");
    headers.add("Mcp-Method", "subscriptions/listen");
    return loop.run(http.handler.handle(request(who, std::move(headers), std::string(kListen))));
  }

  test::ManualLoop loop;
  tests::HttpWorld http;
};

base::Task<void> keep(World* world, std::string who, std::vector<int>* statuses) {
  auto handling = world->http.handler.handle(world->request(who, tests::modern_headers(), tests::echo_body("x")));
  const http::Response response = co_await std::move(handling);
  statuses->push_back(response.status);
}

// The events of a stream until it ends.
base::Task<int> drain(http::BodyStream* stream) {
  int events = 0;
  // Ends with the stream.
  while (true) {
    const auto piece = co_await stream->next();
    if (!piece) co_return events;
    if (piece->contains("event: message") || piece->contains("data:")) ++events;
  }
}

}  // namespace

TEST_CASE("every limit of the network has the value that the security requirements give it") {
  const net::ServerLimits server;
  const config::Server settings;
  // IV-11, T-28.
  CHECK(server.request_line_bytes == 8 * 1024);
  CHECK(server.header_fields == 64);
  CHECK(server.header_bytes == 16 * 1024);
  CHECK(server.body_bytes <= 5 * 1024 * 1024);
  CHECK(server.chunk_extension_bytes == 256);
  CHECK(json::Limits().depth_max == 32);
  CHECK(mcp::kMessageLimits.values_max == 8'192);
  // NS-9.
  CHECK(server.connections == 10'000);
  CHECK(settings.connections_per_client.value() == 200);
  CHECK(settings.requests_per_user.value() == 20);
  // NS-10, T-29; a handshake is within the time of the header.
  CHECK(server.header_timeout == 10s);
  CHECK(server.body_grace == 5s);
  CHECK(server.body_bytes_per_second == 256);
  CHECK(server.body_timeout == 30s);
  CHECK(server.idle_timeout == 60s);
  CHECK(server.write_stall == 30s);
  // T-30.
  CHECK(settings.streams_per_user.value() == 5);
  CHECK(app::kListensMax == 2'000);
  CHECK(app::kListenLife == 1h);
  CHECK(mcp::StreamableHttpOptions().stream_life_max == 1h);
  CHECK(mcp::StreamableHttpOptions().keep_alive == 15s);
  CHECK(mcp::Outbox::Limits().bytes_max == size_t{256} * 1024);
}

TEST_CASE("NS-9: one client has so many requests in flight, is told when to come back, and is in nobody's way") {
  World world;
  std::vector<int> statuses;
  base::TaskGroup running(world.loop);
  for (int i = 0; i < 20; ++i) running.spawn(keep(&world, "alice", &statuses));
  CHECK(world.http.runs == 20);
  running.spawn(keep(&world, "alice", &statuses));
  CHECK(statuses == std::vector{429});
  CHECK(world.http.runs == 20);
  running.spawn(keep(&world, "bob", &statuses));
  CHECK(world.http.runs == 21);
  world.loop.run(running.join());
  CHECK(std::ranges::count(statuses, 200) == 21);
  // A refusal as the wire has it.
  base::TaskGroup again(world.loop);
  for (int i = 0; i < 20; ++i) again.spawn(keep(&world, "alice", &statuses));
  std::optional<http::Response> refused;
  const auto ask = [](World* asking, std::optional<http::Response>* out) -> base::Task<void> {
    auto handling =
        asking->http.handler.handle(asking->request("alice", tests::modern_headers(), tests::echo_body("x")));
    out->emplace(co_await std::move(handling));
  };
  again.spawn(ask(&world, &refused));
  REQUIRE(refused);
  CHECK(refused->status == 429);
  CHECK(refused->headers.find("Retry-After") == "1");
  CHECK(refused->body.contains(R"("code":-32000)"));
  CHECK(refused->body.contains(R"("id":0)"));
  world.loop.run(again.join());
  // Those have ended, and there is room.
  CHECK(world.call("alice").status == 200);
}

TEST_CASE("NS-9: the requests of a client count over its sessions, in the older era too") {
  World world;
  const auto opened = world.loop.run(
      world.http.handler.handle(world.request("alice", tests::post_headers(), std::string(tests::kInitialize))));
  REQUIRE(opened.status == 200);
  const std::string session(opened.headers.find("Mcp-Session-Id").value_or(""));
  std::vector<int> statuses;
  base::TaskGroup running(world.loop);
  for (int i = 0; i < 20; ++i) running.spawn(keep(&world, "alice", &statuses));
  std::optional<int> legacy;
  const auto ask = [](World* asking, std::string id, std::optional<int>* out) -> base::Task<void> {
    auto handling = asking->http.handler.handle(
        asking->request("alice", tests::session_headers(std::move(id)), tests::legacy_echo_body("x")));
    const http::Response response = co_await std::move(handling);
    out->emplace(response.status);
  };
  running.spawn(ask(&world, session, &legacy));
  CHECK(legacy == 429);
  world.loop.run(running.join());
}

TEST_CASE("T-30: one client has so many streams open, and each ends after its life") {
  World world({.info = {.name = "security", .version = "1"}, .listen_life = 1h});
  std::vector<std::unique_ptr<http::BodyStream>> open;
  for (int i = 0; i < 5; ++i) {
    http::Response response = world.listen("alice");
    REQUIRE(response.status == 200);
    REQUIRE(response.stream != nullptr);
    open.push_back(std::move(response.stream));
  }
  const http::Response sixth = world.listen("alice");
  CHECK(sixth.status == 429);
  CHECK(sixth.headers.find("Retry-After").has_value());
  CHECK(world.listen("bob").status == 200);
  // Streams take no place of requests.
  CHECK(world.call("alice").status == 200);
  // A client that goes away makes room.
  open.pop_back();
  open.push_back(std::move(world.listen("alice").stream));
  REQUIRE(open.back() != nullptr);
  // With the acknowledgement at its begin and the result at its end.
  const base::Instant begun = world.loop.now();
  CHECK(world.loop.run(drain(open.front().get())) == 2);
  CHECK(world.loop.now() - begun <= 1h);
}

TEST_CASE("SM-16: what a principal has open ends at once, and nobody else's") {
  World world;
  http::Response mine = world.listen("alice");
  http::Response theirs = world.listen("bob");
  std::vector<int> statuses;
  base::TaskGroup running(world.loop);
  running.spawn(keep(&world, "alice", &statuses));
  running.spawn(keep(&world, "bob", &statuses));
  const auto busy = world.http.handler.principals();
  CHECK(busy == std::vector<std::string>{"alice", "bob"});
  CHECK(world.http.handler.end_principal("alice") == 2);
  CHECK(world.loop.run(drain(mine.stream.get())) == 1);
  world.loop.run(running.join());
  CHECK(statuses == std::vector{401, 200});
  CHECK(world.http.handler.principals() == std::vector<std::string>{"bob"});
  CHECK(theirs.stream != nullptr);
  CHECK(world.http.handler.end_principal("alice") == 0);
}

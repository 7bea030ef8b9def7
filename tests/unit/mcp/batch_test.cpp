// Batches of protocol 2025-03-26: each call in one is a call like any other. It can be cancelled, it counts, and its
// session is busy while it runs.
#include <optional>
#include <string>
#include <vector>

#include "mcp/transport/streamable_http.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kWithBatches = "2025-03-26";

std::string batch(const std::vector<std::string>& messages) {
  std::string text;
  for (const std::string& each : messages) text.append(text.empty() ? "[" : ",").append(each);
  return text + "]";
}

// The ids of the responses in an array, as JSON.
std::vector<std::string> ids_of(std::string_view text) {
  std::vector<std::string> ids;
  const json::Value replies = test::parsed(text);
  REQUIRE(replies.is_array());
  for (const json::Value& each : replies.array()) ids.push_back(json::write(test::inside(each, "id")));
  return ids;
}
using Ids = std::vector<std::string>;

int code_of(std::string_view text, size_t place) {
  return test::code_of(json::write(test::parsed(text).array().at(place)));
}

base::Task<void> keep(base::Task<http::Response> task, std::optional<http::Response>* out) {
  out->emplace(co_await std::move(task));
}

// A client of the HTTP handler with one session.
class HttpClient {
 public:
  HttpClient(test::World& world, mcp::StreamableHttpOptions options)
      : world_(world), handler_(world.server, world.random, nullptr, std::move(options)), group_(world.loop) {
    const auto answer = ask(test::request(
        "0", "initialize",
        fmt::format(R"("protocolVersion":"{}","capabilities":{{"elicitation":{{}}}},)"
                    R"("clientInfo":{{"name":"unit","version":"1"}})",
                    kWithBatches)));
    session_ = answer.headers.find("Mcp-Session-Id").value();
  }

  // Posts and goes on; the response stands in `out` when it is there.
  void post(std::string body, std::optional<http::Response>* out) {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = {{"Host", "127.0.0.1"},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json, text/event-stream"}};
    if (!session_.empty()) request.headers.add("Mcp-Session-Id", session_);
    request.body = std::move(body);
    group_.spawn(keep(handler_.handle(std::move(request)), out));
    world_.loop.run_until_idle();
  }
  http::Response ask(std::string body) {
    std::optional<http::Response> out;
    post(std::move(body), &out);
    REQUIRE(out);
    return *std::move(out);
  }

 private:
  test::World& world_;
  mcp::StreamableHttp handler_;
  std::string session_;
  base::TaskGroup group_;
};

}  // namespace

TEST_CASE("batch: a call of it is cancelled alone, and its response is missing from the array") {
  test::World world;
  test::Client client(world);
  client.initialize(kWithBatches);
  const std::string echo = test::call("2", "echo", R"({"text":"a"})");
  CHECK(client.send(batch({test::call("1", "wait"), echo, test::call("3", "wait")})).empty());
  CHECK(world.waits.running() == 2);
  CHECK(client.send(test::cancelled("1")).empty());
  CHECK(world.waits.dropped == 1);
  CHECK(world.waits.running() == 1);
  const auto written = client.wait(30s);
  REQUIRE(written.size() == 1);
  CHECK(ids_of(written.front()) == Ids{"2", "3"});
}

TEST_CASE("batch: the last call that is cancelled sends what the others have answered") {
  test::World world;
  test::Client client(world);
  client.initialize(kWithBatches);
  CHECK(client.send(batch({test::call("1", "wait"), test::request("2", "ping")})).empty());
  CHECK(ids_of(client.ask(test::cancelled("1"))) == Ids{"2"});
  // Nothing is left to say when all are cancelled, here by the batch itself.
  CHECK(client.send(batch({test::call("3", "wait"), test::call("4", "wait"), test::cancelled("3")})).empty());
  CHECK(client.send(test::cancelled("4")).empty());
  CHECK(client.wait(5min).empty());
  CHECK(world.waits.dropped == 3);
}

TEST_CASE("batch: its calls count among those in flight, and need ids of their own") {
  test::World world;
  test::Client client(world, {.calls_in_flight_max = 2});
  client.initialize(kWithBatches);
  CHECK(client.send(test::call("1", "wait")).empty());
  CHECK(client.send(batch({test::call("1", "wait"), test::call("2", "wait"), test::call("3", "wait")})).empty());
  CHECK(world.waits.begun == 2);
  CHECK(test::code_of(client.ask(test::call("4", "wait"))) == mcp::code::kInternal);
  const auto written = client.wait(30s);
  REQUIRE(written.size() == 2);
  const std::string& replies = written.back();
  CHECK(ids_of(replies) == Ids{"1", "2", "3"});
  CHECK(code_of(replies, 0) == mcp::code::kInvalidRequest);
  CHECK(code_of(replies, 1) == 0);
  CHECK(code_of(replies, 2) == mcp::code::kInternal);
}

TEST_CASE("batch: what is no message is answered with its error, and keeps nothing from the others") {
  test::World world;
  test::Client client(world);
  client.initialize(kWithBatches);
  const std::string mixed = batch({test::request("1", "ping"), "1", R"({"jsonrpc":"2.0","id":true,"method":"ping"})",
                                   R"({"jsonrpc":"2.0","id":"x"})", test::request("2", "ping")});
  const auto check = [](const std::string& replies) {
    CHECK(ids_of(replies) == Ids{"null", "null", R"("x")", "1", "2"});
    for (const size_t place : {0U, 1U, 2U}) CHECK(code_of(replies, place) == mcp::code::kInvalidRequest);
    for (const size_t place : {3U, 4U}) CHECK(code_of(replies, place) == 0);
  };
  check(client.ask(mixed));
  CHECK(ids_of(client.ask("[1,2]")) == Ids{"null", "null"});
  HttpClient over_http(world, {});
  check(over_http.ask(mixed).body);
}

TEST_CASE("batch: the end of input lets its calls end for a while, and sends what is there by then") {
  test::World world;
  test::Client client(world, {.drain = 5s});
  client.initialize(kWithBatches);
  CHECK(client.send(batch({test::call("1", "wait"), test::request("2", "ping")})).empty());
  CHECK(client.close().empty());
  const auto written = client.wait(5s);
  REQUIRE(written.size() == 1);
  CHECK(ids_of(written.front()) == Ids{"2"});
  CHECK(client.ended());
  CHECK(world.waits.dropped == 1);
}

TEST_CASE("batch over HTTP: a call of it is cancelled alone") {
  test::World world;
  HttpClient client(world, {});
  std::optional<http::Response> response;
  client.post(batch({test::call("1", "wait"), test::request("2", "ping"), test::call("3", "wait")}), &response);
  CHECK_FALSE(response);
  CHECK(client.ask(test::cancelled("1")).status == 202);
  CHECK(world.waits.dropped == 1);
  world.loop.advance(30s);
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(ids_of(response->body) == Ids{"2", "3"});
  // By a message of the batch itself, and nothing is left.
  const auto nothing = client.ask(batch({test::call("4", "wait"), test::cancelled("4")}));
  CHECK(nothing.status == 202);
  CHECK(nothing.body.empty());
}

TEST_CASE("batch over HTTP: its calls count among those of the session, and need ids of their own") {
  test::World world;
  HttpClient client(world, {.calls_per_session_max = 2});
  std::optional<http::Response> first;
  client.post(test::call("1", "wait"), &first);
  std::optional<http::Response> response;
  client.post(batch({test::call("1", "wait"), test::call("2", "wait"), test::call("3", "wait")}), &response);
  CHECK(world.waits.begun == 2);
  CHECK(client.ask(test::call("4", "wait")).status == 429);
  world.loop.advance(30s);
  REQUIRE(response);
  CHECK(ids_of(response->body) == Ids{"1", "2", "3"});
  CHECK(code_of(response->body, 0) == mcp::code::kInvalidRequest);
  CHECK(code_of(response->body, 1) == 0);
  CHECK(code_of(response->body, 2) == mcp::code::kServerError);
}

TEST_CASE("batch over HTTP: a session whose batch runs is not idle") {
  auto options = test::World::default_options();
  options.call_deadline = 20min;
  test::World world(std::move(options));
  HttpClient client(world, {.session_idle_max = 10s});
  std::optional<http::Response> response;
  client.post(batch({test::call("1", "wait")}), &response);
  world.loop.advance(29s);
  CHECK(client.ask(test::request("2", "ping")).status == 200);
  world.loop.advance(1s);
  REQUIRE(response);
  CHECK(ids_of(response->body) == Ids{"1"});
  world.loop.advance(10s);
  CHECK(client.ask(test::request("3", "ping")).status == 404);
}

TEST_CASE("batch over HTTP: a call of it that asks the client is told at once that nobody can answer") {
  test::World world;
  HttpClient client(world, {});
  const auto response = client.ask(batch({test::call("1", "ask", R"({"text":"a"})")}));
  CHECK(ids_of(response.body) == Ids{"1"});
  CHECK(response.body.contains("client"));
  CHECK(world.asking.running() == 0);
}

// The holes that other MCP servers and Spotify clients had, each as a test of ours under the name that it was published
// with. What needs the fixture of a part stands there under its name: tasks in tests/unit/mcp, the login in
// tests/unit/app and tests/unit/oauth, the redirects of the client and of the accounts service in tests/unit/net and
// tests/unit/sim, the sanitiser in tests/unit/tools, the audit trail in tests/unit/audit.
#include <string>
#include <vector>

#include "json/parse.h"
#include "mcp/resource.h"
#include "mcp/uri_match.h"
#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

using http::Method;
using tests::HttpWorld;

struct World {
  test::ManualLoop loop;
  HttpWorld http;

  explicit World(mcp::StreamableHttpOptions options = {}) : http(loop, std::move(options)) {}

  http::Response send(Method method, http::Headers headers, std::string body, std::string_view user = "alice",
                      std::string peer = "127.0.0.1") {
    http::Request request;
    request.peer = std::move(peer);
    request.method = method;
    request.target = "/mcp";
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.authorization = base::Secret("Bearer " + std::string(user));
    return loop.run(http.handler.handle(std::move(request)));
  }
  int status(Method method, http::Headers headers, std::string body = {}, std::string_view user = "alice") {
    return send(method, std::move(headers), std::move(body), user).status;
  }
  http::Response resume(const std::string& session, const std::string& last_event_id) {
    http::Headers headers = tests::session_headers(session);
    headers.set("Last-Event-ID", last_event_id);
    return send(Method::kGet, std::move(headers), "");
  }
  // The next piece of a stream, or "" at its end.
  std::string next(const http::Response& response) {
    return loop.run(response.stream->next()).value_or("");
  }
  std::string open_session(std::string_view user) {
    const auto response = send(Method::kPost, tests::post_headers(), std::string(tests::kInitialize), user);
    return std::string(response.headers.find("Mcp-Session-Id").value_or(""));
  }
};

http::Headers with(http::Headers headers, const std::string& name, const std::string& value) {
  headers.set(name, value);
  return headers;
}

}  // namespace

TEST_CASE("cve_2025_66414 cve_2025_66416 cve_2026_59950 go_2026_5771: Host and Origin are checked by default") {
  World world;
  REQUIRE(world.status(Method::kPost, tests::modern_headers(), tests::echo_body("x")) == 200);
  const std::string session = world.open_session("alice");
  world.http.runs = 0;
  const std::pair<const char*, const char*> foreign[] = {{"Host", "evil.example"},
                                                         {"Host", "127.0.0.1.evil.example"},
                                                         {"Host", "localhost.evil.example:80"},
                                                         {"Origin", "https://evil.example"},
                                                         {"Origin", "null"},
                                                         {"Origin", "http://localhost.evil.example"},
                                                         {"Origin", "http://127.0.0.1@evil.example"}};
  for (const auto& [name, value] : foreign) {
    CAPTURE(value);
    CHECK(world.status(Method::kPost, with(tests::modern_headers(), name, value), tests::echo_body("x")) == 403);
    CHECK(world.status(Method::kPost, with(tests::post_headers(), name, value), std::string(tests::kInitialize)) ==
          403);
    for (const Method method : {Method::kPost, Method::kGet, Method::kDelete}) {
      CHECK(world.status(method, with(tests::session_headers(session), name, value), tests::legacy_echo_body("x")) ==
            403);
    }
  }
  CHECK(world.http.runs == 0);
  // The session that a stranger's page tried to end is still there.
  CHECK(world.status(Method::kPost, tests::session_headers(session), tests::legacy_echo_body("x")) == 200);
}

TEST_CASE("cve_2026_33252: without a JSON content type, or from a foreign page, no tool runs") {
  World world;
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "",
                           "text/plain; application/json", "application/jsonx"}) {
    CAPTURE(type);
    CHECK(world.status(Method::kPost, with(tests::modern_headers(), "Content-Type", type), tests::echo_body("x")) ==
          415);
  }
  http::Headers none = tests::modern_headers();
  none.erase("Content-Type");
  CHECK(world.status(Method::kPost, none, tests::echo_body("x")) == 415);
  CHECK(world.status(Method::kPost, with(tests::modern_headers(), "Origin", "https://evil.example"),
                     tests::echo_body("x")) == 403);
  CHECK(world.http.runs == 0);
}

TEST_CASE("cve_2026_27896 ghsa_q382_vc8q_7jhj go_2026_4770: a key is its exact letters, once") {
  World world;
  const std::string good = tests::echo_body("x");
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
  };
  const std::string bodies[] = {
      replaced(R"("method":)", R"("Method":)"),
      replaced(R"("method":)", R"("METHOD":)"),
      replaced(R"("method":"tools/call")", R"("method":"tools/list","Method":"tools/call")"),
      replaced(R"("method":"tools/call")", R"("method":"tools/list","method":"tools/call")"),
      replaced(R"("method":)", R"("method\u0000":)"),
      replaced(R"("params":)", R"("Params":)"),
      replaced(R"("params":)", R"("param\u017f":)"),
      replaced(R"("name":"echo")", R"("Name":"echo")"),
      replaced(R"("name":"echo")", R"("name":"other","name":"echo")"),
      replaced(R"("arguments":)", R"("Arguments":)"),
      replaced(R"("text":)", R"("Text":)"),
      replaced(R"("text":)", R"("text":"y","TEXT":)"),
      replaced(R"("text":)", R"("text":"y","text":)"),
      replaced(R"("text":)", R"("text\u0000":)"),
  };
  for (const std::string& body : bodies) {
    CAPTURE(body);
    const auto response = world.send(Method::kPost, tests::modern_headers(), body);
    CHECK((response.status == 400 || response.body.find(R"("isError":true)") != std::string::npos));
  }
  CHECK(world.http.runs == 0);
}

TEST_CASE("cve_2026_25536 cve_2026_111770: one id of two clients is two requests") {
  World world;
  std::vector<std::string> bodies(2);
  base::TaskGroup group(world.loop);
  const auto ask = [](World* in, std::string user, std::string* out) -> base::Task<void> {
    http::Request request;
    request.method = Method::kPost;
    request.target = "/mcp";
    request.headers = tests::modern_headers();
    request.body = tests::echo_body("canary-" + user);
    request.authorization = base::Secret("Bearer " + user);
    const http::Response response = co_await in->http.handler.handle(std::move(request));
    *out = response.body;
  };
  group.spawn(ask(&world, "alice", &bodies[0]));
  group.spawn(ask(&world, "bob", &bodies[1]));
  world.loop.run(group.join());
  CHECK(bodies[0].find("canary-alice") != std::string::npos);
  CHECK(bodies[0].find("bob") == std::string::npos);
  CHECK(bodies[1].find("canary-bob") != std::string::npos);
  CHECK(bodies[1].find("alice") == std::string::npos);
}

TEST_CASE("cve_2026_52869 cve_2026_33946: a session is its opener's, and a second stream replaces no first") {
  World world;
  const std::string session = world.open_session("alice");
  REQUIRE_FALSE(session.empty());
  for (const Method method : {Method::kPost, Method::kGet, Method::kDelete}) {
    CHECK(world.status(method, tests::session_headers(session), tests::legacy_echo_body("x"), "mallory") == 404);
  }
  CHECK(world.http.runs == 0);
  const auto first = world.send(Method::kGet, tests::session_headers(session), "");
  REQUIRE(first.status == 200);
  REQUIRE(first.stream);
  CHECK(world.status(Method::kGet, tests::session_headers(session)) == 409);
  CHECK(world.status(Method::kGet, tests::session_headers(session), "", "mallory") == 404);
  CHECK(world.status(Method::kPost, tests::session_headers(session), tests::legacy_echo_body("x")) == 200);
}

TEST_CASE("cve_2026_52870: the handle of a stream is of use to its owner alone") {
  World world;
  const std::string alice = world.open_session("alice");
  const std::string mallory = world.open_session("mallory");
  auto running = world.send(Method::kPost, tests::session_headers(alice), tests::legacy_steps_body(1, "canary-alice"));
  REQUIRE(running.stream);
  const std::string first = world.next(running) + world.next(running);
  REQUIRE(first.contains("id: 1-1\n"));
  REQUIRE(first.contains("canary-alice"));
  for (const char* handle : {"1-1", "1-0", "0", "listener-1", "1"}) {
    CAPTURE(handle);
    const auto resume = [&](const std::string& session, std::string_view user) {
      return world.send(Method::kGet, with(tests::session_headers(session), "Last-Event-ID", handle), "", user);
    };
    CHECK(resume(alice, "mallory").status == 404);
    CHECK(resume(mallory, "mallory").status == 404);
  }
  // Its owner comes back for it, and hears the rest.
  auto resumed = world.resume(alice, "1-1");
  REQUIRE(resumed.status == 200);
  CHECK(world.next(resumed).contains("canary-alice"));
}

TEST_CASE("a stream that is taken up again leaves the connection that it was on, and no message comes twice") {
  World world;
  const std::string session = world.open_session("alice");
  auto first = world.send(Method::kPost, tests::session_headers(session), tests::legacy_steps_body(1, "x"));
  REQUIRE(first.stream);
  CHECK(world.next(first).contains("retry: "));
  CHECK(world.next(first).contains("notifications/progress"));
  auto second = world.resume(session, "1-1");
  REQUIRE(second.status == 200);
  CHECK(world.next(first) == "");
  CHECK(world.next(second).contains(R"("result")"));
  CHECK(world.next(second) == "");
  // From its beginning, as often as the client likes; never from where it has not been.
  auto third = world.resume(session, "1-0");
  CHECK(world.next(third).contains("notifications/progress"));
  CHECK(world.next(third).contains(R"("result")"));
  CHECK(world.resume(session, "1-3").status == 400);
  CHECK(world.resume(session, "1--1").status == 404);
  CHECK(world.resume(session, "2-0").status == 404);
}

TEST_CASE("a call in a session is its caller's as this request has shown him, not as the first one did") {
  World world;
  const std::string session = world.open_session("alice");
  auto later = world.send(Method::kPost, tests::session_headers(session), tests::legacy_steps_body(1, "x"), "alice",
                          "192.0.2.7");
  const std::string all = world.next(later) + world.next(later) + world.next(later);
  CHECK(all.contains("alice from 192.0.2.7"));
}

TEST_CASE("cve_2026_59951: sessions are bounded, for each and for all, and the idle are reaped") {
  World world({.sessions_max = 50, .sessions_per_principal_max = 3, .session_idle_max = std::chrono::minutes(30)});
  for (int i = 0; i < 100; ++i) (void)world.open_session("alice");
  CHECK(world.http.handler.sessions().size() == 3);
  for (int i = 0; i < 500; ++i) (void)world.open_session(fmt::format("user-{}", i));
  CHECK(world.http.handler.sessions().size() == 50);
  world.loop.advance(std::chrono::minutes(62));
  CHECK(world.http.handler.sessions().size() == 0);
}

// A matcher that goes back goes over the same bytes again: here that would be billions of times, or more than there is
// time for. The work is counted, not timed.
TEST_CASE("cve_2026_0621: no URI makes the matching of templates explode") {
  constexpr size_t kLong = 100'000;
  const auto many = [](std::string_view text, size_t bytes) {
    std::string all;
    while (all.size() < bytes) all += text;
    return all;
  };
  for (const size_t bytes : {kLong / 10, kLong}) {
    const std::string uris[] = {
        "x://" + many("a", bytes),
        "x://" + many("/", bytes),
        "x://" + many("%", bytes),
        "x://" + many("%61", bytes),
        "x://" + many("a/b/", bytes),
        "x://" + many("a", bytes) + "/b/" + many("a", bytes) + "!",
        "x://" + many("a", bytes) + "/" + many("b", bytes) + "/" + many("c", bytes) + "/" + many("d", bytes) + "/ene",
    };
    for (const std::string text :
         {"x://{a}/{b}/{c}/{d}/end", "x://{a}/b/{c}/d", "x://{a}", "x://{a}/{a}/{a}/{a}/{a}"}) {
      for (const std::string& uri : uris) {
        size_t looked_at = 0;
        const auto found = mcp::match_counting(text, uri, looked_at);
        CHECK((!found || found->size() == 1));
        CHECK(looked_at > 0);
        CHECK(looked_at <= 2 * (text.size() + uri.size()));
        CHECK(mcp::match(text, uri) == found);
      }
    }
  }
}

TEST_CASE("cve_2026_48529 ghsa_pjp5 go_2026_5779: no user is remembered from one request to the next") {
  World world;
  for (const char* user : {"alice", "bob", "alice", "carol", "bob"}) {
    const auto response = world.send(Method::kPost, tests::modern_headers(), tests::echo_body("x"), user);
    CHECK(response.body.find(fmt::format(R"("principal":"{}")", user)) != std::string::npos);
  }
  http::Request nobody;
  nobody.method = Method::kPost;
  nobody.target = "/mcp";
  nobody.headers = tests::modern_headers();
  nobody.body = tests::echo_body("x");
  CHECK(world.loop.run(world.http.handler.handle(std::move(nobody))).status == 401);
}

TEST_CASE("cve_2026_116686: no schema sends its reader to another document, and a $ref in arguments is words") {
  mcp::Tool tool{.info = {.name = "t", .title = "T", .description = "About.", .effect = mcp::Effect::kRead},
                 .input_schema = {},
                 .output_schema = {},
                 .call = [](mcp::CallContext&, json::Value) -> base::Task<mcp::ToolResult> { co_return {}; }};
  const auto schema_with = [](const std::string& text) { return json::parse(text)->object(); };
  for (const char* outside :
       {R"({"type":"object","$ref":"https://evil.example/schema.json"})",
        R"({"type":"object","properties":{"a":{"$ref":"http://169.254.169.254/latest"}}})",
        R"({"type":"object","properties":{"a":{"items":{"anyOf":[{"type":"string"},{"$ref":"file:///etc/passwd"}]}}}})",
        R"({"type":"object","$defs":{"a":{"$dynamicRef":"other.json#a"}}})"}) {
    tool.input_schema = schema_with(outside);
    tool.output_schema.reset();
    const auto flaw = mcp::find_flaw(tool);
    REQUIRE(flaw);
    CHECK(flaw->find("$ref") != std::string::npos);
    CHECK(flaw->find("evil.example") == std::string::npos);
    tool.output_schema = std::exchange(tool.input_schema, schema_with(R"({"type":"object"})"));
    CHECK(mcp::find_flaw(tool));
  }
  tool.output_schema.reset();
  tool.input_schema = schema_with(R"({"type":"object","properties":{"$ref":{"$ref":"#/$defs/a"}},"$defs":{"a":{}}})");
  CHECK_FALSE(mcp::find_flaw(tool));

  World world;
  const auto response =
      world.send(Method::kPost, tests::modern_headers(), tests::echo_body(R"({\"$ref\":\"http://evil.example/\"})"));
  CHECK(response.status == 200);
  CHECK(response.body.find("http://evil.example/") != std::string::npos);
}

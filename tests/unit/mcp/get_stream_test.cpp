// The stream of GET in the legacy era: what belongs to no request, numbered, and there again for a client that comes
// back for it by Last-Event-ID (2025-11-25 basic/transports, "Resumability and Redelivery").
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/transport/http_sessions.h"
#include "tests/support/manual_loop.h"
#include "tests/unit/security/http_world.h"

#include "tests/test.h"

using namespace std::chrono_literals;

namespace {

using Kind = mcp::Event::Kind;

struct World {
  test::ManualLoop loop;
  tests::HttpWorld http;

  explicit World(mcp::StreamableHttpOptions options = {}) : http(loop, std::move(options)) {}

  http::Response send(http::Method method, http::Headers headers, std::string body = {},
                      std::string_view user = "alice") {
    http::Request request;
    request.method = method;
    request.target = "/mcp";
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.authorization = base::Secret("Bearer " + std::string(user));
    return loop.run(http.handler.handle(std::move(request)));
  }
  std::string open_session(std::string_view version = "2025-11-25", std::string_view user = "alice") {
    std::string body(tests::kInitialize);
    body.replace(body.find("2025-11-25"), 10, version);
    const auto opened = send(http::Method::kPost, tests::post_headers(), std::move(body), user);
    return std::string(opened.headers.find("Mcp-Session-Id").value_or(""));
  }
  http::Response listen(const std::string& session, const std::string& last_event_id = {},
                        std::string_view user = "alice") {
    http::Headers headers = tests::session_headers(session);
    if (!last_event_id.empty()) headers.set("Last-Event-ID", last_event_id);
    return send(http::Method::kGet, std::move(headers), {}, user);
  }
  void subscribe(const std::string& session, std::string_view uri, std::string_view user = "alice") {
    const auto body = fmt::format(
        R"({{"jsonrpc":"2.0","id":"s","method":"resources/subscribe","params":{{"uri":"{}"}}}})", uri);
    REQUIRE(send(http::Method::kPost, tests::session_headers(session), body, user).status == 200);
  }
  void happens(std::string uri) { http.server.publish({Kind::kResourceUpdated, std::move(uri)}); }
  // The Last-Event-ID of one event of the session's stream.
  std::string event(const std::string& session, int number, std::string user = "alice") {
    const auto found = http.handler.sessions().find(session, mcp::Principal{std::move(user)});
    REQUIRE(found);
    return fmt::format("{}-{}", found->listener_stream(), number);
  }
  http::Response come_back(const std::string& session, int number, const std::string& user = "alice") {
    return listen(session, event(session, number, user), user);
  }
  // The numbers and URIs of all that is there now, each as "NUMBER URI"; "(end)" where the stream has ended.
  std::vector<std::string> all(const http::Response& response) {
    std::vector<std::string> found;
    // A comment keeps a quiet stream open: there is nothing more.
    for (auto piece = loop.run(response.stream->next()); true; piece = loop.run(response.stream->next())) {
      if (!piece) found.emplace_back("(end)");
      if (!piece || piece->starts_with(":")) return found;
      const auto after = [&](std::string_view mark, char end) {
        const size_t at = piece->find(mark);
        if (at == std::string::npos) return std::string();
        const size_t begin = at + mark.size();
        return piece->substr(begin, piece->find(end, begin) - begin);
      };
      const std::string id = after("id: ", '\n');
      found.push_back(id.substr(id.find('-') + 1) + " " + after(R"("uri":")", '"'));
    }
  }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("get stream: its events are numbered, and a client of 2025-11-25 can come back before the first") {
  World world;
  const std::string session = world.open_session();
  world.subscribe(session, "a://1");
  const auto stream = world.listen(session);
  world.happens("a://1");
  world.happens("a://1");
  CHECK(world.all(stream) == Texts{"0 ", "1 a://1", "2 a://1"});
  // Older ones cannot read an event without data.
  const std::string older = world.open_session("2025-06-18");
  world.subscribe(older, "a://1");
  const auto plain = world.listen(older);
  world.happens("a://1");
  CHECK(world.all(plain) == Texts{"1 a://1"});
}

TEST_CASE("get stream: what happens between two connections comes with the second, once") {
  World world;
  const std::string session = world.open_session();
  for (const char* uri : {"a://1", "a://2", "a://3", "a://4"}) world.subscribe(session, uri);
  {
    const auto first = world.listen(session);
    world.happens("a://1");
    CHECK(world.all(first) == Texts{"0 ", "1 a://1"});
  }
  world.happens("a://2");
  {
    // Without an id it goes on behind what was sent.
    const auto second = world.listen(session);
    CHECK(world.all(second) == Texts{"1 ", "2 a://2"});
    world.happens("a://3");
  }
  world.happens("a://4");
  // With one it goes on behind that, also with what was sent on a connection that broke.
  CHECK(world.all(world.come_back(session, 0)) == Texts{"1 a://1", "2 a://2", "3 a://3", "4 a://4"});
  CHECK(world.all(world.come_back(session, 3)) == Texts{"4 a://4"});
  CHECK(world.all(world.come_back(session, 4)).empty());
  CHECK(world.come_back(session, 5).status == 400);
}

TEST_CASE("get stream: it is taken over by who knows an event of it, and by nobody else") {
  World world;
  const std::string session = world.open_session();
  world.subscribe(session, "a://1");
  std::optional<http::Response> first = world.listen(session);
  world.happens("a://1");
  CHECK(world.all(*first).size() == 2);
  // A connection that is dead and that nobody knows of must not keep its client out.
  CHECK(world.listen(session).status == 409);
  const auto second = world.come_back(session, 1);
  REQUIRE(second.status == 200);
  world.happens("a://1");
  CHECK(world.all(second) == Texts{"2 a://1"});
  CHECK(world.all(*first) == Texts{"(end)"});
  // The end of the first connection is not that of the second.
  first.reset();
  CHECK(world.listen(session).status == 409);
  world.happens("a://1");
  CHECK(world.all(second) == Texts{"3 a://1"});
}

TEST_CASE("get stream: no event id leads to the stream of another request, session or user") {
  World world;
  const auto running_in = [&](const std::string& session) {
    return world.send(http::Method::kPost, tests::session_headers(session), tests::legacy_steps_body(1, "of the call"));
  };
  const std::string session = world.open_session();
  const auto running = running_in(session);  // The stream 1.
  REQUIRE(running.stream);
  const std::string other = world.open_session();
  const std::string of_bob = world.open_session("2025-11-25", "bob");
  const std::pair<const std::string*, const char*> all[] = {{&session, "alice"}, {&other, "alice"}, {&of_bob, "bob"}};
  int number = 0;
  for (const auto& [each, user] : all) {
    const std::string uri = fmt::format("a://{}", ++number);
    world.subscribe(*each, uri, user);
    const auto stream = world.listen(*each, {}, user);
    world.happens(uri);
    CHECK(world.all(stream).back() == "1 " + uri);
  }
  CHECK(world.all(world.come_back(session, 0)) == Texts{"1 a://1"});
  CHECK(world.all(world.come_back(other, 0)) == Texts{"1 a://2"});
  CHECK(world.all(world.come_back(of_bob, 0, "bob")) == Texts{"1 a://3"});
  // An id means what it means in the session that it is sent in, and none is of use to who is not in that one.
  const std::string id = world.event(session, 0);
  CHECK(world.listen(other, id).status == 404);
  CHECK(world.listen(session, id, "bob").status == 404);
  CHECK(world.listen(of_bob, world.event(of_bob, 0, "bob"), "alice").status == 404);
  for (const char* text : {"9-0", "0", "-1", "2", "2-", "2--1", "0-0", "1-0x", "1 -0"}) {
    CHECK(world.listen(session, text).status == 404);
  }
  // By the id of the call's stream come its events, and no others.
  const auto resumed = world.listen(session, "1-0");
  std::string events;
  for (auto piece = world.loop.run(resumed.stream->next()); piece; piece = world.loop.run(resumed.stream->next())) {
    events += *piece;
  }
  CHECK(events.contains("of the call"));
  CHECK_FALSE(events.contains("a://"));
}

TEST_CASE("get stream: what a client that is away missed is kept for a while, and its session is watched no longer") {
  World world({.keep_alive = 1s});
  const std::string session = world.open_session();
  world.subscribe(session, "a://1");
  CHECK(world.http.server.audience_of("a://1").empty());
  (void)world.listen(session);
  world.happens("a://1");
  CHECK(world.http.server.audience_of("a://1").size() == 1);
  world.loop.advance(mcp::HttpSession::kListenerKept - 1s);
  CHECK(world.all(world.come_back(session, 0)) == Texts{"1 a://1"});
  world.loop.advance(mcp::HttpSession::kListenerKept);
  CHECK(world.http.server.audience_of("a://1").empty());
  world.happens("a://1");
  // Numbers go on, so that an old one never stands for a new event.
  const auto later = world.come_back(session, 1);
  REQUIRE(later.status == 200);
  world.happens("a://1");
  CHECK(world.all(later) == Texts{"2 a://1"});
}

TEST_CASE("get stream: what is kept is bounded, and the newest of it is what came last") {
  World world;
  const std::string session = world.open_session();
  for (int i = 0; i < 90; ++i) world.subscribe(session, fmt::format("a://{}", i));
  const auto stream = world.listen(session);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 90; ++i) world.happens(fmt::format("a://{}", i));
    CHECK(world.all(stream).size() >= 90);
  }
  const auto again = world.all(world.come_back(session, 0));
  CHECK(again.size() == mcp::Outbox::Limits{}.messages_max);
  CHECK(again.back() == "900 a://89");
}

TEST_CASE("get stream: it ends after its life, and goes on where it ended") {
  World world({.stream_life_max = 60s, .keep_alive = 15s});
  const std::string session = world.open_session();
  world.subscribe(session, "a://1");
  const auto stream = world.listen(session);
  CHECK(world.all(stream) == Texts{"0 "});
  world.loop.advance(60s);
  CHECK(world.all(stream) == Texts{"(end)"});
  world.happens("a://1");
  CHECK(world.all(world.come_back(session, 0)) == Texts{"1 a://1"});
}

#include "mcp/session.h"

#include <memory>
#include <set>
#include <string>

#include "mcp/transport/http_sessions.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

using namespace std::chrono_literals;

namespace {

using mcp::HttpSession;
using mcp::HttpSessions;
using mcp::Principal;
using mcp::Session;

class Sent final : public mcp::Channel {
 public:
  void send(std::string message) override { messages.push_back(std::move(message)); }
  bool is_open() const override { return open; }

  std::vector<std::string> messages;
  bool open = true;
};

struct Sessions {
  test::ManualLoop loop;
  test::SeededRandom random{11};
  mcp::Events events;
  HttpSessions all;

  explicit Sessions(mcp::SessionLimits limits = {}) : all(loop, random, limits) {}
  std::shared_ptr<Session> session(std::string user) {
    return std::make_shared<Session>(loop, events,
                                     Session::Agreed{Principal{std::move(user)}, mcp::Revision::k2025_11_25, {}});
  }
  // Its id; "" when it was refused.
  std::string open(std::string user) {
    auto opened = all.open(session(std::move(user)));
    if (!opened) CHECK(opened.error().code == base::Code::kRateLimited);
    return opened ? (*opened)->id() : "";
  }
  bool has(const std::string& id, const std::string& user) { return all.find(id, Principal{user}) != nullptr; }
};

using Outcome = base::Result<json::Object>;
base::Task<void> keep(base::Task<Outcome> task, std::vector<Outcome>* out) { out->push_back(co_await std::move(task)); }

mcp::Response response(mcp::Id id, std::expected<json::Value, mcp::RpcError> outcome) {
  return {std::move(id), std::move(outcome)};
}

}  // namespace

TEST_CASE("session: an id is long, of plain letters, and never the same") {
  Sessions sessions({.sessions_per_principal_max = 1000});
  std::set<std::string> ids;
  for (int i = 0; i < 200; ++i) {
    const std::string id = sessions.open("user-a");
    CHECK(id.size() >= 32);
    CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == 200);
}

TEST_CASE("session: it is found by its own principal alone, and a stranger's look does not keep it alive") {
  Sessions sessions({.idle_max = 10min});
  const std::string id = sessions.open("user-a");
  CHECK(sessions.has(id, "user-a"));
  for (const char* stranger : {"user-b", "", "owner", "USER-A"}) CHECK_FALSE(sessions.has(id, stranger));
  for (const std::string& other : {std::string(), id + "A", id.substr(1), std::string("x")}) {
    CHECK_FALSE(sessions.has(other, "user-a"));
  }
  sessions.loop.advance(9min);
  CHECK_FALSE(sessions.has(id, "user-b"));
  sessions.loop.advance(1min);
  CHECK_FALSE(sessions.has(id, "user-a"));
}

TEST_CASE("session: use keeps it from idling, but not beyond its life") {
  Sessions sessions({.idle_max = 10min, .life_max = 60min});
  const std::string id = sessions.open("user-a");
  for (int i = 0; i < 6; ++i) {
    sessions.loop.advance(9min + 59s);
    CHECK(sessions.has(id, "user-a"));
  }
  sessions.loop.advance(6s);
  CHECK_FALSE(sessions.has(id, "user-a"));
  CHECK(sessions.all.size() == 0);
}

TEST_CASE("session: the sweep ends what nobody asks for any more, and then stops") {
  Sessions sessions({.idle_max = 10min});
  sessions.open("user-a");
  sessions.loop.advance(5min);
  const std::string young = sessions.open("user-b");
  sessions.loop.advance(6min);
  CHECK(sessions.all.size() == 1);
  CHECK(sessions.has(young, "user-b"));
  sessions.loop.advance(12min);
  CHECK(sessions.all.size() == 0);
  CHECK(sessions.loop.timer_count() == 0);
}

TEST_CASE("session: a listening client is not idle, until its life is over") {
  Sessions sessions({.idle_max = 10min, .life_max = 60min});
  const std::string id = sessions.open("user-a");
  const auto session = sessions.all.find(id, Principal{"user-a"});
  session->open_listener();
  sessions.loop.advance(59min);
  CHECK(sessions.all.size() == 1);
  sessions.loop.advance(2min);
  CHECK(sessions.all.size() == 0);
  CHECK(session->listener().is_closed());
}

TEST_CASE("session: one user's newest sessions stay, and no other user's is ended for them") {
  Sessions sessions({.sessions_per_principal_max = 2});
  const std::string other = sessions.open("user-b");
  sessions.loop.advance(1s);
  const std::string first = sessions.open("user-a");
  sessions.loop.advance(1s);
  const std::string second = sessions.open("user-a");
  sessions.loop.advance(1s);
  CHECK(sessions.has(first, "user-a"));
  const std::string third = sessions.open("user-a");
  // The second was used longest ago.
  CHECK(sessions.has(first, "user-a"));
  CHECK_FALSE(sessions.has(second, "user-a"));
  CHECK(sessions.has(third, "user-a"));
  CHECK(sessions.has(other, "user-b"));
}

TEST_CASE("session: a smaller limit holds from the next session on, however many were there") {
  Sessions sessions({.sessions_per_principal_max = 3});
  std::vector<std::string> before;
  for (int i = 0; i < 3; ++i) {
    before.push_back(sessions.open("user-a"));
    sessions.loop.advance(1s);
  }
  sessions.all.limit_per_principal(1);
  const std::string last = sessions.open("user-a");
  CHECK(sessions.all.size() == 1);
  CHECK(sessions.has(last, "user-a"));
  for (const std::string& each : before) CHECK_FALSE(sessions.has(each, "user-a"));
}

TEST_CASE("session: sessions that are busy are not ended, the new one is refused") {
  Sessions sessions({.sessions_per_principal_max = 1});
  const std::string id = sessions.open("user-a");
  const uint64_t reader = sessions.all.find(id, Principal{"user-a"})->open_listener();
  CHECK(sessions.open("user-a").empty());
  CHECK_FALSE(sessions.open("user-b").empty());
  sessions.all.find(id, Principal{"user-a"})->close_listener(reader);
  CHECK_FALSE(sessions.open("user-a").empty());
  CHECK_FALSE(sessions.has(id, "user-a"));
}

TEST_CASE("session: all users together have a limit") {
  Sessions sessions({.sessions_max = 2});
  const std::string first = sessions.open("user-a");
  sessions.loop.advance(1s);
  const std::string second = sessions.open("user-b");
  CHECK_FALSE(sessions.open("user-c").empty());
  CHECK(sessions.all.size() == 2);
  CHECK_FALSE(sessions.has(first, "user-a"));
  CHECK(sessions.has(second, "user-b"));
}

TEST_CASE("session: one that was ended is gone for good") {
  Sessions sessions;
  const std::string id = sessions.open("user-a");
  sessions.all.end("no-such");
  CHECK(sessions.all.size() == 1);
  sessions.all.end(id);
  sessions.all.end(id);
  CHECK_FALSE(sessions.has(id, "user-a"));
}

TEST_CASE("session: subscriptions are counted, and one that is there already is not new") {
  Sessions sessions;
  const auto session = sessions.session("user-a");
  for (size_t i = 0; i < Session::kSubscriptionsMax; ++i) CHECK(session->subscribe("a://" + std::to_string(i)));
  const auto refused = session->subscribe("a://more");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kRateLimited);
  CHECK(session->subscribe("a://0"));
  session->unsubscribe("a://1");
  session->unsubscribe("a://never");
  CHECK(session->subscribe("a://more"));
}

TEST_CASE("session: it tells of what was subscribed to, and of nothing that is another user's") {
  using Kind = mcp::Event::Kind;
  Sessions sessions;
  const auto session = sessions.session("user-a");
  Sent sent;
  REQUIRE(session->subscribe("a://1"));
  sessions.events.publish({Kind::kResourceUpdated, "a://1"});
  session->set_outlet(&sent);
  sessions.events.publish({Kind::kResourceUpdated, "a://2"});
  sessions.events.publish({Kind::kResourceUpdated, "a://1", "user-b"});
  sessions.events.publish({Kind::kToolsChanged, "", "user-b"});
  CHECK(sent.messages.empty());
  sessions.events.publish({Kind::kResourceUpdated, "a://1", "user-a"});
  sessions.events.publish({Kind::kToolsChanged});
  CHECK(sent.messages == std::vector<std::string>{
                             R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a://1"}})",
                             R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})"});
  session->unsubscribe("a://1");
  sessions.events.publish({Kind::kResourceUpdated, "a://1"});
  CHECK(sent.messages.size() == 2);
}

TEST_CASE("session: it hears of a resource while it is subscribed and has a way to be told") {
  Sessions sessions;
  int changes = 0;
  sessions.events.set_interest_changed([&changes] { ++changes; });
  const auto session = sessions.session("user-a");
  Sent sent;
  const auto audience = [&] { return sessions.events.audience_of("a://1"); };
  changes = 0;
  REQUIRE(session->subscribe("a://1"));
  CHECK(audience().empty());
  session->set_outlet(&sent);
  REQUIRE(audience().size() == 1);
  CHECK(audience().front().id == "user-a");
  session->set_outlet(&sent);
  REQUIRE(session->subscribe("a://1"));
  session->unsubscribe("a://never");
  CHECK(changes == 2);
  session->set_outlet(nullptr);
  CHECK(audience().empty());
  session->unsubscribe("a://1");
  CHECK(changes == 4);
  sessions.events.set_interest_changed(nullptr);
}

TEST_CASE("session: an answer reaches the question with its id, once") {
  Sessions sessions;
  const auto session = sessions.session("user-a");
  Sent sent;
  std::vector<Outcome> out;
  base::TaskGroup group(sessions.loop);
  group.spawn(keep(session->ask(sent, "roots/list", {}), &out));
  group.spawn(keep(session->ask(sent, "roots/list", {}), &out));
  REQUIRE(sent.messages.size() == 2);
  CHECK(sent.messages[0] == R"({"jsonrpc":"2.0","id":1,"method":"roots/list"})");
  CHECK(sent.messages[1] == R"({"jsonrpc":"2.0","id":2,"method":"roots/list"})");
  session->answer(response(std::string("1"), json::Object{}));
  session->answer(response(int64_t{3}, json::Object{}));
  sessions.loop.run_until_idle();
  CHECK(out.empty());
  session->answer(response(int64_t{2}, json::Object{{"a", 2}}));
  session->answer(response(int64_t{2}, json::Object{{"a", 3}}));
  sessions.loop.run_until_idle();
  REQUIRE(out.size() == 1);
  CHECK(*out[0] == json::Object{{"a", 2}});
  session->answer(response(int64_t{1}, std::unexpected(mcp::RpcError{-1, "hostile words", {}})));
  sessions.loop.run_until_idle();
  REQUIRE(out.size() == 2);
  REQUIRE_FALSE(out[1]);
  CHECK(out[1].error().code == base::Code::kCancelled);
  CHECK(out[1].error().message.find("hostile") == std::string::npos);
}

TEST_CASE("session: a client that takes no questions, one that answers nonsense, and one whose request is dropped") {
  Sessions sessions;
  const auto session = sessions.session("user-a");
  Sent sent;
  std::vector<Outcome> out;
  sent.open = false;
  CHECK(sessions.loop.run(session->ask(sent, "roots/list", {})).error().code == base::Code::kForbidden);
  CHECK(sent.messages.empty());
  sent.open = true;
  base::TaskGroup group(sessions.loop);
  group.spawn(keep(session->ask(sent, "roots/list", {}), &out));
  session->answer(response(int64_t{1}, json::Value(7)));
  sessions.loop.run_until_idle();
  REQUIRE(out.size() == 1);
  CHECK(out[0].error().code == base::Code::kCancelled);
  const uint64_t dropped = group.spawn(keep(session->ask(sent, "roots/list", {}), &out));
  group.cancel(dropped);
  session->answer(response(int64_t{2}, json::Object{}));
  sessions.loop.run_until_idle();
  CHECK(out.size() == 1);
}

#include "oauth/refresher.h"

#include <deque>

#include <fmt/format.h>

#include "store/memory.h"
#include "tests/support/manual_loop.h"
#include "tests/test.h"

namespace {

using base::Code;
using base::Instant;
using base::Result;
using base::Secret;
using base::Task;
using oauth::AccessToken;
using std::chrono::milliseconds;

constexpr milliseconds kHour{3'600'000};

// The token endpoint: each request waits 100 ms, then takes the next answer. Without answers it issues new tokens and
// counts a second use of a refresh token as the loss of the login, as strict rotation does.
class Endpoint final : public http::Client {
 public:
  explicit Endpoint(test::ManualLoop& loop) : loop_(loop) {}
  Task<Result<http::Response>> send(http::Request request) override {
    ++requests;
    bodies.push_back(request.body);
    co_await base::sleep_for(loop_, milliseconds(100));
    if (!answers.empty()) {
      Result<http::Response> next = std::move(answers.front());
      answers.pop_front();
      co_return next;
    }
    ++issued;
    http::Response response;
    response.body = fmt::format(R"({{"access_token":"access-{0}","token_type":"Bearer","expires_in":3600,)"
                                R"("refresh_token":"refresh-{0}"}})",
                                issued);
    co_return response;
  }
  void answer(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    answers.emplace_back(std::move(response));
  }

  int requests = 0;
  int issued = 0;
  std::vector<std::string> bodies;
  std::deque<Result<http::Response>> answers;

 private:
  test::ManualLoop& loop_;
};

// A store whose writes can be made to fail.
class Grants final : public store::Grants {
 public:
  Task<Result<std::optional<store::Grant>>> load(std::string principal) override {
    ++loads;
    return inner.load(std::move(principal));
  }
  Task<Result<void>> check_writable(std::string) override {
    if (is_read_only) co_return base::fail(Code::kForbidden, "The database cannot be written.", "read-only");
    co_return Result<void>();
  }
  Task<Result<int64_t>> replace(std::string principal, store::Grant grant) override {
    return inner.replace(std::move(principal), std::move(grant));
  }
  Task<Result<int64_t>> update(std::string principal, store::Grant grant) override {
    if (failing_updates > 0) {
      --failing_updates;
      co_return base::fail(Code::kUnavailable, "The disk is full.", "disk");
    }
    co_return co_await inner.update(std::move(principal), std::move(grant));
  }
  Task<Result<void>> erase(std::string principal) override { return inner.erase(std::move(principal)); }

  store::MemoryGrants inner;
  int loads = 0;
  int failing_updates = 0;
  bool is_read_only = false;
};

class RecordingLog final : public base::Log {
 public:
  std::vector<std::string> events;

 protected:
  void write(base::Level, std::string_view event, std::span<const base::Field>) override {
    events.emplace_back(event);
  }
};

struct World {
  test::ManualLoop loop;
  test::ManualClock clock;
  RecordingLog log;
  Endpoint endpoint{loop};
  Grants grants;
  store::MemoryLeases leases{loop};

  std::unique_ptr<oauth::Refresher> refresher() {
    oauth::RefresherOptions options;
    options.accounts_url = "http://127.0.0.1:9";
    options.client.client_id = "a-client";
    return std::make_unique<oauth::Refresher>(
        oauth::Refresher::Services{loop, clock, log, endpoint, grants, leases}, std::move(options));
  }
  void log_in(milliseconds expires_in) {
    store::Grant grant;
    grant.user_id = "a-user";
    grant.scopes = {"streaming"};
    grant.access_token = Secret("access-0");
    grant.refresh_token = Secret("refresh-0");
    grant.access_expires_at = clock.wall() + expires_in;
    grant.authorized_at = clock.wall();
    REQUIRE(loop.run(grants.replace("owner", std::move(grant))));
  }
  Result<AccessToken> token(oauth::Refresher& refresher) { return loop.run(refresher.token(Instant::never())); }
  std::optional<store::Grant> stored() {
    auto grant = loop.run(grants.load("owner"));
    REQUIRE(grant);
    return *std::move(grant);
  }
  void pass(milliseconds time) {
    clock.advance(time);
    loop.advance(time);
  }
  size_t count(std::string_view event) const {
    return static_cast<size_t>(std::ranges::count(log.events, std::string(event)));
  }
};

Task<void> collect(oauth::Refresher* refresher, std::vector<std::string>* out) {
  const auto token = co_await refresher->token(Instant::never());
  out->push_back(token ? std::string(token->secret.reveal()) : token.error().message);
}

}  // namespace

TEST_CASE("a fresh token is given without a request, and without asking the store each time") {
  World world;
  world.log_in(kHour);
  const auto refresher = world.refresher();
  const auto first = world.token(*refresher);
  REQUIRE(first);
  CHECK(first->secret.reveal() == "access-0");
  REQUIRE(world.token(*refresher));
  CHECK(world.endpoint.requests == 0);
  CHECK(world.grants.loads == 1);
}

TEST_CASE("a token is renewed a minute before it dies, and everything that does not change is kept") {
  World world;
  world.log_in(kHour);
  const base::Wall authorized_at = world.clock.wall();
  const auto refresher = world.refresher();
  world.pass(kHour - milliseconds(60'001));
  CHECK(world.token(*refresher)->secret.reveal() == "access-0");
  world.pass(milliseconds(2));
  CHECK(world.token(*refresher)->secret.reveal() == "access-1");
  CHECK(world.endpoint.requests == 1);
  const auto grant = world.stored();
  REQUIRE(grant);
  CHECK(grant->access_token.reveal() == "access-1");
  CHECK(grant->refresh_token.reveal() == "refresh-1");
  CHECK(grant->authorized_at == authorized_at);
  CHECK(grant->user_id == "a-user");
  CHECK(grant->scopes == std::vector<std::string>{"streaming"});
}

TEST_CASE("spotify_player_1041: an answer without a refresh token keeps the old one") {
  World world;
  world.log_in(milliseconds(0));
  world.endpoint.answer(200, R"({"access_token":"new","token_type":"Bearer","expires_in":3600,"scope":"a b"})");
  const auto refresher = world.refresher();
  CHECK(world.token(*refresher)->secret.reveal() == "new");
  CHECK(world.stored()->refresh_token.reveal() == "refresh-0");
  CHECK(world.stored()->scopes == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a thousand callers at expiry make one request") {
  World world;
  world.log_in(milliseconds(0));
  const auto refresher = world.refresher();
  std::vector<std::string> tokens;
  base::TaskGroup group(world.loop);
  for (int i = 0; i < 1000; ++i) group.spawn(collect(refresher.get(), &tokens));
  world.loop.run(group.join());
  CHECK(world.endpoint.requests == 1);
  CHECK(tokens == std::vector<std::string>(1000, "access-1"));
}

TEST_CASE("a caller that goes away does not stop the request that others wait for") {
  World world;
  world.log_in(milliseconds(0));
  const auto refresher = world.refresher();
  std::vector<std::string> tokens;
  base::TaskGroup group(world.loop);
  const uint64_t first = group.spawn(collect(refresher.get(), &tokens));
  group.spawn(collect(refresher.get(), &tokens));
  world.loop.advance(milliseconds(50));
  group.cancel(first);
  world.loop.run(group.join());
  CHECK(tokens == std::vector<std::string>{"access-1"});
  CHECK(world.endpoint.requests == 1);
}

TEST_CASE("a flight whose only caller went away still stores what Spotify issued") {
  World world;
  world.log_in(milliseconds(0));
  const auto refresher = world.refresher();
  {
    std::vector<std::string> tokens;
    base::TaskGroup group(world.loop);
    group.spawn(collect(refresher.get(), &tokens));
  }
  world.loop.run(refresher->join());
  CHECK(world.stored()->refresh_token.reveal() == "refresh-1");
}

TEST_CASE("a caller waits no longer than its deadline, the flight goes on") {
  World world;
  world.log_in(milliseconds(0));
  const auto refresher = world.refresher();
  const auto late = world.loop.run(refresher->token(world.loop.now() + milliseconds(10)));
  REQUIRE(!late);
  CHECK(late.error().code == Code::kDeadline);
  CHECK(world.token(*refresher)->secret.reveal() == "access-1");
  CHECK(world.endpoint.requests == 1);
}

TEST_CASE("of two processes one asks Spotify, and the other takes what the first stored") {
  World world;
  world.log_in(milliseconds(0));
  const auto one = world.refresher();
  const auto two = world.refresher();
  std::vector<std::string> tokens;
  base::TaskGroup group(world.loop);
  group.spawn(collect(one.get(), &tokens));
  group.spawn(collect(two.get(), &tokens));
  world.loop.run(group.join());
  CHECK(world.endpoint.requests == 1);
  CHECK(tokens == std::vector<std::string>(2, "access-1"));
}

TEST_CASE("a token that was refused is renewed once, however many saw it refused") {
  World world;
  world.log_in(kHour);
  const auto refresher = world.refresher();
  const int64_t generation = world.token(*refresher)->generation;
  for (int i = 0; i < 10; ++i) refresher->rejected(generation);
  const auto renewed = world.token(*refresher);
  REQUIRE(renewed);
  CHECK(renewed->secret.reveal() == "access-1");
  CHECK(renewed->generation > generation);
  refresher->rejected(generation);
  CHECK(world.token(*refresher)->secret.reveal() == "access-1");
  CHECK(world.endpoint.requests == 1);
}

TEST_CASE("invalid_grant ends the login for good, keeps no token and is never asked again") {
  World world;
  world.log_in(milliseconds(0));
  world.endpoint.answer(400, R"({"error":"invalid_grant","error_description":"Refresh token revoked"})");
  const auto refresher = world.refresher();
  for (int i = 0; i < 3; ++i) {
    const auto refused = world.token(*refresher);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kUnauthenticated);
    CHECK(refused.error().message == "The Spotify login has ended. " + std::string(oauth::kHowToLogIn));
  }
  CHECK(!world.token(*world.refresher()));
  CHECK(world.endpoint.requests == 1);
  const auto grant = world.stored();
  REQUIRE(grant);
  CHECK(grant->state == store::GrantState::kEnded);
  CHECK(grant->refresh_token.empty());
  CHECK(world.loop.run(refresher->state())->kind == oauth::LoginState::Kind::kEnded);
  CHECK(world.count("login.ended") == 1);
  // A new login works at once.
  world.log_in(kHour);
  CHECK(world.token(*refresher)->secret.reveal() == "access-0");
}

TEST_CASE("a wrong client id is said once per login and costs no token") {
  World world;
  world.log_in(milliseconds(0));
  world.endpoint.answer(400, R"({"error":"invalid_client"})");
  const auto refresher = world.refresher();
  for (int i = 0; i < 3; ++i) {
    const auto refused = world.token(*refresher);
    REQUIRE(!refused);
    CHECK(refused.error().message.find("spotify.client_id") != std::string::npos);
  }
  CHECK(world.endpoint.requests == 1);
  CHECK(world.stored()->refresh_token.reveal() == "refresh-0");
  CHECK(world.stored()->state == store::GrantState::kActive);
}

TEST_CASE("a renewal with a client secret that is refused goes on with the one of before") {
  World world;
  world.log_in(milliseconds(0));
  world.endpoint.answer(400, R"({"error":"invalid_client"})");
  oauth::RefresherOptions options;
  options.accounts_url = "http://127.0.0.1:9";
  options.client = {.client_id = "a-client", .client_secret = Secret("new"), .previous_secret = Secret("old")};
  oauth::Refresher refresher({world.loop, world.clock, world.log, world.endpoint, world.grants, world.leases},
                             std::move(options));
  const auto token = world.token(refresher);
  REQUIRE(token);
  CHECK(token->secret.reveal() == "access-1");
  CHECK(world.endpoint.requests == 2);
}

TEST_CASE("passing troubles keep the login, and the next call tries again") {
  World world;
  world.log_in(milliseconds(0));
  world.endpoint.answer(503, "<html>busy</html>");
  world.endpoint.answers.emplace_back(base::fail(Code::kUnavailable, "No route.", "not sent"));
  world.endpoint.answer(200, "not json");
  const auto refresher = world.refresher();
  for (int i = 0; i < 3; ++i) {
    const auto refused = world.token(*refresher);
    REQUIRE(!refused);
    CHECK(refused.error().code != Code::kUnauthenticated);
    CHECK(world.stored()->refresh_token.reveal() == "refresh-0");
  }
  CHECK(world.token(*refresher)->secret.reveal() == "access-1");
  CHECK(world.endpoint.requests == 4);
}

TEST_CASE("while a renewal fails, a token with some seconds left is still given, unless Spotify refused it") {
  World world;
  world.log_in(milliseconds(30'000));
  world.endpoint.answer(503, "");
  world.endpoint.answer(503, "");
  const auto refresher = world.refresher();
  const auto given = world.token(*refresher);
  REQUIRE(given);
  CHECK(given->secret.reveal() == "access-0");
  CHECK(world.count("token.refresh_postponed") == 1);
  refresher->rejected(given->generation);
  CHECK(!world.token(*refresher));
}

TEST_CASE("a wait that Spotify asks for is kept before the next request") {
  World world;
  world.log_in(milliseconds(0));
  http::Response busy;
  busy.status = 429;
  busy.headers.add("Retry-After", "30");
  world.endpoint.answers.emplace_back(std::move(busy));
  const auto refresher = world.refresher();
  CHECK(world.token(*refresher).error().code == Code::kRateLimited);
  const auto again = world.token(*refresher);
  REQUIRE(!again);
  CHECK(again.error().retry_after == std::chrono::seconds(30));
  CHECK(world.endpoint.requests == 1);
  world.pass(milliseconds(31'000));
  CHECK(world.token(*refresher)->secret.reveal() == "access-1");
}

TEST_CASE("rspotify_396: a new refresh token is stored before its token is given, and not lost if it could not be") {
  World world;
  world.log_in(milliseconds(0));
  world.grants.failing_updates = 1;
  const auto refresher = world.refresher();
  const auto refused = world.token(*refresher);
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kUnavailable);
  CHECK(world.stored()->refresh_token.reveal() == "refresh-0");
  // The next call stores what Spotify issued the first time; the old refresh token is not used again.
  CHECK(world.token(*refresher)->secret.reveal() == "access-1");
  CHECK(world.stored()->refresh_token.reveal() == "refresh-1");
  CHECK(world.endpoint.requests == 1);
}

TEST_CASE("a logout during a renewal wins") {
  World world;
  world.log_in(milliseconds(0));
  const auto refresher = world.refresher();
  std::vector<std::string> tokens;
  base::TaskGroup group(world.loop);
  group.spawn(collect(refresher.get(), &tokens));
  world.loop.advance(milliseconds(50));
  REQUIRE(world.loop.run(world.grants.erase("owner")));
  world.loop.run(group.join());
  CHECK(!world.stored());
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].find("Not logged in") != std::string::npos);
}

TEST_CASE("a new login during a renewal wins, also over an invalid_grant for the old one") {
  for (const bool ended : {false, true}) {
    CAPTURE(ended);
    World world;
    world.log_in(milliseconds(0));
    if (ended) world.endpoint.answer(400, R"({"error":"invalid_grant"})");
    const auto refresher = world.refresher();
    std::vector<std::string> tokens;
    base::TaskGroup group(world.loop);
    group.spawn(collect(refresher.get(), &tokens));
    world.loop.advance(milliseconds(50));
    world.log_in(kHour);
    world.loop.run(group.join());
    CHECK(tokens == std::vector<std::string>{"access-0"});
    CHECK(world.stored()->refresh_token.reveal() == "refresh-0");
    CHECK(world.stored()->state == store::GrantState::kActive);
  }
}

TEST_CASE("a logout of another process is noticed after the copy has aged") {
  World world;
  world.log_in(kHour);
  const auto refresher = world.refresher();
  REQUIRE(world.token(*refresher));
  REQUIRE(world.loop.run(world.grants.erase("owner")));
  world.pass(milliseconds(2'001));
  const auto refused = world.token(*refresher);
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kUnauthenticated);
  CHECK(world.endpoint.requests == 0);
}

TEST_CASE("nothing is renewed while the store cannot take it") {
  World world;
  world.log_in(milliseconds(0));
  world.grants.is_read_only = true;
  const auto refresher = world.refresher();
  const auto refused = world.token(*refresher);
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kForbidden);
  CHECK(world.endpoint.requests == 0);
  world.grants.is_read_only = false;
  CHECK(world.token(*refresher));
  CHECK(world.endpoint.requests == 1);
}

TEST_CASE("from day 150 on the log warns, once") {
  World world;
  world.log_in(kHour);
  const auto refresher = world.refresher();
  world.clock.advance(std::chrono::hours(24 * 149));
  REQUIRE(world.token(*refresher));
  CHECK(world.count("login.ends_soon") == 0);
  world.pass(std::chrono::hours(25));
  REQUIRE(world.token(*refresher));
  world.pass(std::chrono::hours(1));
  REQUIRE(world.token(*refresher));
  CHECK(world.count("login.ends_soon") == 1);
}

TEST_CASE("without a login there is no request") {
  World world;
  const auto refresher = world.refresher();
  const auto refused = world.token(*refresher);
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kUnauthenticated);
  CHECK(refused.error().message.find("login") != std::string::npos);
  CHECK(world.endpoint.requests == 0);
  CHECK(world.loop.run(refresher->state())->kind == oauth::LoginState::Kind::kLoggedOut);
}

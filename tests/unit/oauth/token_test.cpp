#include "oauth/token.h"

#include "crypto/base64.h"
#include "http/url.h"
#include "oauth/exchange.h"
#include "tests/support/manual_loop.h"
#include "tests/test.h"

namespace {

using base::Code;
using base::Secret;
using Kind = oauth::TokenFailure::Kind;

http::Response answer(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

oauth::ClientIdentity public_client() { return {.client_id = "a-client", .client_secret = {}}; }
oauth::Authorized authorized() {
  return {.code = Secret("fake-code"), .verifier = Secret("fake-verifier"), .redirect_uri = "http://127.0.0.1:1/cb"};
}

std::string field(const http::Request& request, std::string_view name) {
  const auto form = http::parse_query(request.body);
  REQUIRE(form);
  return std::string(http::find_parameter(*form, name).value_or("(absent)"));
}

// Answers every request with one response and keeps what it saw.
class Endpoint final : public http::Client {
 public:
  explicit Endpoint(http::Response response) : response_(std::move(response)) {}
  base::Task<base::Result<http::Response>> send(http::Request request) override {
    seen.push_back(std::move(request));
    co_return std::move(response_);
  }
  std::vector<http::Request> seen;

 private:
  http::Response response_;
};

base::Result<store::Grant> exchange(Endpoint& endpoint) {
  test::ManualLoop loop;
  const test::ManualClock clock({1'000'000});
  oauth::ExchangeRequest request{.accounts_url = "http://127.0.0.1:9",
                                 .client = public_client(),
                                 .authorized = authorized(),
                                 .asked_scopes = {"asked"},
                                 .deadline = base::Instant::never()};
  return loop.run(oauth::exchange_code(endpoint, clock, std::move(request)));
}

}  // namespace

TEST_CASE("a public client shows its id and the verifier, and no Authorization") {
  const auto request = oauth::exchange_request("https://accounts.spotify.com", public_client(), authorized());
  CHECK(request.method == http::Method::kPost);
  CHECK(request.server_url == "https://accounts.spotify.com");
  CHECK(request.target == "/api/token");
  CHECK(request.headers.find("Content-Type") == "application/x-www-form-urlencoded");
  CHECK(request.authorization.empty());
  CHECK(field(request, "grant_type") == "authorization_code");
  CHECK(field(request, "code") == "fake-code");
  CHECK(field(request, "code_verifier") == "fake-verifier");
  CHECK(field(request, "redirect_uri") == "http://127.0.0.1:1/cb");
  CHECK(field(request, "client_id") == "a-client");
}

TEST_CASE("a confidential client proves itself in the Authorization alone") {
  const oauth::ClientIdentity client{.client_id = "a-client", .client_secret = Secret("fake-secret")};
  const auto request = oauth::refresh_request("https://accounts.spotify.com", client, Secret("fake-refresh"));
  CHECK(request.authorization.reveal() == "Basic " + crypto::base64_encode("a-client:fake-secret"));
  CHECK(field(request, "client_id") == "(absent)");
  CHECK(field(request, "grant_type") == "refresh_token");
  CHECK(field(request, "refresh_token") == "fake-refresh");
  CHECK(request.body.find("fake-secret") == std::string::npos);
}

TEST_CASE("both shapes of a good answer are read") {
  const auto full = oauth::read_token_reply(answer(
      200, R"({"access_token":"a","token_type":"Bearer","scope":"x y","expires_in":3600,"refresh_token":"r"})"));
  REQUIRE(full);
  CHECK(full->access_token.reveal() == "a");
  CHECK(full->refresh_token->reveal() == "r");
  CHECK(full->expires_in == std::chrono::seconds(3600));
  CHECK(full->scopes == std::vector<std::string>{"x", "y"});
  const auto short_one =
      oauth::read_token_reply(answer(200, R"({"access_token":"a","token_type":"bearer","expires_in":3600})"));
  REQUIRE(short_one);
  CHECK(!short_one->refresh_token);
  CHECK(!short_one->scopes);
}

TEST_CASE("only invalid_grant and invalid_client are final") {
  const auto kind = [](int status, std::string body) {
    const auto reply = oauth::read_token_reply(answer(status, std::move(body)));
    REQUIRE(!reply);
    return reply.error().kind;
  };
  CHECK(kind(400, R"({"error":"invalid_grant","error_description":"Refresh token revoked"})") == Kind::kGrantEnded);
  CHECK(kind(400, R"({"error":"invalid_client"})") == Kind::kClientRefused);
  CHECK(kind(401, R"({"error":"invalid_client"})") == Kind::kClientRefused);
  CHECK(kind(400, R"({"error":"invalid_request"})") == Kind::kTransient);
  CHECK(kind(429, "Too many requests") == Kind::kTransient);
  CHECK(kind(429, R"({"error":"invalid_request"})") == Kind::kTransient);
  CHECK(kind(400, "<html>invalid_grant</html>") == Kind::kTransient);
  // A broken service that says so with a server error must not cost the login.
  CHECK(kind(500, R"({"error":"invalid_grant"})") == Kind::kTransient);
  CHECK(kind(503, "") == Kind::kTransient);
  CHECK(kind(302, "") == Kind::kTransient);
}

TEST_CASE("errors say what to do and never repeat what came") {
  const auto reply = oauth::read_token_reply(
      answer(400, R"({"error":"invalid_grant","error_description":"secret upstream words"})"));
  REQUIRE(!reply);
  CHECK(reply.error().error.code == Code::kUnauthenticated);
  CHECK(reply.error().error.message == "The Spotify login has ended. " + std::string(oauth::kHowToLogIn));
  CHECK(reply.error().error.detail.find("upstream") == std::string::npos);
}

TEST_CASE("a wait that Spotify asks for is kept, within reason") {
  const auto wait = [](const char* value) {
    http::Response response = answer(429, "");
    if (value != nullptr) response.headers.add("Retry-After", value);
    return oauth::read_token_reply(response).error().error.retry_after;
  };
  CHECK(wait("7") == std::chrono::seconds(7));
  CHECK(wait("999999999") == std::chrono::hours(1));
  CHECK(wait("-1") == std::chrono::seconds(5));
  CHECK(wait("soon") == std::chrono::seconds(5));
  CHECK(wait(nullptr) == std::chrono::seconds(5));
}

TEST_CASE("an answer that is not a token is no token, and no end of the login") {
  for (const char* body :
       {"", "{", "[]", "null", R"({"access_token":"a","token_type":"Bearer"})",
        R"({"access_token":"","token_type":"Bearer","expires_in":1})",
        R"({"access_token":"a b","token_type":"Bearer","expires_in":1})",
        R"({"access_token":"a\r\nX: y","token_type":"Bearer","expires_in":1})",
        R"({"access_token":1,"token_type":"Bearer","expires_in":1})",
        R"({"access_token":"a","token_type":"mac","expires_in":1})",
        R"({"access_token":"a","token_type":"Bearer","expires_in":0})",
        R"({"access_token":"a","token_type":"Bearer","expires_in":"1"})",
        R"({"access_token":"a","token_type":"Bearer","expires_in":1,"refresh_token":""})",
        R"({"access_token":"a","token_type":"Bearer","expires_in":1,"refresh_token":7})"}) {
    CAPTURE(body);
    const auto reply = oauth::read_token_reply(answer(200, body));
    REQUIRE(!reply);
    CHECK(reply.error().kind == Kind::kTransient);
  }
}

TEST_CASE("a code becomes a grant with one request") {
  Endpoint endpoint(answer(200, R"({"access_token":"a","token_type":"Bearer","expires_in":60,"refresh_token":"r"})"));
  const auto grant = exchange(endpoint);
  REQUIRE(grant);
  CHECK(endpoint.seen.size() == 1);
  CHECK(grant->refresh_token.reveal() == "r");
  CHECK(grant->scopes == std::vector<std::string>{"asked"});
  CHECK(grant->authorized_at.unix_ms == 1'000'000);
  CHECK(grant->access_expires_at.unix_ms == 1'060'000);
}

TEST_CASE("a code that Spotify refuses asks for a new login, not for the old one") {
  Endpoint endpoint(answer(400, R"({"error":"invalid_grant"})"));
  const auto grant = exchange(endpoint);
  REQUIRE(!grant);
  CHECK(endpoint.seen.size() == 1);
  CHECK(grant.error().code == Code::kUnauthenticated);
  CHECK(grant.error().message.find("Start the login again") != std::string::npos);
}

TEST_CASE("a login without a refresh token is none") {
  Endpoint endpoint(answer(200, R"({"access_token":"a","token_type":"Bearer","expires_in":60})"));
  const auto grant = exchange(endpoint);
  REQUIRE(!grant);
  CHECK(grant.error().code == Code::kUpstream);
}

namespace {

// Knows one client secret, and refuses every other.
class Registration final : public http::Client {
 public:
  explicit Registration(std::string secret) : secret_(std::move(secret)) {}
  base::Task<base::Result<http::Response>> send(http::Request request) override {
    const std::string good = "Basic " + crypto::base64_encode("a-client:" + secret_);
    const bool known = request.authorization.reveal() == good;
    seen.push_back(std::move(request));
    co_return known ? answer(200, R"({"access_token":"a","token_type":"Bearer","expires_in":60,"refresh_token":"r"})")
                    : answer(400, R"({"error":"invalid_client"})");
  }
  std::vector<http::Request> seen;

 private:
  std::string secret_;
};

base::Result<store::Grant> exchange_with(Registration& registration, std::string_view previous) {
  test::ManualLoop loop;
  const test::ManualClock clock({1'000'000});
  oauth::ExchangeRequest request{.accounts_url = "http://127.0.0.1:9",
                                 .client = {.client_id = "a-client",
                                            .client_secret = Secret("new"),
                                            .previous_secret = Secret(std::string(previous))},
                                 .authorized = authorized(),
                                 .asked_scopes = {"asked"},
                                 .deadline = base::Instant::never()};
  return loop.run(oauth::exchange_code(registration, clock, std::move(request)));
}

}  // namespace

TEST_CASE("while a client secret is replaced, the one of before is tried once, and only where the new one is refused") {
  Registration before("old");
  REQUIRE(exchange_with(before, "old"));
  REQUIRE(before.seen.size() == 2);
  CHECK(before.seen[0].body == before.seen[1].body);
  Registration after("new");
  REQUIRE(exchange_with(after, "old"));
  CHECK(after.seen.size() == 1);
  Registration neither("third");
  CHECK(!exchange_with(neither, "old"));
  CHECK(neither.seen.size() == 2);
  Registration alone("old");
  CHECK(!exchange_with(alone, ""));
  CHECK(alone.seen.size() == 1);
}

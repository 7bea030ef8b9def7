// The accounts service: login with PKCE, each refusal, refresh modes, lifetimes, redirect rules.
#include <vector>

#include "crypto/base64.h"
#include "crypto/hash.h"
#include "tests/unit/sim/harness.h"

#include "tests/test.h"

using namespace sim_test;

namespace {

const std::string kVerifier = "a-verifier-of-fifty-characters-0123456789._~-abcde";
const std::string kRedirect = "http://127.0.0.1:54321/callback";

http::Parameters authorize_parameters() {
  return {{"client_id", std::string(spotify::kClientId)},
          {"response_type", "code"},
          {"redirect_uri", kRedirect},
          {"scope", "user-top-read playlist-read-private"},
          {"state", "st&te=1 x"},
          {"code_challenge_method", "S256"},
          {"code_challenge", crypto::base64url_encode(crypto::sha256(kVerifier))}};
}

void set(http::Parameters& parameters, std::string_view name, std::string_view value) {
  std::erase_if(parameters, [name](const auto& each) { return each.first == name; });
  if (value != "(none)") parameters.emplace_back(name, value);
}

http::Response authorize(Harness& harness, const http::Parameters& parameters) {
  http::Request request;
  request.target = "/authorize?" + http::encode_query(parameters);
  return harness.send(std::move(request));
}

http::Parameters callback(const http::Response& response) {
  const std::string location(response.headers.find("Location").value_or(""));
  const auto query = http::parse_query(http::split_target(location).query);
  return query.value_or(http::Parameters());
}

std::string login_code(Harness& harness) {
  const http::Response response = authorize(harness, authorize_parameters());
  REQUIRE(response.status == 302);
  return std::string(http::find_parameter(callback(response), "code").value_or(""));
}

Reply token(Harness& harness, const http::Parameters& form, std::string basic = "") {
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/api/token";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = http::encode_query(form);
  if (!basic.empty()) request.authorization = base::Secret("Basic " + crypto::base64_encode(basic));
  return Harness::read(harness.send(std::move(request)));
}

http::Parameters code_form(std::string code) {
  return {{"grant_type", "authorization_code"},
          {"code", std::move(code)},
          {"redirect_uri", kRedirect},
          {"client_id", std::string(spotify::kClientId)},
          {"code_verifier", kVerifier}};
}

http::Parameters refresh_form(std::string refresh_token) {
  return {{"grant_type", "refresh_token"},
          {"refresh_token", std::move(refresh_token)},
          {"client_id", std::string(spotify::kClientId)}};
}

std::string basic_pair() { return std::string(spotify::kClientId) + ":" + std::string(spotify::kClientSecret); }

void check_error(const Reply& reply, std::string_view error, std::string_view description) {
  CHECK(reply.status == 400);
  CHECK(reply.body.text_or_empty("error") == error);
  CHECK(reply.body.text_or_empty("error_description") == description);
  CHECK(reply.body.find("access_token") == nullptr);
}

// Logs in and gives the refresh token.
std::string login(Harness& harness) {
  const Reply reply = token(harness, code_form(login_code(harness)));
  REQUIRE(reply.status == 200);
  harness.token = reply.body.text_or_empty("access_token");
  return std::string(reply.body.text_or_empty("refresh_token"));
}

}  // namespace

TEST_CASE("login with PKCE gives tokens that work") {
  Harness harness;
  const http::Response redirect = authorize(harness, authorize_parameters());
  REQUIRE(redirect.status == 302);
  CHECK(redirect.headers.find("Location")->starts_with(kRedirect + "?"));
  CHECK(http::find_parameter(callback(redirect), "state") == "st&te=1 x");
  CHECK_FALSE(http::find_parameter(callback(redirect), "error").has_value());

  const Reply reply = token(harness, code_form(std::string(*http::find_parameter(callback(redirect), "code"))));
  REQUIRE(reply.status == 200);
  CHECK(keys_of(reply.body) == "access_token expires_in refresh_token scope token_type");
  CHECK(reply.body.text_or_empty("token_type") == "Bearer");
  CHECK(reply.body.text_or_empty("scope") == "user-top-read playlist-read-private");
  CHECK(number_at(reply.body, "expires_in") == 3600);
  harness.token = reply.body.text_or_empty("access_token");
  CHECK(harness.get("/me").body.text_or_empty("id") == spotify::kDefaultUser);
  CHECK(harness.get("/me/top/artists").status == 200);
  CHECK(harness.get("/me/tracks").message() == "Insufficient client scope");
  CHECK(harness.simulator.requests("GET /authorize") == 1);
  CHECK(harness.simulator.requests("POST /api/token") == 1);
}

TEST_CASE("a code works once") {
  Harness harness;
  const std::string code = login_code(harness);
  CHECK(token(harness, code_form(code)).status == 200);
  check_error(token(harness, code_form(code)), "invalid_grant", "Invalid authorization code");
  check_error(token(harness, code_form("made-up")), "invalid_grant", "Invalid authorization code");
}

TEST_CASE("a code lives for ten minutes") {
  Harness harness;
  const std::string in_time = login_code(harness);
  harness.pass(std::chrono::minutes(10) - std::chrono::milliseconds(1));
  CHECK(token(harness, code_form(in_time)).status == 200);
  const std::string late = login_code(harness);
  harness.pass(std::chrono::minutes(10));
  check_error(token(harness, code_form(late)), "invalid_grant", "Authorization code expired");
}

TEST_CASE("the exchange refuses what does not match the login") {
  Harness harness;
  const auto with = [&](std::string_view name, std::string_view value) {
    http::Parameters form = code_form(login_code(harness));
    set(form, name, value);
    return token(harness, form);
  };
  check_error(with("code_verifier", std::string(50, 'x')), "invalid_grant", "code_verifier was incorrect");
  check_error(with("code_verifier", "(none)"), "invalid_request", "code_verifier required");
  check_error(with("redirect_uri", "http://127.0.0.1:1/callback"), "invalid_grant", "Invalid redirect URI");
  check_error(with("code", "(none)"), "invalid_request", "code must be supplied");
  check_error(with("client_id", "0123456789abcdef0123456789abcdef"), "invalid_client", "Invalid client");
  check_error(with("grant_type", "(none)"), "unsupported_grant_type", "grant_type parameter is missing");
  check_error(with("grant_type", "password"), "unsupported_grant_type",
              "grant_type must be client_credentials, authorization_code or refresh_token");
}

TEST_CASE("a short verifier is refused even when its challenge matches") {
  Harness harness;
  http::Parameters login = authorize_parameters();
  set(login, "code_challenge", crypto::base64url_encode(crypto::sha256("short")));
  const std::string code(*http::find_parameter(callback(authorize(harness, login)), "code"));
  http::Parameters form = code_form(code);
  set(form, "code_verifier", "short");
  check_error(token(harness, form), "invalid_grant", "code_verifier was incorrect");
}

TEST_CASE("without PKCE the exchange and the refresh need the secret") {
  Harness harness;
  const auto code = [&] {
    http::Parameters login = authorize_parameters();
    set(login, "code_challenge", "(none)");
    set(login, "code_challenge_method", "(none)");
    return std::string(*http::find_parameter(callback(authorize(harness, login)), "code"));
  };
  http::Parameters form = code_form(code());
  set(form, "code_verifier", "(none)");
  check_error(token(harness, form), "invalid_client", "Invalid client secret");
  set(form, "code", code());
  set(form, "client_id", "(none)");
  check_error(token(harness, form, std::string(spotify::kClientId) + ":wrong"), "invalid_client",
              "Invalid client secret");
  set(form, "code", code());
  const Reply reply = token(harness, form, basic_pair());
  REQUIRE(reply.status == 200);
  const std::string refresh(reply.body.text_or_empty("refresh_token"));
  check_error(token(harness, refresh_form(refresh)), "invalid_client", "Invalid client secret");
  CHECK(token(harness, {{"grant_type", "refresh_token"}, {"refresh_token", refresh}}, basic_pair()).status == 200);
}

TEST_CASE("client credentials read the catalogue and nothing of a person") {
  Harness harness;
  check_error(token(harness, {{"grant_type", "client_credentials"}, {"client_id", std::string(spotify::kClientId)}}),
              "invalid_client", "Invalid client secret");
  const Reply reply = token(harness, {{"grant_type", "client_credentials"}}, basic_pair());
  REQUIRE(reply.status == 200);
  CHECK(keys_of(reply.body) == "access_token expires_in token_type");
  harness.token = reply.body.text_or_empty("access_token");
  CHECK(harness.get("/tracks/" + harness.simulator.catalogue().tracks[0].id).status == 200);
  CHECK(harness.get("/me").status == 401);
}

TEST_CASE("a refusal at /authorize is a page, never a redirect") {
  Harness harness;
  const auto refused = [&](std::string_view name, std::string_view value, std::string_view text) {
    http::Parameters parameters = authorize_parameters();
    set(parameters, name, value);
    const http::Response response = authorize(harness, parameters);
    CHECK(response.status == 400);
    CHECK_FALSE(response.headers.find("Location").has_value());
    CHECK(response.headers.find("Content-Type")->starts_with("text/html"));
    CHECK_MESSAGE(response.body.contains(text), response.body);
  };
  refused("client_id", "0123456789abcdef0123456789abcdef", "INVALID_CLIENT: Invalid client");
  refused("client_id", "(none)", "INVALID_CLIENT: Invalid client");
  refused("redirect_uri", "http://localhost:54321/callback", "INVALID_CLIENT: Insecure redirect URI");
  refused("redirect_uri", "http://192.168.1.4/callback", "INVALID_CLIENT: Insecure redirect URI");
  refused("redirect_uri", "http://127.0.0.1:54321/Callback", "INVALID_CLIENT: Invalid redirect URI");
  refused("redirect_uri", "http://127.0.0.1:54321/callback/", "INVALID_CLIENT: Invalid redirect URI");
  refused("redirect_uri", "http://127.0.0.2:54321/callback", "INVALID_CLIENT: Invalid redirect URI");
  refused("redirect_uri", "https://127.0.0.1/callback", "INVALID_CLIENT: Invalid redirect URI");
  refused("redirect_uri", "(none)", "INVALID_CLIENT: Invalid redirect URI");
  refused("response_type", "token", "response_type must be code");
  refused("scope", "user-top-read no-such-scope", "invalid_scope");
  refused("code_challenge_method", "plain", "code_challenge_method must be S256");
  refused("code_challenge", "tooshort", "code_challenge is invalid");
}

TEST_CASE("redirects match exactly, but for the port of a loopback literal that was registered without one") {
  using spotify::redirect_matches;
  CHECK(redirect_matches("http://127.0.0.1/callback", "http://127.0.0.1/callback"));
  CHECK(redirect_matches("http://127.0.0.1/callback", "http://127.0.0.1:9/callback"));
  CHECK(redirect_matches("http://[::1]/callback", "http://[::1]:9/callback"));
  CHECK(redirect_matches("https://app.example.invalid/cb", "https://app.example.invalid/cb"));
  CHECK_FALSE(redirect_matches("http://127.0.0.1/callback", "http://[::1]/callback"));
  CHECK_FALSE(redirect_matches("http://127.0.0.1:8/callback", "http://127.0.0.1:9/callback"));
  CHECK_FALSE(redirect_matches("https://app.example.invalid/cb", "https://app.example.invalid:8443/cb"));
  CHECK_FALSE(redirect_matches("http://127.0.0.1/callback", "http://127.0.0.1/callback?x=1"));
}

TEST_CASE("a denied consent goes back with an error and the state") {
  spotify::Config config;
  config.consent = spotify::Consent::kDeny;
  Harness harness(config);
  const http::Response response = authorize(harness, authorize_parameters());
  REQUIRE(response.status == 302);
  CHECK(http::find_parameter(callback(response), "error") == "access_denied");
  CHECK(http::find_parameter(callback(response), "state") == "st&te=1 x");
  CHECK_FALSE(http::find_parameter(callback(response), "code").has_value());
}

TEST_CASE("a forged callback brings a code with another state") {
  spotify::Config config;
  config.consent = spotify::Consent::kForgedState;
  Harness harness(config);
  const http::Response response = authorize(harness, authorize_parameters());
  REQUIRE(response.status == 302);
  CHECK(http::find_parameter(callback(response), "code").has_value());
  CHECK(http::find_parameter(callback(response), "state") == "forged");
}

TEST_CASE("scopes that the person unticks are missing from the grant") {
  spotify::Config config;
  config.withheld_scopes = {"user-top-read"};
  Harness harness(config);
  const Reply reply = token(harness, code_form(login_code(harness)));
  CHECK(reply.body.text_or_empty("scope") == "playlist-read-private");
}

TEST_CASE("login_hint picks another person") {
  Harness harness;
  http::Parameters parameters = authorize_parameters();
  set(parameters, "login_hint", spotify::kFriendUser);
  const std::string code(*http::find_parameter(callback(authorize(harness, parameters)), "code"));
  harness.token = token(harness, code_form(code)).body.text_or_empty("access_token");
  CHECK(harness.get("/me").body.text_or_empty("id") == spotify::kFriendUser);
}

TEST_CASE("an access token lives for 3600 seconds") {
  Harness harness;
  login(harness);
  harness.pass(std::chrono::milliseconds(3'599'999));
  CHECK(harness.get("/me").status == 200);
  harness.pass(std::chrono::milliseconds(1));
  const Reply reply = harness.get("/me");
  CHECK(reply.status == 401);
  CHECK(reply.message() == "The access token expired");
  CHECK(reply.headers.find("WWW-Authenticate")->contains("invalid_token"));
}

TEST_CASE("refresh without rotation keeps the token") {
  Harness harness;
  const std::string refresh = login(harness);
  for (int i = 0; i < 3; ++i) {
    const Reply reply = token(harness, refresh_form(refresh));
    REQUIRE(reply.status == 200);
    CHECK(reply.body.find("refresh_token") == nullptr);
    CHECK(reply.body.text_or_empty("access_token") != harness.token);
  }
}

TEST_CASE("refresh with grace keeps the old token until the new one is first used") {
  spotify::Config config;
  config.refresh_mode = spotify::RefreshMode::kGrace;
  Harness harness(config);
  const std::string old = login(harness);
  CHECK_FALSE(token(harness, refresh_form(old)).body.text_or_empty("refresh_token").empty());
  // The answer was lost: the old one still works.
  const std::string fresh(token(harness, refresh_form(old)).body.text_or_empty("refresh_token"));
  REQUIRE(token(harness, refresh_form(fresh)).status == 200);
  check_error(token(harness, refresh_form(old)), "invalid_grant", "Refresh token revoked");
}

TEST_CASE("rotation that keeps the old token leaves both of them good") {
  spotify::Config config;
  config.refresh_mode = spotify::RefreshMode::kKeep;
  Harness harness(config);
  const std::string old = login(harness);
  const std::string fresh(token(harness, refresh_form(old)).body.text_or_empty("refresh_token"));
  CHECK_FALSE(fresh.empty());
  CHECK(fresh != old);
  CHECK(token(harness, refresh_form(fresh)).status == 200);
  CHECK(token(harness, refresh_form(old)).status == 200);
  harness.pass(std::chrono::days(182));
  for (const std::string& each : {old, fresh}) {
    check_error(token(harness, refresh_form(each)), "invalid_grant", "Refresh token expired");
  }
}

TEST_CASE("strict rotation revokes the old token at once") {
  spotify::Config config;
  config.refresh_mode = spotify::RefreshMode::kStrict;
  Harness harness(config);
  const std::string old = login(harness);
  const std::string fresh(token(harness, refresh_form(old)).body.text_or_empty("refresh_token"));
  check_error(token(harness, refresh_form(old)), "invalid_grant", "Refresh token revoked");
  CHECK(token(harness, refresh_form(fresh)).status == 200);
}

TEST_CASE("a login ends after six months, whatever was refreshed") {
  spotify::Config config;
  config.refresh_mode = spotify::RefreshMode::kStrict;
  Harness harness(config);
  std::string refresh = login(harness);
  harness.pass(std::chrono::days(181));
  const Reply in_time = token(harness, refresh_form(refresh));
  REQUIRE(in_time.status == 200);
  refresh = in_time.body.text_or_empty("refresh_token");
  harness.pass(std::chrono::days(1));
  check_error(token(harness, refresh_form(refresh)), "invalid_grant", "Refresh token expired");
}

TEST_CASE("unknown and revoked refresh tokens are told apart") {
  Harness harness;
  const std::string refresh = login(harness);
  check_error(token(harness, refresh_form("garbage")), "invalid_grant", "Invalid refresh token");
  http::Parameters empty = refresh_form("");
  check_error(token(harness, empty), "invalid_request", "refresh_token must be supplied");
  harness.simulator.revoke();
  check_error(token(harness, refresh_form(refresh)), "invalid_grant", "Refresh token revoked");
  CHECK(harness.get("/me").message() == "Invalid access token");
  CHECK(harness.simulator.accounts().live_refresh_tokens() == 0);
}

TEST_CASE("a body that is no form has no grant type") {
  Harness harness;
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/api/token";
  request.headers.add("Content-Type", "application/json");
  request.body = R"({"grant_type":"refresh_token"})";
  check_error(Harness::read(harness.send(std::move(request))), "unsupported_grant_type",
              "grant_type parameter is missing");
}

#include "oauth/authorization.h"

#include "http/url.h"
#include "oauth/scopes.h"
#include "tests/support/seeded_random.h"
#include "tests/test.h"

namespace {

using base::Code;
using oauth::PendingAuthorization;
using oauth::RedirectUri;

constexpr base::Instant kStart{std::chrono::seconds(100)};
constexpr base::Instant kEnd{std::chrono::seconds(400)};

struct Login {
  test::SeededRandom random;
  PendingAuthorization pending{
      random,
      {.client_id = "a-client",
       .redirect_uri = RedirectUri().with_port(4000),
       .scopes = {"user-top-read", "streaming"}},
      kEnd};

  std::string parameter(std::string_view name) const {
    const auto query = http::parse_query(http::split_target(pending.url()).query);
    REQUIRE(query);
    return std::string(http::find_parameter(*query, name).value_or(""));
  }
  std::string answer(const std::string& rest) const { return "state=" + parameter("state") + "&" + rest; }
};

}  // namespace

TEST_CASE("the challenge is the one of RFC 7636 appendix B") {
  CHECK(oauth::challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("the address to open carries everything that Spotify asks for, and no verifier") {
  Login login;
  const std::string& url = login.pending.url();
  CHECK(url.starts_with("https://accounts.spotify.com/authorize?"));
  CHECK(login.parameter("client_id") == "a-client");
  CHECK(login.parameter("response_type") == "code");
  CHECK(login.parameter("redirect_uri") == "http://127.0.0.1:4000/callback");
  CHECK(login.parameter("scope") == "user-top-read streaming");
  CHECK(login.parameter("code_challenge_method") == "S256");
  CHECK(login.parameter("state").size() == 43);
  const std::string challenge = login.parameter("code_challenge");
  const auto authorized = login.pending.accept(login.answer("code=c"), kStart);
  REQUIRE(authorized);
  CHECK(oauth::challenge_of(authorized->verifier.reveal()) == challenge);
  CHECK(authorized->verifier.reveal().size() >= 43);
  CHECK(url.find(authorized->verifier.reveal()) == std::string::npos);
}

TEST_CASE("two logins share nothing") {
  test::SeededRandom random;
  const oauth::AuthorizationRequest request{.client_id = "a-client", .redirect_uri = {}, .scopes = {}};
  const PendingAuthorization first(random, request, kEnd);
  const PendingAuthorization second(random, request, kEnd);
  CHECK(first.url() != second.url());
}

TEST_CASE("the answer with the right state gives the code, once") {
  Login login;
  const std::string query = login.answer("code=AQ-fake");
  const auto authorized = login.pending.accept(query, kStart);
  REQUIRE(authorized);
  CHECK(authorized->code.reveal() == "AQ-fake");
  CHECK(authorized->redirect_uri == "http://127.0.0.1:4000/callback");
  CHECK(!login.pending.is_open());
  CHECK(login.pending.accept(query, kStart).error().code == Code::kConflict);
}

TEST_CASE("an answer with another state is refused, says nothing of itself and leaves the login open") {
  Login login;
  for (const std::string& query :
       {std::string("code=x"), std::string("state=&code=x"), std::string("state=forged&code=x"),
        "state=" + login.parameter("state") + "A&code=x", "state=" + login.parameter("state").substr(1) + "&code=x",
        std::string("state=forged&error=access_denied"), std::string("%zz"), std::string(10'000, 'a'), std::string()}) {
    const auto refused = login.pending.accept(query, kStart);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kInvalidArgument);
    CHECK(refused.error().message.find("forged") == std::string::npos);
    CHECK(login.pending.is_open());
  }
  CHECK(login.pending.accept(login.answer("code=x"), kStart));
}

TEST_CASE("a denial and an unknown error end the login, without repeating the words that came") {
  Login denied;
  const auto no = denied.pending.accept(denied.answer("error=access_denied"), kStart);
  REQUIRE(!no);
  CHECK(no.error().code == Code::kForbidden);
  CHECK(no.error().message.find("denied") != std::string::npos);
  CHECK(!denied.pending.is_open());
  Login odd;
  const auto other = odd.pending.accept(odd.answer("error=%3Cscript%3E&code=x"), kStart);
  REQUIRE(!other);
  CHECK(other.error().code == Code::kForbidden);
  CHECK(other.error().message.find("script") == std::string::npos);
}

TEST_CASE("an answer without a code and one that comes too late give nothing") {
  Login empty;
  CHECK(empty.pending.accept(empty.answer("code="), kStart).error().code == Code::kUpstream);
  Login late;
  const std::string query = late.answer("code=x");
  CHECK(late.pending.accept(query, kEnd).error().code == Code::kDeadline);
  CHECK(late.pending.accept(query, kStart).error().code == Code::kConflict);
}

TEST_CASE("a pasted address is read whole, cut to its query or not at all") {
  Login whole;
  CHECK(whole.pending.accept_pasted(" http://127.0.0.1:4000/callback?" + whole.answer("code=x") + "#_\r\n", kStart));
  Login query;
  CHECK(query.pending.accept_pasted(query.answer("code=x"), kStart));
  Login elsewhere;
  const auto refused =
      elsewhere.pending.accept_pasted("https://example.org/callback?" + elsewhere.answer("code=x"), kStart);
  REQUIRE(!refused);
  CHECK(refused.error().message.find("http://127.0.0.1:4000/callback") != std::string::npos);
  CHECK(elsewhere.pending.is_open());
  CHECK(!elsewhere.pending.accept_pasted("", kStart));
}

TEST_CASE("redirect addresses that Spotify accepts") {
  for (const char* text : {"https://your-domain.example/callback", "http://127.0.0.1/callback",
                           "http://127.0.0.1:8888/callback", "http://[::1]:8888/callback"}) {
    CAPTURE(text);
    const auto uri = RedirectUri::parse(text);
    REQUIRE(uri);
    CHECK(uri->text() == text);
  }
  CHECK(!RedirectUri::parse("https://your-domain.example/callback")->is_loopback());
  CHECK(RedirectUri::parse("http://127.0.0.1:8888/cb")->port() == 8888);
  CHECK(RedirectUri::parse("http://[::1]/cb")->with_port(5).text() == "http://[::1]:5/cb");
  CHECK(RedirectUri::parse("http://127.0.0.1/cb")->with_port(5).text() == "http://127.0.0.1:5/cb");
}

TEST_CASE("localhost is refused with the exact fix, other plain http too") {
  const auto localhost = RedirectUri::parse("http://localhost/callback");
  REQUIRE(!localhost);
  CHECK(localhost.error().message.find("Spotify refuses http://localhost. Register http://127.0.0.1/callback in the "
                                       "dashboard and set spotify.redirect_uri to it") != std::string::npos);
  for (const char* text : {"http://192.168.1.5/callback", "http://example.org/callback", "ftp://127.0.0.1/", "nonsense",
                           "http://127.0.0.1/callback?a=b", "http://127.0.0.1/callback#x", "",
                           "http://127.0.0.1.example.org/callback"}) {
    CAPTURE(text);
    CHECK(!RedirectUri::parse(text));
  }
}

TEST_CASE("scopes are checked by name and joined by spaces") {
  CHECK(oauth::Scope::parse("user-top-read"));
  const auto typo = oauth::Scope::parse("user-top-raed");
  REQUIRE(!typo);
  CHECK(typo.error().message.find("did you mean user-top-read?") != std::string::npos);
  CHECK(oauth::known_scopes().size() == 19);
  CHECK(oauth::split_scopes("a  b ") == std::vector<std::string>{"a", "b"});
  CHECK(oauth::join_scopes({"a", "b"}) == "a b");
  CHECK(oauth::split_scopes("").empty());
}

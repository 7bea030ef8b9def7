// Which cookies a browser may bring, and what of another program's is passed over.
#include "http/cookie.h"

#include <fmt/format.h>
#include <string>

#include "tests/test.h"

namespace {

using base::Code;

std::string seen(std::string_view field) {
  const auto cookies = http::parse_cookies(field);
  if (!cookies) return "refused: " + cookies.error().detail;
  std::string text;
  for (const http::Cookie& each : *cookies) text += fmt::format("[{}={}]", each.name, each.value);
  return text;
}

std::string found(std::string_view field, std::string_view name = "ours") {
  http::Headers headers;
  headers.add("Cookie", std::string(field));
  const auto value = http::find_cookie(headers, name);
  if (!value) return "refused: " + value.error().detail;
  return *value ? **value : "none";
}

}  // namespace

TEST_CASE("cookies are pairs of a token and cookie octets; what is none of that is passed over") {
  CHECK(seen("a=1") == "[a=1]");
  CHECK(seen("a=1; b=2") == "[a=1][b=2]");
  CHECK(seen("a=1;b=2") == "[a=1][b=2]");
  CHECK(seen("a=") == "[a=]");
  CHECK(seen("a=\"x\"; b=y=z") == "[a=x][b=y=z]");
  CHECK(seen("").empty());
  CHECK(seen("nothing; =x; a b=1; c=1,2; d=a b; e=\"x; f=\\; g={}; h=\xc3\xa9; ok=1") == "[g={}][ok=1]");
}

TEST_CASE("a field of cookies has its limits") {
  CHECK(seen("a=" + std::string(http::kCookieBytesMax, 'x')) == "refused: cookies too long");
  std::string many;
  for (size_t i = 0; i < http::kCookiesMax; ++i) many += "a=1;";
  CHECK(seen(many + "a=1") == "refused: too many cookies");
  CHECK(seen("a=\x01") == "refused: control characters in cookies");
  CHECK(seen(std::string("a=1\0; b=2", 9)) == "refused: control characters in cookies");
}

TEST_CASE("our cookie is found by its exact name, and two of it are none") {
  CHECK(found("a=1; ours=2; b=3") == "2");
  CHECK(found("a=1") == "none");
  CHECK(found("Ours=1; xours=2; ours2=3") == "none");
  CHECK(found("ours=1; ours=2") == "refused: a cookie twice");
  CHECK(found("ours=1; ours=1") == "refused: a cookie twice");
  // One that could be ours and is not well formed is not ours.
  CHECK(found("ours=a b") == "none");
  CHECK(http::find_cookie({}, "ours") == std::nullopt);
  http::Headers two{{"Cookie", "ours=1"}, {"Cookie", "a=2"}};
  const auto refused = http::find_cookie(two, "ours");
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::kInvalidArgument);
}

TEST_CASE("a cookie is set for one path, hidden from scripts and from other sites' requests") {
  const http::NewCookie cookie{.name = "n", .value = "v", .path = "/callback", .lives = std::chrono::seconds(300)};
  CHECK(http::set_cookie(cookie) == "n=v; Max-Age=300; Path=/callback; HttpOnly; SameSite=Lax");
  CHECK(http::is_cookie_path("/callback"));
  for (const char* path : {"", "callback", "/a;b", "/a b", "/a,b", "/\xc3\xa9"}) CHECK(!http::is_cookie_path(path));
  http::NewCookie secure = cookie;
  secure.secure = true;
  CHECK(http::set_cookie(secure) == "n=v; Max-Age=300; Path=/callback; HttpOnly; SameSite=Lax; Secure");
}

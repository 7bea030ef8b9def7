#include "http/cookie.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace http {
namespace {

// RFC 9110 section 5.6.2.
constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// RFC 6265 section 4.1.1: printable ASCII without blank, quote, comma, semicolon and backslash.
bool are_octets(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\'; });
}

std::optional<Cookie> parse_pair(std::string_view pair) {
  const size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  std::string_view value = pair.substr(equals + 1);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  const std::string_view name = pair.substr(0, equals);
  if (!is_token(name) || !are_octets(value)) return std::nullopt;
  return Cookie{.name = name, .value = value};
}

std::unexpected<base::Error> unreadable(std::string_view why) {
  return base::fail(base::Code::kInvalidArgument, "The cookies of this request cannot be read.", std::string(why));
}

}  // namespace

base::Result<std::vector<Cookie>> parse_cookies(std::string_view field) {
  if (field.size() > kCookieBytesMax) return unreadable("cookies too long");
  if (base::has_control_characters(field)) return unreadable("control characters in cookies");
  std::vector<Cookie> cookies;
  size_t pairs = 0;
  for (const std::string_view part : base::split(field, ';')) {
    if (++pairs > kCookiesMax) return unreadable("too many cookies");
    // Browsers put one blank behind the semicolon.
    if (const auto cookie = parse_pair(base::trim(part))) cookies.push_back(*cookie);
  }
  return cookies;
}

base::Result<std::optional<std::string>> find_cookie(const Headers& headers, std::string_view name) {
  const auto field = headers.find("Cookie");
  if (!field) return std::nullopt;
  if (headers.count("Cookie") > 1) return unreadable("two fields of cookies");
  TRY(const std::vector<Cookie> cookies, parse_cookies(*field));
  std::optional<std::string> found;
  for (const Cookie& cookie : cookies) {
    if (cookie.name != name) continue;
    if (found) return unreadable("a cookie twice");
    found.emplace(cookie.value);
  }
  return found;
}

bool is_cookie_path(std::string_view path) { return path.starts_with('/') && are_octets(path); }

std::string set_cookie(const NewCookie& cookie) {
  ENSURE(is_token(cookie.name) && are_octets(cookie.value) && is_cookie_path(cookie.path));
  return fmt::format("{}={}; Max-Age={}; Path={}; HttpOnly; SameSite=Lax{}", cookie.name, cookie.value,
                     cookie.lives.count(), cookie.path, cookie.secure ? "; Secure" : "");
}

}  // namespace http

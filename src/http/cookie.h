// Cookies (RFC 6265), as far as a server needs them that sets one of its own: the Set-Cookie field that it gives, and
// its value out of the Cookie field that comes back. On a loopback address a browser sends along the cookies of every
// other program that ever answered there, so what is not ours is passed over, whatever it looks like.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace http {

inline constexpr size_t kCookieBytesMax = size_t{8} * 1024;
inline constexpr size_t kCookiesMax = 128;

struct Cookie {
  std::string_view name;
  std::string_view value;  // Without the quotes that may stand around it.
};

// The pairs of one Cookie field that have the form of section 4.1.1 (a token, "=", cookie octets), in their order;
// other pairs are left out. They point into `field`. kInvalidArgument for a field that is too long, has too many pairs,
// or has control characters.
base::Result<std::vector<Cookie>> parse_cookies(std::string_view field);

// The value of the one cookie with that name. Nothing where there is none. kInvalidArgument where the browser sent two
// of them, or two Cookie fields (section 5.4 allows one), or a field that parse_cookies() does not take: who sends it
// cannot be told then.
base::Result<std::optional<std::string>> find_cookie(const Headers& headers, std::string_view name);

// A cookie for one path of this host alone, that no script reads and that comes with a navigation from another site,
// and with nothing else from there. `name` is a token, `value` and `path` are cookie octets without ";". With https the
// cookie is also Secure.
struct NewCookie {
  std::string_view name;
  std::string_view value;
  std::string_view path;
  std::chrono::seconds lives{0};
  bool secure = false;
};
std::string set_cookie(const NewCookie& cookie);
// Whether a path of a URL can be that of a cookie.
bool is_cookie_path(std::string_view path);

}  // namespace http

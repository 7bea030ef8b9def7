// A cookie that is taken has a clean name and value, and reads back out of a field that is made of it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/cookie.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cookies = http::parse_cookies(text);
  if (!cookies) return 0;
  ENSURE(cookies->size() <= http::kCookiesMax);
  for (const http::Cookie& each : *cookies) {
    ENSURE(!each.name.empty() && each.name.find_first_of("=;, \t\"") == std::string_view::npos);
    ENSURE(each.value.find_first_of(";,\\ \t\r\n\"") == std::string_view::npos);
    http::Headers one;
    one.add("Cookie", std::string(each.name) + "=" + std::string(each.value));
    const auto found = http::find_cookie(one, each.name);
    ENSURE(found && *found && **found == each.value);
  }
  http::Headers all;
  all.add("Cookie", std::string(text));
  static_cast<void>(http::find_cookie(all, "a"));
  return 0;
}

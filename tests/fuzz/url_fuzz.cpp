// A URL that is accepted has a clean host and reads back as itself; so do queries and percent-escapes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = http::parse_url(text)) {
    ENSURE(!url->host.empty() && url->host.find_first_of("@%/\\#? \r\n") == std::string::npos);
    ENSURE(url->target.starts_with('/'));
    const auto again = http::parse_url(url->server_url() + url->target);
    ENSURE(again && again->host == url->host && again->port == url->port && again->target == url->target);
  }
  if (const auto decoded = http::percent_decode(text)) {
    ENSURE(http::percent_decode(http::percent_encode(*decoded)) == *decoded);
  }
  if (const auto parameters = http::parse_query(text)) {
    ENSURE(http::parse_query(http::encode_query(*parameters)).value() == *parameters);
  }
  static_cast<void>(http::is_loopback_host(text));
  return 0;
}

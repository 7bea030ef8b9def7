#include "net/detail/easy.h"

#include <fmt/format.h>

namespace net {

base::Result<Easy> make_easy(const std::string& url, const std::string& protocol, const std::string& ca_file) {
  if (curl() == nullptr) {
    return base::fail(base::Code::kUnavailable, "libcurl is missing. Install it: apt-get install libcurl4");
  }
  constexpr long kConnectSeconds = 10;
  Easy easy(curl()->easy_init());
  ENSURE(easy != nullptr);
  set_option(easy, CURLOPT_NOSIGNAL, 1L);
  set_option(easy, CURLOPT_URL, url.c_str());
  set_option(easy, CURLOPT_PROTOCOLS_STR, protocol.c_str());
  set_option(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set_option(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_option(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set_option(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set_option(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  // Empty strings, not null: null would let the environment decide.
  set_option(easy, CURLOPT_PROXY, "");
  set_option(easy, CURLOPT_NOPROXY, "");
  if (!ca_file.empty()) {
    set_option(easy, CURLOPT_CAINFO, ca_file.c_str());
    set_option(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  return easy;
}

base::Result<http::Url> parse_server(std::string_view text, std::string_view secure, std::string_view plain) {
  const size_t colon = text.find("://");
  const std::string_view scheme = text.substr(0, colon);
  const bool known = colon != std::string_view::npos && (scheme == secure || scheme == plain);
  auto url = http::parse_url(
      fmt::format("{}{}", scheme == secure ? "https" : "http", known ? text.substr(colon) : std::string_view()));
  if (known && url && url->port && url->target == "/") return url;
  return base::fail(
      base::Code::kInvalidArgument,
      fmt::format("Give an address such as {}://name.example:PORT, or {}:// with 127.0.0.1 or [::1].", secure, plain));
}

}  // namespace net

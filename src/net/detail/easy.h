// A handle of libcurl for one connection that a worker waits for. For the .cpp files of net/ only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/result.h"
#include "http/url.h"
#include "net/detail/curl.h"

namespace net {

struct EasyCleanup {
  void operator()(CURL* easy) const { curl()->easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;

template <class T>
void set_option(const Easy& easy, CURLoption option, T value) {
  // A failure here means a libcurl without the feature: nothing that a run could go on without.
  ENSURE(curl()->easy_setopt(easy.get(), option, value) == CURLE_OK);
}

// With the rules of every connection of ours: TLS 1.2 or newer, a name and an authority that are checked, no proxy and
// nothing from the environment. kUnavailable where libcurl is missing.
base::Result<Easy> make_easy(const std::string& url, const std::string& protocol, const std::string& ca_file);

// "PREFIX://host:port" as an address, where `secure` and `plain` are the prefixes; https and http stand for them in it.
base::Result<http::Url> parse_server(std::string_view text, std::string_view secure, std::string_view plain);

}  // namespace net

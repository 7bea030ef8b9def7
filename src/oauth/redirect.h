// The address to which Spotify sends the browser back (RFC 8252 section 7.3 and Spotify's own rules): https, or http on
// the literals 127.0.0.1 and [::1]. Spotify refuses the name localhost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace oauth {

class RedirectUri {
 public:
  // Any port of this machine; the port is the listener's.
  RedirectUri() = default;

  // The message of an error completes "<field> ...", as field tables want it, and names the fix.
  static base::Result<RedirectUri> parse(std::string_view text);
  static json::Object constraints();

  // As it was given. Spotify compares it letter by letter.
  const std::string& text() const { return text_; }
  // Whether a listener of this machine can receive the answer.
  bool is_loopback() const { return loopback_; }
  // "127.0.0.1" or "::1" for a loopback address, without brackets.
  const std::string& host() const { return host_; }
  const std::string& path() const { return path_; }
  std::optional<uint16_t> port() const { return port_; }
  // The same address with the port of a listener: Spotify ignores the port of a loopback literal that was registered
  // without one. Only for loopback addresses.
  RedirectUri with_port(uint16_t port) const;

  bool operator==(const RedirectUri&) const = default;

 private:
  std::string text_ = "http://127.0.0.1/callback";
  bool loopback_ = true;
  std::string host_ = "127.0.0.1";
  std::string path_ = "/callback";
  std::optional<uint16_t> port_;
};

}  // namespace oauth

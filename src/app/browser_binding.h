// Which browser a login belongs to: the one that first opened its address, which has a cookie from there. Whoever knows
// the answer of the login, and brings it with another browser, is a stranger.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "crypto/hash.h"
#include "http/message.h"

namespace app {

class BrowserBinding {
 public:
  // `path` is where the browser comes back to, and `lives` for how long it may.
  BrowserBinding(base::Random& random, std::string path, std::chrono::seconds lives);

  // The address that the person opens: its path alone, and with the key.
  const std::string& start_path() const { return start_path_; }
  std::string start_target() const;
  // The browser opens that address. Gives the Set-Cookie fields of the answer; none where this browser has the cookie
  // already. kInvalidArgument, with the reason as detail, for another address, for a browser that only looks ahead, and
  // for a second browser: the address is good for one.
  base::Result<std::vector<std::string>> open(const http::Request& request);
  // Whether the browser that comes back is that one. kInvalidArgument, with the reason as detail, where it is not.
  base::Result<void> check(const http::Request& request) const;

 private:
  std::string path_;
  std::chrono::seconds lives_;
  std::string name_;
  std::string start_path_;
  std::string key_;
  crypto::Digest cookie_;  // Of the cookie's value; it is made when the address is opened.
  base::Random& random_;
  bool opened_ = false;
};

}  // namespace app

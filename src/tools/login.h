// What the auth tools need of a login, as an interface: app/ implements it on top of oauth/ and the store. Nothing here
// carries a token.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/foreign_text.h"
#include "base/result.h"
#include "base/task.h"
#include "mcp/principal.h"

namespace tools {

// For so long before Spotify asks again the person is told of it.
inline constexpr std::chrono::days kEndsSoon{30};

struct LoginStatus {
  bool logged_in = false;
  // Spotify's id of the user, when it is known.
  std::optional<std::string> user_id = std::nullopt;
  base::ForeignText display_name = {};
  std::vector<std::string> scopes = {};
  // When the person last gave consent, and when Spotify will ask for it again (180 days later).
  std::optional<base::Wall> authorized_at = std::nullopt;
  std::optional<base::Wall> consent_ends_at = std::nullopt;
};

struct PendingLogin {
  // Where the person begins. The first browser that opens it is the one that may end the login.
  std::string url;
  // For a browser on another machine, whose last address has to be brought to complete(); empty where `url` is for that
  // already.
  std::string url_elsewhere = {};
  std::string redirect_uri;
  std::chrono::seconds valid_for{0};
  // True when this process listens on the redirect address, so that nothing has to be pasted back.
  bool completes_itself = false;
};

struct Logout {
  // False when there was no login to forget.
  bool was_logged_in = false;
};

class Login {
 public:
  virtual ~Login() = default;
  // No login is an answer here, not an error.
  virtual base::Task<base::Result<LoginStatus>> status(mcp::Principal principal) = 0;
  // Starts a login and keeps its state for `valid_for`; an earlier pending one of the same principal ends.
  virtual base::Task<base::Result<PendingLogin>> begin(mcp::Principal principal) = 0;
  // `callback_url` is the whole address that the browser ended on. kInvalidArgument when it belongs to no pending
  // login.
  virtual base::Task<base::Result<LoginStatus>> complete(mcp::Principal principal, std::string callback_url) = 0;
  // Forgets the stored login and what was cached for it.
  virtual base::Task<base::Result<Logout>> logout(mcp::Principal principal) = 0;
};

}  // namespace tools

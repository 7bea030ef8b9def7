// Logging in and out, for the command `login` and for the auth tools alike. One pending login per principal.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/callback_listener.h"
#include "audit/trail.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/random.h"
#include "oauth/authorization.h"
#include "oauth/refresher.h"
#include "oauth/token.h"
#include "spotify/client.h"
#include "store/archive.h"
#include "store/grants.h"
#include "tools/login.h"

namespace app {

// OAuth pending logins live so long (the security guide's session limit).
inline constexpr std::chrono::seconds kLoginLasts{300};

// The errors of a login that cannot begin, and of one whose answer did not come.
base::Error no_client_id();
base::Error nobody_answered();

enum class Answer {
  kListener,  // A loopback listener takes the browser's answer where the redirect address allows it.
  kPasted,    // The person brings it back.
};

struct LoginOptions {
  std::string accounts_url;
  oauth::ClientIdentity client;
  oauth::RedirectUri redirect_uri;
  std::vector<std::string> scopes;
  Answer answer = Answer::kListener;
  std::chrono::seconds lasts = kLoginLasts;
};

class LoginService final : public tools::Login {
 public:
  // All must outlive the service.
  struct Services {
    net::AsioLoop& loop;
    const base::Clock& clock;
    base::Random& random;
    base::Log& log;
    http::Client& http;
    store::Grants& grants;
    store::Archive& archive;
    oauth::Refresher& refresher;
    spotify::Client& spotify;
    audit::Trail& trail;
  };

  LoginService(Services services, LoginOptions options);
  ~LoginService() override;

  base::Task<base::Result<tools::LoginStatus>> status(mcp::Principal principal) override;
  base::Task<base::Result<tools::PendingLogin>> begin(mcp::Principal principal) override;
  base::Task<base::Result<tools::LoginStatus>> complete(mcp::Principal principal, std::string callback_url) override;
  base::Task<base::Result<tools::Logout>> logout(mcp::Principal principal) override;

  // The permissions that the next login asks for. Set before the first one: they follow from the tools, which need
  // this service.
  void ask_for(std::vector<std::string> scopes) { options_.scopes = std::move(scopes); }
  // Of logins that begin from now on.
  void set_life(std::chrono::seconds lasts) { options_.lasts = lasts; }
  void set_client(oauth::ClientIdentity client) { options_.client = std::move(client); }
  // Waits until the pending login has succeeded or can no longer: refused, or out of time (kDeadline).
  base::Task<base::Result<tools::LoginStatus>> wait(mcp::Principal principal);
  // Waits until no listener is left, so that the browser has its last page.
  base::Task<void> settle() { return running_.join(); }

 private:
  struct Pending;
  using Accepted = base::Result<oauth::Authorized>;

  CallbackListener::Visits visits_of(const std::string& principal, std::string start_path);
  // Sends the browser on to Spotify, bound to this login.
  base::Task<http::Response> started(std::string principal, http::Request request);
  base::Task<base::Result<std::string>> answered(std::string principal, http::Request request);
  // In a task of the service: whoever brought the answer may go away before the code is exchanged, and a code works
  // once.
  base::Task<base::Result<tools::LoginStatus>> finish(std::string principal, Accepted accepted);
  base::Task<base::Result<tools::LoginStatus>> exchange_and_end(std::string principal, Accepted accepted);
  base::Task<base::Result<void>> store_grant(std::string principal, oauth::Authorized authorized);
  void end(const std::string& principal, base::Result<tools::LoginStatus> outcome);
  // Over before anyone answered.
  void give_up(const std::string& principal, base::Error error);
  base::Task<void> forget_answers();
  base::Task<base::Result<void>> record(audit::Event event, std::string principal, std::string status,
                                        std::string reason = {}) const;

  Services services_;
  LoginOptions options_;
  std::map<std::string, std::shared_ptr<Pending>> pending_;
  base::TaskGroup running_;
};

}  // namespace app

// The way through the browser (RFC 6749 section 4.1, RFC 7636): the address to open, and the judgement of what comes
// back. It knows no socket: a listener, or a person who pastes, brings the answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "oauth/pkce.h"
#include "oauth/redirect.h"

namespace oauth {

struct AuthorizationRequest {
  std::string accounts_url = "https://accounts.spotify.com";
  std::string client_id;
  RedirectUri redirect_uri;
  std::vector<std::string> scopes;
};

// What the token endpoint wants to see.
struct Authorized {
  base::Secret code;
  base::Secret verifier;
  std::string redirect_uri;

  Authorized clone() const { return {code.clone(), verifier.clone(), redirect_uri}; }
};

// One login that waits for its answer. It takes one answer with the right state; a wrong state changes nothing, so that
// a stranger who reaches the listener can neither end nor take over the login.
class PendingAuthorization {
 public:
  PendingAuthorization(base::Random& random, const AuthorizationRequest& request, base::Instant expires_at);

  // The address to open in a browser.
  const std::string& url() const { return url_; }
  const RedirectUri& redirect_uri() const { return redirect_uri_; }
  base::Instant expires_at() const { return expires_at_; }
  bool is_open() const { return open_; }

  // `query` is the part after "?" of the address that the browser ended on.
  // kInvalidArgument: not an answer to this login, which stays open. kForbidden: the person or Spotify said no.
  // kDeadline: too late. kConflict: it was used before.
  base::Result<Authorized> accept(std::string_view query, base::Instant now);
  // The same from what a person pasted: the whole address, or only its query. An address that is not the redirect
  // address is refused.
  base::Result<Authorized> accept_pasted(std::string_view text, base::Instant now);

 private:
  std::string url_;
  RedirectUri redirect_uri_;
  base::Instant expires_at_;
  Pkce pkce_;
  base::Secret state_;
  bool open_ = true;
};

}  // namespace oauth

// The token endpoint (RFC 6749 sections 4.1.3 and 6, RFC 7636 section 4.5) as values: requests out, answers in. What an
// answer means for the login is decided here, once: only two words of Spotify end it, everything else passes.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "http/message.h"
#include "oauth/authorization.h"

namespace oauth {

// What a client is told when there is no login that works. Which tools it has, and so which permissions the login
// needs, is decided by the options of its server.
inline constexpr std::string_view kHowToLogIn =
    "Log in with get_auth_url where it is offered, or the person runs `spotify-mcp-server login` with the --config, "
    "--toolsets and --tools of this server.";

// Our registration at Spotify. The secret is optional: PKCE works without one.
struct ClientIdentity {
  std::string client_id;
  base::Secret client_secret;
  // The secret of before, while it is replaced: tried once where the new one is refused. Empty: there is none.
  base::Secret previous_secret = {};

  ClientIdentity clone() const { return {client_id, client_secret.clone(), previous_secret.clone()}; }
};

struct TokenReply {
  base::Secret access_token;
  // Spotify may leave it out of a refresh; then the old one stays good.
  std::optional<base::Secret> refresh_token;
  std::chrono::seconds expires_in{0};
  // Nothing when the answer did not say: then what was granted has not changed.
  std::optional<std::vector<std::string>> scopes;
};

// Why there is no token.
struct TokenFailure {
  enum class Kind {
    kGrantEnded,     // invalid_grant: this code or refresh token will never work again.
    kClientRefused,  // invalid_client: the registration is wrong; the person has to mend the configuration.
    kTransient,      // Everything else. The token that we hold may still be good.
  };
  Kind kind = Kind::kTransient;
  base::Error error;
};

// `accounts_url` is scheme and authority, such as "https://accounts.spotify.com".
http::Request exchange_request(const std::string& accounts_url, const ClientIdentity& client, Authorized authorized);
http::Request refresh_request(const std::string& accounts_url, const ClientIdentity& client,
                              const base::Secret& refresh_token);

// For an answer of the token endpoint, whatever its status.
std::expected<TokenReply, TokenFailure> read_token_reply(const http::Response& response);

}  // namespace oauth

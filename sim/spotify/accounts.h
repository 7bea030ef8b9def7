// The accounts service: GET /authorize, POST /api/token, and the tokens that the Web API then recognises. OAuth 2.0
// authorization code with PKCE (RFC 7636, S256) or with a client secret, refresh, client credentials.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/message.h"
#include "http/url.h"
#include "sim/spotify/config.h"
#include "sim/spotify/world.h"

namespace sim::spotify {

// What an access token stands for.
struct Access {
  std::string client_id;
  std::optional<std::string> user_id;  // None for client credentials.
  std::vector<std::string> scopes;
  base::Wall expires_at;

  bool has_scope(std::string_view scope) const;
};

struct Tokens {
  std::string access;
  std::string refresh;
};

class Accounts {
 public:
  Accounts(World& world, const base::Clock& clock);

  http::Response authorize(const http::Request& request);
  http::Response token(const http::Request& request);

  // Null for a token that was never issued or was revoked. An expired one is still known.
  const Access* find(std::string_view access_token) const;
  void expire(std::string_view access_token);
  // The user removes the app: every token of theirs is dead.
  void revoke(std::string_view user_id);
  // Tokens without the dance, for tests of the Web API alone.
  Tokens issue(std::string_view user_id, std::vector<std::string> scopes);
  // Refresh tokens that would work now.
  size_t live_refresh_tokens() const;

 private:
  struct Code {
    std::string client_id;
    std::string user_id;
    std::string redirect_uri;
    std::string challenge;  // Empty without PKCE.
    std::vector<std::string> scopes;
    base::Wall expires_at;
  };
  enum class ClientKind { kPublic, kConfidential };
  struct Refresh {
    std::string client_id;
    std::string user_id;
    std::vector<std::string> scopes;
    base::Wall authorized_at;
    ClientKind client = ClientKind::kPublic;
    bool is_revoked = false;
    std::string predecessor{};  // Revoked when this one is first used.
  };
  struct OauthError {
    std::string code;
    std::string description;
  };
  template <class T>
  using Outcome = std::expected<T, OauthError>;
  // The application that calls the token endpoint, and whether it proved to hold the secret.
  struct Caller {
    const App* app = nullptr;
    ClientKind kind = ClientKind::kPublic;
  };

  const App* find_app(std::string_view client_id) const;
  // An error page when the request may not lead to a redirect.
  std::optional<http::Response> refuse_page(const http::Parameters& query, const App* app) const;
  Outcome<Caller> identify(const http::Request& request, const http::Parameters& form) const;
  Outcome<json::Object> exchange_code(const Caller& caller, const http::Parameters& form);
  Outcome<json::Object> refresh(const Caller& caller, const http::Parameters& form);
  Outcome<json::Object> client_credentials(const Caller& caller);
  // Gives the token to use from now on when the mode rotates.
  std::optional<std::string> rotate(const std::string& token, Refresh& grant);
  std::string new_access(std::string_view client_id, std::optional<std::string> user_id,
                         std::vector<std::string> scopes);

  World& world_;
  const Config& config_;
  const base::Clock& clock_;
  base::Random& random_;
  std::map<std::string, Code, std::less<>> codes_;
  std::map<std::string, Access, std::less<>> access_;
  std::map<std::string, Refresh, std::less<>> refresh_;
};

// Whether `given` may stand for the registered one: equal, or equal but for the port of a loopback literal.
bool redirect_matches(std::string_view registered, std::string_view given);

}  // namespace sim::spotify

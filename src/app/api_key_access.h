// The guard of api-key mode: who holds an API key may call, within its scopes, from its addresses, until it expires or
// is revoked. With request signing the key never travels: each request carries a signature made with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/api_key.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "mcp/transport/streamable_http.h"
#include "policy/request_signature.h"
#include "store/api_keys.h"

namespace app {

class ApiKeyAccess final : public mcp::Authenticator {
 public:
  struct Services {
    store::ApiKeys& keys;
    store::Nonces& nonces;
    const base::Clock& clock;
    base::Log& log;
  };

  // All must outlive it. With `signing_keys` every request has to be signed, and a key in Authorization is not looked
  // at.
  ApiKeyAccess(Services services, store::SigningKeys* signing_keys)
      : services_(services), signing_keys_(signing_keys) {}

  // kUnauthenticated and, for a key that may not be used from there, kForbidden. Whoever does not have the secret
  // learns nothing of a key, not even whether there is one.
  base::Task<base::Result<mcp::Principal>> authenticate(const http::Request& request) override;

  // Whether a principal that was let in before would be now. Also where that cannot be known: its next request tells.
  base::Task<bool> may_go_on(std::string principal);

  // For WWW-Authenticate.
  static std::string_view challenge(bool signing);
  // The principal of a key.
  static std::string principal_of(std::string_view key_id);

 private:
  base::Task<base::Result<store::ApiKey>> by_bearer(const http::Request& request);
  base::Task<base::Result<store::ApiKey>> by_signature(const http::Request& request);
  base::Task<base::Result<std::optional<store::ApiKey>>> find(std::string id);
  base::Result<void> check_use(const store::ApiKey& key, std::string_view peer) const;

  Services services_;
  store::SigningKeys* signing_keys_;
};

}  // namespace app

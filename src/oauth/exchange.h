// The last step of a login: the code of the browser becomes a grant.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "oauth/authorization.h"
#include "oauth/token.h"
#include "store/grants.h"

namespace oauth {

struct ExchangeRequest {
  std::string accounts_url;
  ClientIdentity client;
  Authorized authorized;
  std::vector<std::string> asked_scopes;  // Granted when the answer does not say otherwise.
  base::Instant deadline;
};

// The answer of the token endpoint to what `make` builds; where it refuses our client secret and there is one of
// before, to the same request with that one. Errors are those of the transport. `client` outlives the task.
base::Task<base::Result<std::expected<TokenReply, TokenFailure>>> ask_for_token(
    http::Client& client, ClientIdentity identity, std::function<http::Request(const ClientIdentity&)> make);

// A code works once: the exchange is repeated only where it was refused for the client secret. The grant is not stored
// yet and has no user id. `clock` and `client` outlive the task.
base::Task<base::Result<store::Grant>> exchange_code(http::Client& client, const base::Clock& clock,
                                                     ExchangeRequest request);

}  // namespace oauth

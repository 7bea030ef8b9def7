// The last step of a login: the code of the browser becomes a grant.
#pragma once

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

// One request, never repeated: a code works once. The grant is not stored yet and has no user id. `clock` and
// `client` outlive the task.
base::Task<base::Result<store::Grant>> exchange_code(http::Client& client, const base::Clock& clock,
                                                     ExchangeRequest request);

}  // namespace oauth

// Where access tokens come from. The composition root gives the real source (oauth/ and the store); this folder only
// says what it needs.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

namespace spotify {

// `generation` grows with every refresh, so that any number of requests that were refused with the same token ask for
// one refresh between them.
struct AccessToken {
  base::Secret secret;
  uint64_t generation = 0;
  // The same for all tokens of one login. Another login may be another person's.
  int64_t login = 0;
};

class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that should be valid now, refreshed first when it is not. Callers that come while a refresh runs wait for
  // that one. kUnauthenticated when the user has to log in (again).
  virtual base::Task<base::Result<AccessToken>> access_token(base::Instant deadline) = 0;
  // Spotify refused the token of this generation: the next access_token() must give a later one. A generation that is
  // no longer the current one is ignored.
  virtual void rejected(uint64_t generation) = 0;
};

}  // namespace spotify

// Grants: what a person allowed us to do at Spotify, with the tokens that prove it. Whatever keeps them seals them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

namespace store {

// An ended grant stays stored, without use, so that the reason can be told until the next login.
enum class GrantState { kActive, kEnded };

struct Grant {
  GrantState state = GrantState::kActive;
  std::string user_id;  // Spotify's name for the account; empty when it was never learnt.
  std::vector<std::string> scopes;
  base::Secret access_token;
  base::Secret refresh_token;
  base::Wall access_expires_at;
  // When the person agreed. A refresh keeps it: Spotify ends a refresh token six months after this moment.
  base::Wall authorized_at;
  // Set by the store: which version of this principal's grant this is.
  int64_t generation = 0;

  Grant clone() const;
};

// One grant per principal. A write that has been answered survives a crash of the process and of the machine.
// Generations of one principal only grow, even across erase(), so that no late writer can take a new login for the
// grant that it once read.
class Grants {
 public:
  virtual ~Grants() = default;

  // Nothing when the principal is not logged in. kUnavailable when the store is damaged or its key is wrong.
  virtual base::Task<base::Result<std::optional<Grant>>> load(std::string principal) = 0;
  // Whether a grant could be written now: what would stop replace() or update() is said before a token is spent on it.
  virtual base::Task<base::Result<void>> check_writable(std::string principal) = 0;
  // A new login: whatever was there is replaced. Gives the new generation.
  virtual base::Task<base::Result<int64_t>> replace(std::string principal, Grant grant) = 0;
  // A change of the grant that was read as `grant.generation`. kConflict, and nothing is written, when the stored one
  // is another by now or gone. Gives the new generation.
  virtual base::Task<base::Result<int64_t>> update(std::string principal, Grant grant) = 0;
  // Logging out. Fine when there is nothing.
  virtual base::Task<base::Result<void>> erase(std::string principal) = 0;
};

}  // namespace store

// API keys of the clients of this server: who holds one may call, as far as its scopes go. What is kept of a key is a
// digest, and, sealed by whoever makes it, the key that its requests are signed with.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"

namespace store {

struct ApiKey {
  std::string id;     // Public: it names the key in lists, in the trail and in signatures.
  std::string label;  // What its owner calls it.
  std::vector<std::string> scopes;
  // Addresses and blocks it may be used from; none: from anywhere.
  std::vector<std::string> addresses;
  base::Wall created;
  base::Wall expires;
  std::optional<base::Wall> revoked = std::nullopt;
  std::string digest;       // SHA-256 of the whole key, 32 bytes.
  std::string signing_box;  // Sealed; empty where there is none.
};

class ApiKeys {
 public:
  virtual ~ApiKeys() = default;

  // kConflict where there is one of that id.
  virtual base::Task<base::Result<void>> add(ApiKey key) = 0;
  // What another process has answered is seen.
  virtual base::Task<base::Result<std::optional<ApiKey>>> find(std::string id) = 0;
  // The oldest first, revoked ones too.
  virtual base::Task<base::Result<std::vector<ApiKey>>> list() = 0;
  // False where there is none of that id. One that is revoked already keeps its time.
  virtual base::Task<base::Result<bool>> revoke(std::string id, base::Wall now) = 0;
};

// What the requests of an API key are signed with, kept sealed.
class SigningKeys {
 public:
  virtual ~SigningKeys() = default;

  // Adds the API key, with its signing key in the box of the row. kConflict where there is one of that id.
  virtual base::Task<base::Result<void>> add_signing(ApiKey key, base::Secret signing_key) = 0;
  // Nothing where there is no API key of that id. kForbidden when its box does not open: it was changed from outside,
  // or was sealed under a master key that is gone.
  virtual base::Task<base::Result<std::optional<base::Secret>>> signing_key(std::string id) = 0;
};

// Nonces that were used: each is good for one request, also after a restart.
class Nonces {
 public:
  // Of all that have not expired: twice the window of signatures at 1,700 requests a second.
  static constexpr size_t kKeptMax = 1'000'000;

  virtual ~Nonces() = default;
  // Whether the nonce is used for the first time by this key; then it is kept until `expires`, also across a crash of
  // the machine. Those that expired before `now` are forgotten. kRateLimited when too many are kept, which each process
  // judges by what it has seen.
  virtual base::Task<base::Result<bool>> use(std::string key_id, std::string nonce, base::Wall expires,
                                             base::Wall now) = 0;
};

}  // namespace store

// Seals grants for whatever keeps them: AES-256-GCM under a key derived from the master key. A box opens only as the
// grant that it was written as: principal, key and generation are bound to it.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/key.h"
#include "store/grants.h"

namespace store {

class Vault {
 public:
  explicit Vault(const crypto::Key& master);

  // Names the key without giving it away. It also commits to it: AES-GCM alone lets one box open under two keys.
  const std::string& key_id() const { return key_id_; }

  std::string seal(base::Random& random, const std::string& principal, int64_t generation, const Grant& grant) const;
  // kUnavailable when the box was changed, or belongs to another principal, key or generation.
  base::Result<Grant> open(const std::string& principal, int64_t generation, const std::string& box) const;

 private:
  std::string binding(const std::string& principal, int64_t generation) const;

  std::string key_id_;
  crypto::Aes256Gcm cipher_;
};

}  // namespace store

// Seals grants for whatever keeps them: AES-256-GCM under a data key that is drawn for this one box, and the data key
// under the key of the vault. A row opens only as the grant that it was written as: principal, key and generation are
// bound to it. A new key of the vault touches the data keys alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/key.h"
#include "store/grants.h"

namespace store {

// What is stored of a grant.
struct SealedGrant {
  std::string key_id;    // The key that `data_key` is under.
  std::string data_key;  // Sealed.
  std::string box;
};

class Vault {
 public:
  // Seals under this key.
  explicit Vault(const crypto::Key& primary);
  // Also opens what is under that one.
  void add(const crypto::Key& older);

  // See store::key_id(). Of the key that seals.
  const std::string& key_id() const { return primary_; }
  bool has(std::string_view key_id) const { return ciphers_.contains(key_id); }

  SealedGrant seal(base::Random& random, const std::string& principal, int64_t generation, const Grant& grant) const;
  // kUnavailable when the row was changed, or belongs to another principal, generation or key.
  base::Result<Grant> open(const std::string& principal, int64_t generation, const SealedGrant& sealed) const;
  // The same grant with its data key under the key that seals now. Errors as in open(); the box is not opened.
  base::Result<SealedGrant> rewrap(base::Random& random, const std::string& principal, int64_t generation,
                                   const SealedGrant& sealed) const;

  // What was written before there were data keys: one box directly under the first key of this master key.
  static std::string direct_key_id(const crypto::Key& master);
  static base::Result<Grant> open_direct(const crypto::Key& master, const std::string& principal, int64_t generation,
                                         const std::string& box);

 private:
  base::Result<crypto::Key> data_key(const std::string& principal, int64_t generation, const SealedGrant& sealed) const;

  std::string primary_;
  std::map<std::string, crypto::Aes256Gcm, std::less<>> ciphers_;  // By key id.
};

}  // namespace store

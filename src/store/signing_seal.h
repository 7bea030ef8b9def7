// Seals what the requests of API keys are signed with, under the keys of store::kSigningKeys.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/aead.h"
#include "crypto/key.h"
#include "store/api_keys.h"

namespace store {

class SigningSeal {
 public:
  // The first key seals, each opens. At least one.
  explicit SigningSeal(const std::vector<crypto::Key>& keys);

  // The row says which API key it is; its box is not looked at.
  std::string seal(base::Random& random, const ApiKey& row, const base::Secret& signing_key) const;
  // kForbidden for a box that was changed, or is of another row or another key.
  base::Result<base::Secret> open(const ApiKey& row) const;

 private:
  std::vector<crypto::Aes256Gcm> ciphers_;
};

}  // namespace store

// API keys and nonces in memory: for tests, and as the plainest statement of what an adapter must do.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/api_keys.h"

namespace store {

class MemoryApiKeys final : public ApiKeys, public SigningKeys {
 public:
  base::Task<base::Result<void>> add(ApiKey key) override;
  base::Task<base::Result<std::optional<ApiKey>>> find(std::string id) override;
  base::Task<base::Result<std::vector<ApiKey>>> list() override;
  base::Task<base::Result<bool>> revoke(std::string id, base::Wall now) override;
  base::Task<base::Result<void>> add_signing(ApiKey key, base::Secret signing_key) override;
  base::Task<base::Result<std::optional<base::Secret>>> signing_key(std::string id) override;

 private:
  std::vector<ApiKey> keys_;
  std::map<std::string, base::Secret> signing_keys_;  // By id.
};

class MemoryNonces final : public Nonces {
 public:
  explicit MemoryNonces(size_t kept_max = kKeptMax) : kept_max_(kept_max) {}

  base::Task<base::Result<bool>> use(std::string key_id, std::string nonce, base::Wall expires,
                                     base::Wall now) override;

 private:
  size_t kept_max_;
  std::map<std::pair<std::string, std::string>, base::Wall> kept_;
};

base::Error too_many_nonces();
base::Error key_is_there();

}  // namespace store

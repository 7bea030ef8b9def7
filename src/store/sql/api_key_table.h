// API keys and nonces in their tables, on a connection of their own. It is opened at the first use, on the worker.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.h"
#include "store/api_keys.h"
#include "store/sql/database.h"

namespace store::sql {

class ApiKeyTable : public ApiKeys, public Nonces {
 public:
  // Both must outlive it.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
  };

  ApiKeyTable(Services services, std::shared_ptr<const Place> place, size_t nonces_max = kKeptMax);
  // Work that the worker has begun is finished.
  ~ApiKeyTable() override;
  ApiKeyTable(const ApiKeyTable&) = delete;
  ApiKeyTable& operator=(const ApiKeyTable&) = delete;

  base::Task<base::Result<void>> add(ApiKey key) override;
  base::Task<base::Result<std::optional<ApiKey>>> find(std::string id) override;
  base::Task<base::Result<std::vector<ApiKey>>> list() override;
  base::Task<base::Result<bool>> revoke(std::string id, base::Wall now) override;
  base::Task<base::Result<bool>> use(std::string key_id, std::string nonce, base::Wall expires,
                                     base::Wall now) override;

 private:
  struct Core;

  Services services_;
  // Shared with the work on the worker, which may outlive a dropped task.
  std::shared_ptr<Core> core_;
};

}  // namespace store::sql

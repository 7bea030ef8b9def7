// Grants, the quota ledger and small facts in one SQLite file, the grants sealed. It is opened at the first use, on the
// worker; the loop never waits for the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/key.h"
#include "store/facts.h"
#include "store/grants.h"
#include "store/quota.h"
#include "store/sqlite/migrations.h"

namespace store::sqlite {

// Whether the file holds what only the key of before opens.
enum class Sealed { kNothing, kSomething };

struct StoreOptions {
  std::string directory;
  // The key that seals the grants. Called on the worker, once, when a grant is first written or read; it may block,
  // and may make the key when nothing is sealed yet. Its error becomes the error of the call.
  std::function<base::Result<crypto::Key>(Sealed)> master_key;
};

class Store final : public Grants, public Quota, public Facts {
 public:
  // The name of the file in the directory.
  static constexpr const char* kFileName = kDatabaseName;

  // All must outlive the store; `random` is used on the worker's thread.
  struct Services {
    base::Loop& loop;
    base::Worker& worker;
    base::Random& random;
  };

  Store(Services services, StoreOptions options);
  // Work that the worker has begun is finished.
  ~Store() override;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::string& directory() const { return directory_; }
  // Opens the database now, so that a damaged one is told at start. Needs no key.
  base::Task<base::Result<void>> open();

  // kUnavailable, and nothing changes, when the stored grant was sealed under another key.
  base::Task<base::Result<std::optional<Grant>>> load(std::string principal) override;
  // Whether anybody's grant is sealed here. Opens the file.
  base::Task<base::Result<Sealed>> sealed();
  base::Task<base::Result<void>> check_writable(std::string principal) override;
  base::Task<base::Result<int64_t>> replace(std::string principal, Grant grant) override;
  base::Task<base::Result<int64_t>> update(std::string principal, Grant grant) override;
  // Needs no key: one may always log out.
  base::Task<base::Result<void>> erase(std::string principal) override;

  base::Task<base::Result<QuotaState>> load() override;
  base::Task<base::Result<void>> block(std::string bucket, base::Wall until) override;
  base::Task<base::Result<void>> count(std::vector<QuotaCount> more) override;

  base::Task<base::Result<std::optional<Fact>>> fact(std::string name) override;
  base::Task<base::Result<void>> learn(std::string name, Fact fact) override;

 private:
  struct Core;

  Services services_;
  std::string directory_;
  // Shared with the work on the worker, which may outlive a dropped task.
  std::shared_ptr<Core> core_;
};

}  // namespace store::sqlite

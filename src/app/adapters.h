// The small bridges between folders that must not know each other: tokens for spotify/ from oauth/, its quota blocks
// into the store.
#pragma once

#include <vector>

#include "oauth/refresher.h"
#include "spotify/gate.h"
#include "spotify/token_source.h"
#include "store/quota.h"

namespace app {

class RefresherTokens final : public spotify::TokenSource {
 public:
  // The refresher must outlive it.
  explicit RefresherTokens(oauth::Refresher& refresher) : refresher_(refresher) {}
  base::Task<base::Result<spotify::AccessToken>> access_token(base::Instant deadline) override;
  void rejected(uint64_t generation) override;

 private:
  oauth::Refresher& refresher_;
};

class StoredQuota final : public spotify::QuotaStore {
 public:
  // The store must outlive it.
  explicit StoredQuota(store::Quota& quota) : quota_(quota) {}
  base::Task<base::Result<std::vector<spotify::Block>>> load() override;
  base::Task<base::Result<void>> save(std::vector<spotify::Block> blocks) override;

 private:
  store::Quota& quota_;
};

}  // namespace app

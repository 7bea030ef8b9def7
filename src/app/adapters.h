// The small bridges between folders that must not know each other: tokens for spotify/ from oauth/, its quota blocks
// into the store, and the store's errors on their way to a client.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "mcp/request_state.h"
#include "oauth/refresher.h"
#include "spotify/gate.h"
#include "spotify/regime.h"
#include "spotify/token_source.h"
#include "store/facts.h"
#include "store/grants.h"
#include "store/leases.h"
#include "store/quota.h"
#include "store/sql/store.h"

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
  base::Task<base::Result<spotify::QuotaRecord>> load() override;
  base::Task<base::Result<void>> save(spotify::QuotaRecord record) override;

 private:
  store::Quota& quota_;
};

// The regime of one app, under its client id.
class StoredRegime final : public spotify::RegimeStore {
 public:
  // The store must outlive it.
  StoredRegime(store::Facts& facts, std::string_view client_id) : facts_(facts), name_("regime:") {
    name_ += client_id;
  }
  base::Task<base::Result<std::optional<spotify::FoundRegime>>> load_regime() override;
  base::Task<base::Result<void>> save_regime(spotify::FoundRegime found) override;

 private:
  store::Facts& facts_;
  std::string name_;
};

// Whether errors may name paths of this machine: to the person who types a command, who needs them, but to no client.
enum class Paths { kShown, kHidden };

// The error as that audience may see it. What is hidden goes to the log, and the message says which command tells it.
base::Error without_paths(base::Error error, Paths paths, base::Log& log);

class GuardedGrants final : public store::Grants {
 public:
  // Both must outlive it.
  GuardedGrants(store::Grants& grants, base::Log& log, Paths paths) : grants_(grants), log_(log), paths_(paths) {}
  base::Task<base::Result<std::optional<store::Grant>>> load(std::string principal) override;
  base::Task<base::Result<void>> check_writable(std::string principal) override;
  base::Task<base::Result<int64_t>> replace(std::string principal, store::Grant grant) override;
  base::Task<base::Result<int64_t>> update(std::string principal, store::Grant grant) override;
  base::Task<base::Result<void>> erase(std::string principal) override;

 private:
  store::Grants& grants_;
  base::Log& log_;
  Paths paths_;
};

class GuardedLeases final : public store::Leases {
 public:
  // Both must outlive it.
  GuardedLeases(store::Leases& leases, base::Log& log, Paths paths) : leases_(leases), log_(log), paths_(paths) {}
  base::Task<base::Result<std::unique_ptr<store::Lease>>> acquire(std::string principal,
                                                                  base::Instant deadline) override;

 private:
  store::Leases& leases_;
  base::Log& log_;
  Paths paths_;
};

// States that confirmed a change, kept with everything else: none is taken twice, also after a new start.
class StoredSpentStates final : public mcp::SpentStates {
 public:
  // Both must outlive it.
  StoredSpentStates(store::sql::Store& store, base::Log& log) : store_(store), log_(log) {}
  base::Task<Spending> spend(std::string principal, std::string id, base::Wall until) override;
  // The same for a ticket, which names its principal itself.
  base::Task<bool> spend_ticket(std::string ticket, base::Wall until);

 private:
  store::sql::Store& store_;
  base::Log& log_;
};

}  // namespace app

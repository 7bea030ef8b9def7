// The Spotify side of the program, put together: store, login, tokens, pacing, client. One account, one principal.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "app/adapters.h"
#include "app/login_service.h"
#include "app/master_key.h"
#include "app/metered.h"
#include "app/metrics.h"
#include "app/process.h"
#include "audit/trail.h"
#include "config/settings.h"
#include "net/http_client.h"
#include "oauth/refresher.h"
#include "spotify/client.h"
#include "spotify/gate.h"
#include "spotify/regime.h"
#include "store/leases.h"
#include "store/sql/archive_table.h"
#include "store/sql/store.h"
#include "store/sqlite/response_cache.h"

namespace app {

struct AccountOptions {
  Answer answer = Answer::kListener;
  // Zero: as the settings say.
  std::chrono::seconds login_lasts{0};
  // A command may tell the person where a file is; what a server says reaches its clients.
  Paths paths = Paths::kHidden;
  // Called once, on the worker, with the path of a key file that was just made. Empty where none is ever made.
  std::function<void(const std::string&)> key_made = nullptr;
  // Hears of logins, and of requests that were stopped for where they would have gone. It must outlive the account;
  // null: nobody does.
  audit::Trail* trail = nullptr;
  // Counts the requests to Spotify. It must outlive the account; null: nobody does.
  Metrics* metrics = nullptr;
};

// Built top to bottom in the order of the floors, taken down in reverse. Neither disk nor network is touched before
// the first use.
class Account {
 public:
  // `settings` have passed config::check. The process must outlive the account.
  static base::Result<std::unique_ptr<Account>> make(Process& process, const config::Settings& settings,
                                                     AccountOptions options);
  ~Account() = default;
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  store::sql::Store& store() { return store_; }
  store::Archive& archive() { return archive_; }
  // The stored login, and what was kept for its person: receipts and snapshots. Needs no key. The cached answers are
  // forgotten apart (spotify()).
  base::Task<base::Result<void>> forget(std::string principal);
  // Whether a master key may be made where there is none. Opens the store.
  base::Task<base::Result<NoKeyFile>> no_key_file();
  oauth::Refresher& refresher() { return refresher_; }
  spotify::Gate& gate() { return gate_; }
  spotify::RegimeProbe& regime() { return regime_; }
  const std::shared_ptr<spotify::Client>& spotify() { return spotify_; }
  LoginService& login() { return login_; }
  // Takes over what may change while it runs (config/live.h).
  void apply(const config::Settings& settings);
  // Lets what Spotify has issued reach the store, and the last page reach the browser.
  base::Task<void> settle();

 private:
  struct Parts;
  Account(Process& process, Parts parts);

  audit::NullTrail no_trail_;
  // As the command asked; otherwise the settings say it.
  bool login_life_is_fixed_;
  net::CurlClient curl_;
  MeteredClient http_;
  store::sql::Store store_;
  store::sql::ArchiveTable archive_;
  std::unique_ptr<store::Leases> leases_;
  GuardedGrants guarded_grants_;
  GuardedLeases guarded_leases_;
  oauth::Refresher refresher_;
  RefresherTokens tokens_;
  StoredQuota quota_;
  spotify::Gate gate_;
  StoredRegime stored_regime_;
  spotify::RegimeProbe regime_;
  // Null when answers are not cached.
  std::unique_ptr<store::sqlite::ResponseCache> cache_;
  std::shared_ptr<spotify::Client> spotify_;
  LoginService login_;
};

}  // namespace app

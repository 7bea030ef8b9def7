#include "app/account.h"

#include <algorithm>
#include <utility>

#include "app/cache_file.h"
#include "app/master_key.h"
#include "app/stores.h"
#include "http/url.h"
#include "mcp/principal.h"
#include "os/environment.h"

namespace app {
namespace {

constexpr std::chrono::milliseconds kAttemptMax{15'000};

spotify::ClientOptions client_options(const config::Settings& settings, http::Url api) {
  spotify::ClientOptions options;
  options.api = std::move(api);
  // A call has its own deadline (api.timeout), which may become longer by a reload.
  options.attempt_max = kAttemptMax;
  if (!settings.cache.enabled) options.cache = {.entries_max = 0, .bytes_max = 0};
  // What an app is shown is not what another one is shown.
  options.cache_owner = mcp::Principal().id + "@" + settings.spotify.client_id;
  return options;
}

std::optional<store::sqlite::ResponseCacheOptions> cache_options(const config::Settings& settings) {
  if (!settings.cache.enabled) return std::nullopt;
  const CacheFile file = cache_file(settings);
  return store::sqlite::ResponseCacheOptions{.directory = file.directory, .file_name = file.name};
}

std::unique_ptr<store::sqlite::ResponseCache> cache_of(Process& process,
                                                       std::optional<store::sqlite::ResponseCacheOptions> options) {
  if (!options) return nullptr;
  return std::make_unique<store::sqlite::ResponseCache>(
      store::sqlite::ResponseCache::Services{process.loop, process.worker, process.clock}, *std::move(options));
}

std::optional<spotify::Regime> fixed_regime(const config::Settings& settings) {
  switch (settings.spotify.regime) {
    case config::Regime::kAuto:
      return std::nullopt;
    case config::Regime::kDev2026:
      return spotify::Regime::kDev2026;
    case config::Regime::kDevLegacy:
      return spotify::Regime::kDevLegacy;
    case config::Regime::kExtended:
      return spotify::Regime::kExtended;
  }
  return std::nullopt;
}

std::function<void(const net::Denial&)> told_to(audit::Trail* trail) {
  if (trail == nullptr) return nullptr;
  return [trail](const net::Denial& denial) {
    const bool untrusted = denial.kind == net::Denial::Kind::kTrust;
    trail->note({.event = untrusted ? audit::Event::kTlsRefused : audit::Event::kEgressDenied,
                 .source = "local",
                 .request = {{"server", audit::Hidden{denial.server}}},
                 .status = std::string(base::code_name(untrusted ? base::Code::kUnavailable : base::Code::kForbidden)),
                 .reason = denial.reason});
  };
}

oauth::ClientIdentity client_of(const config::Settings& settings) {
  return {settings.spotify.client_id, settings.spotify.client_secret.secret.clone(),
          settings.spotify.client_secret_previous.secret.clone()};
}

std::chrono::seconds login_life(const config::Settings& settings) {
  return std::chrono::minutes(settings.security.session_timeout_minutes.value());
}

NoKeyFile none_for(store::sql::Sealed sealed) {
  return sealed == store::sql::Sealed::kSomething ? NoKeyFile::kRefuse : NoKeyFile::kMake;
}

}  // namespace

// Everything that can fail, done before anything is built.
struct Account::Parts {
  net::CurlClientOptions http;
  store::sql::StoreOptions store;
  std::unique_ptr<store::Leases> leases;
  oauth::RefresherOptions refresher;
  spotify::PacingOptions pacing;
  spotify::ClientOptions client;
  std::string client_id;
  std::optional<spotify::Regime> regime;
  std::optional<store::sqlite::ResponseCacheOptions> cache;
  LoginOptions login;
  bool login_life_is_fixed = false;
  Paths paths = Paths::kHidden;
  audit::Trail* trail = nullptr;
  Metrics* metrics = nullptr;
  std::string api_url;
};

base::Result<std::unique_ptr<Account>> Account::make(Process& process, const config::Settings& settings,
                                                     AccountOptions options) {
  TRY(http::Url api, spotify::parse_api_url(settings.api.base_url));
  TRY(const http::Url accounts, http::parse_url(settings.api.accounts_url));
  TRY(const oauth::RedirectUri redirect, oauth::RedirectUri::parse(settings.spotify.redirect_uri));
  const oauth::ClientIdentity client = client_of(settings);
  const bool fixed = options.login_lasts.count() > 0;
  const std::chrono::seconds lasts = fixed ? options.login_lasts : login_life(settings);
  Parts parts;
  parts.api_url = api.server_url();
  parts.http.allowed_servers = {api.server_url(), accounts.server_url()};
  parts.http.denied = told_to(options.trail);
  const MasterKeyPlaces places = key_places(settings, process.environment);
  parts.store = {.place = store_place(settings),
                 .master_key = [&process, places, made = std::move(options.key_made)](store::sql::Sealed sealed) {
                   return master_key(places, process.environment, process.random, none_for(sealed), made);
                 }};
  parts.leases = store_leases(process, settings);
  parts.refresher.accounts_url = accounts.server_url();
  parts.refresher.client = client.clone();
  parts.pacing.window_requests_max = static_cast<int>(settings.api.rate_limit.value());
  parts.client = client_options(settings, std::move(api));
  parts.client_id = settings.spotify.client_id;
  parts.regime = fixed_regime(settings);
  parts.cache = cache_options(settings);
  parts.login = {.accounts_url = accounts.server_url(),
                 .client = client.clone(),
                 .redirect_uri = redirect,
                 .scopes = {},
                 .answer = options.answer,
                 .lasts = lasts};
  parts.login_life_is_fixed = fixed;
  parts.paths = options.paths;
  parts.trail = options.trail;
  parts.metrics = options.metrics;
  if (options.trail != nullptr) {
    parts.refresher.failed = [trail = options.trail](const base::Error& error) {
      trail->note({.event = audit::Event::kRefreshFailed,
                   .user = mcp::Principal().id,
                   .source = "local",
                   .status = std::string(base::code_name(error.code))});
    };
  }
  return std::unique_ptr<Account>(new Account(process, std::move(parts)));
}

Account::Account(Process& process, Parts parts)
    : login_life_is_fixed_(parts.login_life_is_fixed),
      curl_(process.loop, std::move(parts.http)),
      http_(process.loop, parts.metrics, curl_, std::move(parts.api_url)),
      store_({process.loop, process.worker, process.random, process.clock}, parts.store),
      archive_({process.loop, process.worker}, parts.store.place),
      leases_(std::move(parts.leases)),
      guarded_grants_(store_, process.log, parts.paths),
      guarded_leases_(*leases_, process.log, parts.paths),
      refresher_({process.loop, process.clock, process.log, http_, guarded_grants_, guarded_leases_},
                 std::move(parts.refresher)),
      tokens_(refresher_),
      quota_(store_),
      gate_(process.loop, process.clock, process.log, parts.pacing, &quota_),
      stored_regime_(store_, parts.client_id),
      regime_(parts.regime, process.clock, &stored_regime_),
      cache_(cache_of(process, std::move(parts.cache))),
      spotify_(std::make_shared<spotify::Client>(
          spotify::Client::Services{http_, tokens_, gate_, process.loop, process.clock, process.random, process.log,
                                    &regime_, cache_.get()},
          std::move(parts.client))),
      login_({process.loop, process.clock, process.random, process.log, http_, guarded_grants_, archive_, refresher_,
              *spotify_, parts.trail != nullptr ? *parts.trail : no_trail_},
             std::move(parts.login)) {}

base::Task<base::Result<NoKeyFile>> Account::no_key_file() {
  CO_TRY(const store::sql::Sealed sealed, co_await store_.sealed());
  co_return none_for(sealed);
}

void Account::apply(const config::Settings& settings) {
  gate_.set_rate(static_cast<int>(settings.api.rate_limit.value()));
  refresher_.set_client(client_of(settings));
  login_.set_client(client_of(settings));
  if (!login_life_is_fixed_) login_.set_life(login_life(settings));
}

base::Task<base::Result<void>> Account::forget(std::string principal) {
  CO_TRY_VOID(co_await store_.erase(principal));
  co_return co_await archive_.forget(std::move(principal));
}

base::Task<void> Account::settle() {
  co_await login_.settle();
  co_await refresher_.join();
  co_await gate_.settle();
}

}  // namespace app

#include "app/account.h"

#include <algorithm>
#include <utility>

#include "app/master_key.h"
#include "http/url.h"
#include "os/environment.h"

namespace app {
namespace {

constexpr std::chrono::milliseconds kAttemptMax{15'000};

spotify::ClientOptions client_options(const config::Settings& settings, http::Url api) {
  spotify::ClientOptions options;
  options.api = std::move(api);
  options.attempt_max = std::min(kAttemptMax, std::chrono::milliseconds(settings.api.timeout.value() * 1000));
  if (!settings.cache.enabled) options.cache = {.entries_max = 0, .bytes_max = 0};
  return options;
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

NoKeyFile none_for(store::sqlite::Sealed sealed) {
  return sealed == store::sqlite::Sealed::kSomething ? NoKeyFile::kRefuse : NoKeyFile::kMake;
}

}  // namespace

// Everything that can fail, done before anything is built.
struct Account::Parts {
  net::CurlClientOptions http;
  store::sqlite::StoreOptions store;
  oauth::RefresherOptions refresher;
  spotify::PacingOptions pacing;
  spotify::ClientOptions client;
  LoginOptions login;
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
  const oauth::ClientIdentity client{settings.spotify.client_id, settings.spotify.client_secret.secret.clone()};
  const std::chrono::seconds lasts = options.login_lasts.count() > 0
                                         ? options.login_lasts
                                         : std::chrono::minutes(settings.security.session_timeout_minutes.value());
  Parts parts;
  parts.api_url = api.server_url();
  parts.http.allowed_servers = {api.server_url(), accounts.server_url()};
  parts.http.denied = told_to(options.trail);
  const MasterKeyPlaces places = key_places(settings, process.environment);
  parts.store = {.directory = settings.storage.directory,
                 .master_key = [&process, places, made = std::move(options.key_made)](store::sqlite::Sealed sealed) {
                   return master_key(places, process.environment, process.random, none_for(sealed), made);
                 }};
  parts.refresher.accounts_url = accounts.server_url();
  parts.refresher.client = client.clone();
  parts.pacing.window_requests_max = static_cast<int>(settings.api.rate_limit.value());
  parts.client = client_options(settings, std::move(api));
  parts.login = {.accounts_url = accounts.server_url(),
                 .client = client.clone(),
                 .redirect_uri = redirect,
                 .scopes = {},
                 .answer = options.answer,
                 .lasts = lasts};
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
    : curl_(process.loop, std::move(parts.http)),
      http_(process.loop, parts.metrics, curl_, std::move(parts.api_url)),
      store_({process.loop, process.worker, process.random}, std::move(parts.store)),
      leases_(process.loop, store_.directory()),
      guarded_grants_(store_, process.log, parts.paths),
      guarded_leases_(leases_, process.log, parts.paths),
      refresher_({process.loop, process.clock, process.log, http_, guarded_grants_, guarded_leases_},
                 std::move(parts.refresher)),
      tokens_(refresher_),
      quota_(store_),
      gate_(process.loop, process.clock, process.log, parts.pacing, &quota_),
      spotify_(std::make_shared<spotify::Client>(
          spotify::Client::Services{http_, tokens_, gate_, process.loop, process.clock, process.random, process.log},
          std::move(parts.client))),
      login_({process.loop, process.clock, process.random, process.log, http_, guarded_grants_, refresher_, *spotify_,
              parts.trail != nullptr ? *parts.trail : no_trail_},
             std::move(parts.login)) {}

base::Task<base::Result<NoKeyFile>> Account::no_key_file() {
  CO_TRY(const store::sqlite::Sealed sealed, co_await store_.sealed());
  co_return none_for(sealed);
}

base::Task<void> Account::settle() {
  co_await login_.settle();
  co_await refresher_.join();
}

}  // namespace app

#include "app/login_service.h"

#include "app/browser_binding.h"
#include "app/pages.h"
#include "http/url.h"
#include "oauth/exchange.h"

namespace app {
namespace {

constexpr std::chrono::seconds kExchangeMax{30};

base::Task<void> close_listener(std::unique_ptr<CallbackListener> listener) { co_await listener->close(); }

}  // namespace

base::Error no_client_id() {
  return {base::Code::kInvalidArgument,
          "There is no Spotify client ID. Make an app in Spotify's developer dashboard with the redirect URI "
          "http://127.0.0.1/callback, then run: spotify-mcp-server config set spotify.client_id YOUR-CLIENT-ID (or set "
          "SPOTIFY_CLIENT_ID).",
          {},
          std::nullopt};
}

base::Error nobody_answered() {
  return {base::Code::kDeadline,
          "Nobody logged in in time. If the browser showed INVALID_CLIENT or an illegal redirect URI, check "
          "spotify.client_id and the redirect URI in the Spotify dashboard. Then run the login again.",
          {},
          std::nullopt};
}

struct LoginService::Pending {
  std::optional<oauth::PendingAuthorization> authorization;
  // Both or neither.
  std::optional<BrowserBinding> browser;
  std::unique_ptr<CallbackListener> listener;
  std::optional<base::Completion<base::Result<tools::LoginStatus>>> done;
  std::optional<base::Timer> timeout;
};

LoginService::LoginService(Services services, LoginOptions options)
    : services_(services), options_(std::move(options)), running_(services.loop) {}

LoginService::~LoginService() = default;

base::Task<base::Result<tools::LoginStatus>> LoginService::status(mcp::Principal) {
  CO_TRY(const oauth::LoginState state, co_await services_.refresher.state());
  tools::LoginStatus status;
  status.logged_in = state.kind == oauth::LoginState::Kind::kLoggedIn;
  if (state.kind == oauth::LoginState::Kind::kLoggedOut) co_return status;
  if (!state.user_id.empty()) status.user_id = state.user_id;
  status.scopes = state.scopes;
  status.authorized_at = state.authorized_at;
  status.consent_ends_at = state.authorized_at + oauth::kConsentLasts;
  co_return status;
}

base::Task<base::Result<tools::PendingLogin>> LoginService::begin(mcp::Principal principal) {
  if (options_.client.client_id.empty()) co_return std::unexpected(no_client_id());
  // A consent is not asked for when what comes of it could not be kept.
  CO_TRY_VOID(co_await services_.grants.check_writable(principal.id));
  auto recording = record(audit::Event::kLoginBegun, principal.id, "ok");
  CO_TRY_VOID(co_await std::move(recording));
  if (const auto old = pending_.find(principal.id); old != pending_.end()) {
    give_up(principal.id,
            {base::Code::kCancelled, "A newer login has taken the place of this one.", {}, std::nullopt});
  }
  const auto pending = std::make_shared<Pending>();
  oauth::AuthorizationRequest request{options_.accounts_url, options_.client.client_id, options_.redirect_uri,
                                      options_.scopes};
  if (options_.answer == Answer::kListener && options_.redirect_uri.is_loopback()) {
    pending->browser.emplace(services_.random, options_.redirect_uri.path(), options_.lasts);
    auto listener = CallbackListener::open(services_.loop, services_.log, options_.redirect_uri,
                                           visits_of(principal.id, pending->browser->start_path()));
    if (!listener) co_return std::unexpected(std::move(listener).error());
    pending->listener = *std::move(listener);
    request.redirect_uri = pending->listener->address();
  }
  pending->authorization.emplace(services_.random, request, services_.loop.now() + options_.lasts);
  pending->done.emplace(services_.loop);
  pending->timeout.emplace(services_.loop, pending->authorization->expires_at(),
                           [this, id = principal.id] { give_up(id, nobody_answered()); });
  pending_[principal.id] = pending;
  services_.log.event(base::Level::kInfo, "login.begun");
  tools::PendingLogin begun{.url = pending->authorization->url(),
                            .redirect_uri = pending->authorization->redirect_uri().text(),
                            .valid_for = options_.lasts,
                            .completes_itself = pending->listener != nullptr};
  if (pending->listener) {
    begun.url_elsewhere = std::move(begun.url);
    begun.url = pending->listener->server_url() + pending->browser->start_target();
  }
  co_return begun;
}

CallbackListener::Visits LoginService::visits_of(const std::string& principal, std::string start_path) {
  return {.start_path = std::move(start_path),
          .started = [this, principal](http::Request request) { return started(principal, std::move(request)); },
          .answered = [this, principal](http::Request request) { return answered(principal, std::move(request)); },
          .misdirected =
              [this](std::string host) {
                services_.trail.note({.event = audit::Event::kHostRefused,
                                      .source = "local",
                                      .request = {{"host", audit::Hidden{std::move(host)}}},
                                      .status = std::string(base::code_name(base::Code::kForbidden))});
              }};
}

base::Task<http::Response> LoginService::started(std::string principal, http::Request request) {
  const auto found = pending_.find(principal);
  // The listener is about to go.
  if (found == pending_.end()) co_return page(400, "The login is over", "No login is waiting.");
  const auto pending = found->second;
  const auto cookies = pending->browser->open(request);
  if (!cookies) {
    auto recording =
        record(audit::Event::kLoginForeign, std::move(principal), "invalid_argument", cookies.error().detail);
    static_cast<void>(co_await std::move(recording));
    co_return page(400, "This login was not begun here", cookies.error().message);
  }
  http::Response response = page(302, "Log in", "The browser goes on to Spotify.");
  response.headers.add("Location", pending->authorization->url());
  for (const std::string& cookie : *cookies) response.headers.add("Set-Cookie", cookie);
  co_return response;
}

base::Task<base::Result<tools::LoginStatus>> LoginService::complete(mcp::Principal principal,
                                                                    std::string callback_url) {
  const auto found = pending_.find(principal.id);
  if (found == pending_.end()) {
    co_return base::fail(base::Code::kInvalidArgument, "No login is waiting. Begin one first, then open its URL.");
  }
  Accepted accepted = found->second->authorization->accept_pasted(callback_url, services_.loop.now());
  co_return co_await finish(principal.id, std::move(accepted));
}

base::Task<base::Result<std::string>> LoginService::answered(std::string principal, http::Request request) {
  const auto found = pending_.find(principal);
  if (found == pending_.end()) co_return base::fail(base::Code::kInvalidArgument, "No login is waiting.");
  const std::string query(http::split_target(request.target).query);
  // A stranger's answer does not use the login up, so it is not looked at.
  const auto bound = found->second->browser->check(request);
  Accepted accepted = bound ? found->second->authorization->accept(query, services_.loop.now())
                            : Accepted(std::unexpected(bound.error()));
  const auto result = co_await finish(principal, std::move(accepted));
  if (!result) co_return std::unexpected(result.error());
  co_return "You can close this window and go back to your assistant.";
}

base::Task<base::Result<tools::LoginStatus>> LoginService::finish(std::string principal, Accepted accepted) {
  // An answer with a wrong state is a stranger's, and a second one is a page that was reloaded; the login goes on.
  if (!accepted && accepted.error().code == base::Code::kInvalidArgument) {
    services_.log.event(base::Level::kWarning, "login.foreign_answer");
    CO_TRY_VOID(co_await record(audit::Event::kLoginForeign, principal, "invalid_argument", accepted.error().detail));
    co_return std::unexpected(std::move(accepted).error());
  }
  if (!accepted && accepted.error().code == base::Code::kConflict) {
    co_return std::unexpected(std::move(accepted).error());
  }
  // The answer is here; what is left takes as long as Spotify takes.
  if (const auto found = pending_.find(principal); found != pending_.end()) found->second->timeout.reset();
  const base::Completion<base::Result<tools::LoginStatus>> done(services_.loop);
  auto exchange = exchange_and_end(std::move(principal), std::move(accepted));
  running_.spawn(base::detail::deliver<base::Result<tools::LoginStatus>>(std::move(exchange), done.setter()));
  co_return co_await done;
}

base::Task<base::Result<tools::LoginStatus>> LoginService::exchange_and_end(std::string principal, Accepted accepted) {
  base::Result<void> stored;
  if (accepted) {
    stored = co_await store_grant(principal, *std::move(accepted));
  } else {
    stored = std::unexpected(std::move(accepted).error());
  }
  base::Result<tools::LoginStatus> outcome;
  if (stored) {
    mcp::Principal who{principal};
    outcome = co_await status(std::move(who));
  } else {
    outcome = std::unexpected(stored.error());
  }
  if (outcome) {
    services_.log.event(base::Level::kInfo, "login.completed");
  } else {
    const base::Error& error = outcome.error();
    services_.log.event(base::Level::kWarning, "login.failed",
                        {{"code", base::code_name(error.code)}, {"why", error.detail}});
  }
  // That it has succeeded stands in the trail already. A failure is told either way.
  if (!outcome) {
    auto recording = record(audit::Event::kLoginFailed, principal, std::string(base::code_name(outcome.error().code)));
    static_cast<void>(co_await std::move(recording));
  }
  end(principal, outcome);
  co_return outcome;
}

base::Task<base::Result<void>> LoginService::store_grant(std::string principal, oauth::Authorized authorized) {
  oauth::ExchangeRequest request{options_.accounts_url, options_.client.clone(), std::move(authorized), options_.scopes,
                                 services_.loop.now() + kExchangeMax};
  CO_TRY(store::Grant grant, co_await oauth::exchange_code(services_.http, services_.clock, std::move(request)));
  // Nobody is logged in before the trail says so: what is stored first cannot be taken back on a disk that is full.
  auto recording = record(audit::Event::kLoginSucceeded, principal, "ok");
  CO_TRY_VOID(co_await std::move(recording));
  store::Grant named = grant.clone();
  CO_TRY(named.generation, co_await services_.grants.replace(principal, std::move(grant)));
  services_.refresher.forget();
  co_await forget_answers();
  // Whose login it is would be good to know, and the login is good without it.
  const spotify::Call call{.deadline = services_.loop.now() + kExchangeMax};
  const auto me = co_await services_.spotify.me(call);
  if (!me) {
    services_.log.event(base::Level::kWarning, "login.name_unknown", {{"code", base::code_name(me.error().code)}});
    co_return {};
  }
  named.user_id = std::string(me->id.text());
  const auto updated = co_await services_.grants.update(principal, std::move(named));
  if (updated) services_.refresher.forget();
  // Which tools the next start offers depends on it. It is asked for again where it is needed.
  const auto regime = co_await services_.spotify.regime(call);
  if (!regime) {
    services_.log.event(base::Level::kInfo, "login.regime_unknown", {{"code", base::code_name(regime.error().code)}});
  }
  co_return {};
}

base::Task<void> LoginService::forget_answers() {
  const auto forgotten = co_await services_.spotify.forget_cache();
  if (forgotten) co_return;
  services_.log.event(base::Level::kWarning, "login.cache_not_forgotten", {{"why", forgotten.error().detail}});
}

base::Task<base::Result<void>> LoginService::record(audit::Event event, std::string principal, std::string status,
                                                    std::string reason) const {
  audit::Entry entry{.event = event,
                     .user = std::move(principal),
                     .source = "local",
                     .status = std::move(status),
                     .reason = std::move(reason)};
  auto recording = services_.trail.record(std::move(entry));
  co_return co_await std::move(recording);
}

void LoginService::give_up(const std::string& principal, base::Error error) {
  services_.trail.note({.event = audit::Event::kLoginFailed,
                        .user = principal,
                        .source = "local",
                        .status = std::string(base::code_name(error.code))});
  end(principal, std::unexpected(std::move(error)));
}

void LoginService::end(const std::string& principal, base::Result<tools::LoginStatus> outcome) {
  const auto found = pending_.find(principal);
  if (found == pending_.end()) return;
  const auto pending = std::move(found->second);
  pending_.erase(found);
  pending->done->setter()(std::move(outcome));
  if (pending->listener) running_.spawn(close_listener(std::move(pending->listener)));
}

base::Task<base::Result<tools::LoginStatus>> LoginService::wait(mcp::Principal principal) {
  const auto found = pending_.find(principal.id);
  if (found == pending_.end()) co_return base::fail(base::Code::kInvalidArgument, "No login is waiting.");
  const auto pending = found->second;
  co_return co_await *pending->done;
}

base::Task<base::Result<tools::Logout>> LoginService::logout(mcp::Principal principal) {
  CO_TRY(const oauth::LoginState state, co_await services_.refresher.state());
  CO_TRY_VOID(co_await services_.grants.erase(principal.id));
  services_.refresher.forget();
  co_await forget_answers();
  services_.log.event(base::Level::kInfo, "login.forgotten");
  const auto emptied = co_await services_.archive.forget(principal.id);
  CO_TRY_VOID(co_await record(audit::Event::kLoginForgotten, principal.id, "ok"));
  if (!emptied) {
    services_.log.event(base::Level::kError, "login.archive_not_forgotten", {{"why", emptied.error().message}});
    co_return base::fail(base::Code::kUnavailable,
                         "The login is forgotten, but receipts and snapshots are still there. Run `spotify-mcp-server "
                         "logout` on the machine of this server.");
  }
  co_return tools::Logout{.was_logged_in = state.kind != oauth::LoginState::Kind::kLoggedOut};
}

}  // namespace app

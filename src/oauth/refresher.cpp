#include "oauth/refresher.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "oauth/exchange.h"

namespace oauth {

using base::Code;
using base::fail;
using base::Instant;
using base::Level;
using base::Result;
using base::Task;

namespace {

Result<void> logged_out() {
  return fail(Code::kUnauthenticated, fmt::format("Not logged in to Spotify. {}", kHowToLogIn));
}
base::Error ended_error() {
  return {Code::kUnauthenticated, fmt::format("The Spotify login has ended. {}", kHowToLogIn), {}, {}};
}

}  // namespace

// One caller of token(). It lives in the caller's frame and leaves the list when that frame goes.
struct Refresher::Waiter {
  Waiter(std::vector<Waiter*>& waiting, base::Loop& loop) : list(waiting), done(loop) { list.push_back(this); }
  ~Waiter() { std::erase(list, this); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  std::vector<Waiter*>& list;
  base::Completion<Result<void>> done;
};

Refresher::Refresher(Services services, RefresherOptions options)
    : services_(services), options_(std::move(options)), flights_(services.loop) {}

Refresher::~Refresher() = default;

bool Refresher::usable(const store::Grant& grant) const {
  return grant.state == store::GrantState::kActive && rejected_generation_ != grant.generation &&
         services_.clock.wall() + options_.early < grant.access_expires_at;
}

bool Refresher::alive(const store::Grant& grant) const {
  return grant.state == store::GrantState::kActive && rejected_generation_ != grant.generation &&
         services_.clock.wall() < grant.access_expires_at;
}

bool Refresher::copy_is_fresh() const {
  return current_ && services_.loop.now() < looked_at_ + options_.recheck;
}

void Refresher::adopt(store::Grant grant) {
  current_ = std::move(grant);
  looked_at_ = services_.loop.now();
  const auto age = services_.clock.wall() - current_->authorized_at;
  if (warned_of_age_ || age < kConsentWarnsAfter || current_->state != store::GrantState::kActive) return;
  warned_of_age_ = true;
  const auto left = std::chrono::duration_cast<std::chrono::days>(kConsentLasts - age);
  services_.log.event(Level::kWarning, "login.ends_soon",
                      {{"days_left", int64_t{std::max<int64_t>(0, left.count())}},
                       {"fix", "run `spotify-mcp-server login` again"}});
}

std::optional<base::Error> Refresher::known_refusal() const {
  if (!refusal_ || !current_ || refusal_->generation != current_->generation) return std::nullopt;
  const Instant now = services_.loop.now();
  if (now >= refusal_->until) return std::nullopt;
  base::Error error = refusal_->error;
  if (error.retry_after) error.retry_after = std::chrono::ceil<std::chrono::seconds>(refusal_->until - now);
  return error;
}

Task<Result<AccessToken>> Refresher::token(Instant deadline) {
  if (!(copy_is_fresh() && usable(*current_))) {
    Waiter self(waiters_, services_.loop);
    std::optional<base::Timer> timer;
    if (deadline != Instant::never()) {
      timer.emplace(services_.loop, deadline, [late = self.done.setter()] {
        late(fail(Code::kDeadline, "Renewing the Spotify login takes too long. Try again."));
      });
    }
    if (!flying_) {
      flying_ = true;
      flights_.spawn(fly());
    }
    const Result<void> outcome = co_await self.done;
    CO_TRY_VOID(outcome);
    // Between the end of the flight and this turn of the loop the login may have been forgotten.
    if (!current_) co_return fail(Code::kConflict, "The Spotify login changed just now. Try again.");
  }
  co_return AccessToken{.secret = current_->access_token.clone(), .generation = current_->generation,
                        .authorized_at = current_->authorized_at};
}

void Refresher::rejected(int64_t generation) {
  if (current_ && current_->generation == generation) rejected_generation_ = generation;
}

void Refresher::forget() {
  current_.reset();
  refusal_.reset();
  unsaved_.reset();
  warned_of_age_ = false;
}

Task<Result<LoginState>> Refresher::state() {
  CO_TRY(const auto grant, co_await services_.grants.load(options_.principal));
  LoginState state;
  if (!grant) co_return state;
  state.kind = grant->state == store::GrantState::kActive ? LoginState::Kind::kLoggedIn : LoginState::Kind::kEnded;
  state.user_id = grant->user_id;
  state.scopes = grant->scopes;
  state.authorized_at = grant->authorized_at;
  state.access_expires_at = grant->access_expires_at;
  co_return state;
}

Task<void> Refresher::join() { co_await flights_.join(); }

Task<void> Refresher::fly() {
  const Result<void> outcome = co_await renew();
  flying_ = false;
  for (const Waiter* waiter : std::exchange(waiters_, {})) waiter->done.setter()(outcome);
}

Task<Result<store::Grant>> Refresher::load_active() {
  CO_TRY(auto stored, co_await services_.grants.load(options_.principal));
  if (!stored) {
    current_.reset();
    co_return std::unexpected(logged_out().error());
  }
  adopt(stored->clone());
  if (stored->state == store::GrantState::kEnded) co_return std::unexpected(ended_error());
  co_return *std::move(stored);
}

Task<Result<void>> Refresher::renew() {
  const Instant deadline = services_.loop.now() + options_.flight_max;
  if (unsaved_) CO_TRY_VOID(co_await persist(unsaved_->clone()));
  CO_TRY(store::Grant grant, co_await load_active());
  if (usable(grant)) co_return Result<void>();
  if (auto error = known_refusal()) {
    if (alive(grant)) co_return Result<void>();
    co_return std::unexpected(*std::move(error));
  }
  const Result<void> renewed = co_await renew_under_lease(std::move(grant), deadline);
  // Renewing is early on purpose: when it fails for a passing reason, the old token has some seconds left.
  const bool passing = !renewed && renewed.error().code != Code::kUnauthenticated;
  if (passing && current_ && alive(*current_)) {
    services_.log.event(Level::kWarning, "token.refresh_postponed", {{"why", renewed.error().detail}});
    co_return Result<void>();
  }
  co_return renewed;
}

Task<Result<void>> Refresher::renew_under_lease(store::Grant grant, Instant deadline) {
  CO_TRY(const auto lease, co_await services_.leases.acquire(options_.principal, deadline));
  // Whoever held the lease before us has probably done the work.
  CO_TRY(grant, co_await load_active());
  if (usable(grant)) co_return Result<void>();
  // What Spotify answers may be the only way back in, so it is not asked for what could not be kept.
  CO_TRY_VOID(co_await services_.grants.check_writable(options_.principal));

  auto make = [this, &grant, deadline](const ClientIdentity& identity) {
    http::Request request = refresh_request(options_.accounts_url, identity, grant.refresh_token);
    request.deadline = deadline;
    return request;
  };
  auto asking = ask_for_token(services_.http, options_.client.clone(), std::move(make));
  auto answer = co_await std::move(asking);
  if (!answer) {
    services_.log.event(Level::kWarning, "token.refresh_failed", {{"why", answer.error().detail}});
    if (options_.failed) options_.failed(answer.error());
    co_return fail(answer.error().code == Code::kDeadline ? Code::kDeadline : Code::kUnavailable,
                   "Spotify's login service cannot be reached. Check the network connection and try again.",
                   answer.error().detail);
  }
  std::expected<TokenReply, TokenFailure> reply = *std::move(answer);
  if (!reply) {
    TokenFailure failure = std::move(reply).error();
    services_.log.event(Level::kWarning, "token.refresh_failed", {{"why", failure.error.detail}});
    if (options_.failed) options_.failed(failure.error);
    if (failure.kind == TokenFailure::Kind::kGrantEnded) {
      co_return co_await ended(std::move(grant), std::move(failure.error));
    }
    if (failure.kind == TokenFailure::Kind::kClientRefused) {
      refusal_ = Refusal{grant.generation, failure.error, Instant::never()};
    } else if (failure.error.retry_after) {
      refusal_ = Refusal{grant.generation, failure.error, services_.loop.now() + *failure.error.retry_after};
    }
    co_return std::unexpected(std::move(failure.error));
  }

  grant.access_token = std::move(reply->access_token);
  if (reply->refresh_token) grant.refresh_token = std::move(*reply->refresh_token);
  if (reply->scopes) grant.scopes = std::move(*reply->scopes);
  grant.access_expires_at = services_.clock.wall() + reply->expires_in;
  co_return co_await persist(std::move(grant));
}

Task<Result<void>> Refresher::ended(store::Grant grant, base::Error error) {
  grant.state = store::GrantState::kEnded;
  grant.access_token = base::Secret();
  grant.refresh_token = base::Secret();
  const auto written = co_await services_.grants.update(options_.principal, std::move(grant));
  if (!written && written.error().code == Code::kConflict) {
    // Someone logged in while we asked. Their grant counts, not the answer about the old one.
    CO_TRY(const store::Grant other, co_await load_active());
    if (usable(other)) co_return Result<void>();
  } else if (!written) {
    services_.log.event(Level::kError, "grant.not_stored", {{"why", written.error().detail}});
    if (current_) refusal_ = Refusal{current_->generation, error, Instant::never()};
  } else {
    services_.log.event(Level::kWarning, "login.ended", {{"why", error.detail}});
    current_.reset();
  }
  co_return std::unexpected(std::move(error));
}

Task<Result<void>> Refresher::persist(store::Grant renewed) {
  unsaved_ = renewed.clone();
  const auto written = co_await services_.grants.update(options_.principal, renewed.clone());
  if (written) {
    unsaved_.reset();
    refusal_.reset();
    renewed.generation = *written;
    adopt(std::move(renewed));
    services_.log.event(Level::kInfo, "token.refreshed", {{"generation", *written}});
    co_return Result<void>();
  }
  if (written.error().code == Code::kConflict) {
    // A login or a logout came in between and wins; what we got belongs to a grant that is gone.
    unsaved_.reset();
    CO_TRY(const store::Grant other, co_await load_active());
    if (usable(other)) co_return Result<void>();
    co_return fail(Code::kConflict, "The Spotify login changed while it was renewed. Try again.");
  }
  services_.log.event(Level::kError, "grant.not_stored", {{"why", written.error().detail}});
  co_return std::unexpected(written.error());
}

}  // namespace oauth

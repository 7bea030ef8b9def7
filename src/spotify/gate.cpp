#include "spotify/gate.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "spotify/errors.h"

namespace spotify {
namespace {

using std::chrono::seconds;

base::Error refusal_of(const Pacer::Decision& decision, Bucket bucket, base::Wall now) {
  if (decision.verdict == Pacer::Verdict::kBlocked) return blocked_error(bucket, decision.until, now);
  const auto wait = std::max(std::chrono::ceil<seconds>(decision.until - now), seconds(1));
  base::Error error = make_error(
      Cause::kRateLimited, base::Code::kRateLimited,
      fmt::format("Too many requests to Spotify are waiting; this one would not get its turn in time. Try again in {} "
                  "seconds, and ask for less at once.",
                  wait.count()));
  error.retry_after = wait;
  return error;
}

}  // namespace

Gate::Turn& Gate::Turn::operator=(Turn&& other) noexcept {
  if (this != &other) {
    release();
    gate_ = std::exchange(other.gate_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

void Gate::Turn::release() {
  if (gate_ != nullptr) std::exchange(gate_, nullptr)->finish(id_);
}

Gate::Gate(base::Loop& loop, const base::Clock& clock, base::Log& log, PacingOptions options, QuotaStore* store)
    : loop_(loop), clock_(clock), log_(log), pacer_(options), store_(store), saving_(loop) {}

Gate::~Gate() = default;

base::Task<void> Gate::look_at_store() {
  if (store_ == nullptr || (looked_ && loop_.now() < looked_at_ + kRecheck)) co_return;
  looked_at_ = loop_.now();
  const base::Result<std::vector<Block>> blocks = co_await store_->load();
  looked_ = true;
  if (!blocks) {
    // Without them we may ask Spotify too early and are told again; that is no reason not to ask.
    log_.event(base::Level::kWarning, "spotify.quota_not_read", {{"reason", blocks.error().detail}});
    co_return;
  }
  for (const Block& block : *blocks) pacer_.block(block);
  pump();
}

base::Task<base::Result<Gate::Turn>> Gate::admit(Bucket bucket, base::Instant deadline) {
  co_await look_at_store();
  const base::Completion<Pacer::Decision> decided(loop_);
  const Pacer::Id id = pacer_.enqueue(bucket, deadline);
  // Whether the wait is dropped, refused or ends well: the id is given back by the turn.
  Turn turn(*this, id);
  waiting_.emplace(id, decided.setter());
  pump();
  const Pacer::Decision decision = co_await decided;
  if (decision.verdict != Pacer::Verdict::kGo) {
    co_return std::unexpected(refusal_of(decision, bucket, clock_.wall()));
  }
  co_return std::move(turn);
}

void Gate::finish(Pacer::Id id) {
  waiting_.erase(id);
  pacer_.done(id);
  pump();
}

void Gate::pump() {
  const Pacer::Step step = pacer_.poll({loop_.now(), clock_.wall()});
  for (const Pacer::Decision& decision : step.decisions) {
    const auto found = waiting_.find(decision.id);
    if (found == waiting_.end()) continue;
    const Setter set = std::move(found->second);
    waiting_.erase(found);
    set(decision);
  }
  wake_.reset();
  if (step.wake_at) wake_.emplace(loop_, *step.wake_at, [this] { pump(); });
}

void Gate::pause_for(std::chrono::milliseconds wait) {
  pacer_.pause(loop_.now() + wait);
  pump();
}

void Gate::block(Bucket bucket, seconds wait) {
  const base::Wall until = clock_.wall() + wait;
  pacer_.block({bucket, until});
  log_.event(base::Level::kWarning, "spotify.quota_blocked",
             {{"bucket", bucket_name(bucket)}, {"until", base::to_rfc3339(until)}});
  pump();
  if (store_ != nullptr) saving_.spawn(save(this, pacer_.blocks(clock_.wall())));
}

base::Task<void> Gate::save(Gate* gate, std::vector<Block> blocks) {
  const base::Result<void> saved = co_await gate->store_->save(std::move(blocks));
  if (!saved) gate->log_.event(base::Level::kWarning, "spotify.quota_not_saved", {{"reason", saved.error().detail}});
}

std::vector<BucketUsage> Gate::usage() const { return pacer_.usage(clock_.wall()); }

std::optional<base::Wall> Gate::blocked_until(Bucket bucket) const {
  return pacer_.blocked_until(bucket, clock_.wall());
}

}  // namespace spotify

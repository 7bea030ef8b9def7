#include "spotify/gate.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

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
  co_await read_store();
  // Counting is no reason to keep a request waiting.
  if (std::vector<HourCount> counts = pacer_.take_counts(); !counts.empty()) {
    saving_.spawn(save(this, {.counts = std::move(counts), .now = clock_.wall()}));
  }
}

base::Task<void> Gate::read_store() {
  looked_at_ = loop_.now();
  const base::Result<QuotaRecord> record = co_await store_->load();
  looked_ = true;
  is_read_ = record.has_value();
  if (record) {
    learn(*record);
  } else {
    // Without it we may ask Spotify too early and are told again; that is no reason not to ask.
    log_.event(base::Level::kWarning, "spotify.quota_not_read", {{"reason", record.error().detail}});
  }
}

void Gate::learn(const QuotaRecord& record) {
  const base::Wall now = clock_.wall();
  for (const Block& block : record.blocks) {
    if (block.since <= now) pacer_.block(block);
  }
  pacer_.learn(record.counts, now);
  if (record.pause && record.pause->since <= now && record.pause->until > now) {
    // No short wait is longer than wait_max, whatever the clocks of two processes say.
    const auto wait = std::min<std::chrono::milliseconds>(record.pause->until - now, wait_max());
    pacer_.pause(loop_.now() + wait);
  }
  pump();
}

base::Task<base::Result<Gate::Turn>> Gate::admit(Bucket bucket, base::Instant deadline, OnWait on_wait) {
  co_await look_at_store();
  const base::Completion<Pacer::Decision> decided(loop_);
  const Pacer::Id id = pacer_.enqueue(bucket, deadline);
  // Whether the wait is dropped, refused or ends well: the id is given back by the turn.
  Turn turn(*this, id);
  waiting_.emplace(id, decided.setter());
  pump();
  if (on_wait && waiting_.contains(id)) {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(pacer_.wait_of(id, loop_.now()));
    if (wait >= kTold) on_wait(wait);
  }
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
  // A shorter one would be over before another process looks.
  if (store_ == nullptr || wait < kRecheck) return;
  const base::Wall now = clock_.wall();
  saving_.spawn(save(this, {.pause = QuotaRecord::Pause{.until = now + wait, .since = now}}));
}

void Gate::block(Bucket bucket, seconds wait) {
  const base::Wall now = clock_.wall();
  const base::Wall until = now + wait;
  pacer_.block({bucket, until, now});
  log_.event(base::Level::kWarning, "spotify.quota_blocked",
             {{"bucket", bucket_name(bucket)}, {"until", base::to_rfc3339(until)}});
  pump();
  if (store_ != nullptr) saving_.spawn(save(this, {.blocks = pacer_.blocks(now)}));
}

base::Task<void> Gate::save(Gate* gate, QuotaRecord record) {
  const std::vector<HourCount> counts = record.counts;
  const base::Result<void> saved = co_await gate->store_->save(std::move(record));
  if (saved) co_return;
  gate->pacer_.give_back(counts);
  gate->log_.event(base::Level::kWarning, "spotify.quota_not_saved", {{"reason", saved.error().detail}});
}

base::Task<void> Gate::settle() {
  if (store_ == nullptr) co_return;
  std::vector<HourCount> counts = pacer_.take_counts();
  if (counts.empty()) co_return;
  QuotaRecord record{.counts = std::move(counts), .now = clock_.wall()};
  co_await save(this, std::move(record));
}

base::Task<QuotaReport> Gate::report() {
  if (store_ != nullptr) {
    co_await settle();
    co_await read_store();
  }
  const base::Instant now = loop_.now();
  QuotaReport report;
  report.buckets = usage();
  report.window_used = static_cast<int64_t>(pacer_.started(now));
  report.window_max = pacer_.options().window_requests_max;
  report.window = pacer_.options().window;
  report.waiting = static_cast<int64_t>(pacer_.waiting());
  report.running = static_cast<int64_t>(pacer_.running());
  if (const auto until = pacer_.paused_until(now)) {
    report.paused_until = clock_.wall() + std::chrono::ceil<std::chrono::milliseconds>(*until - now);
  }
  report.is_shared = store_ != nullptr && is_read_;
  co_return report;
}

std::vector<BucketUsage> Gate::usage() const { return pacer_.usage(clock_.wall()); }

std::optional<base::Wall> Gate::blocked_until(Bucket bucket) const {
  return pacer_.blocked_until(bucket, clock_.wall());
}

}  // namespace spotify

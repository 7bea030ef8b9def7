#include "spotify/pacing.h"

#include <algorithm>
#include <utility>

namespace spotify {
namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kHours = 24;

constexpr std::array kAllBuckets{Bucket::kSearch,    Bucket::kCatalogue, Bucket::kPlayer,
                                 Bucket::kPlaylists, Bucket::kLibrary,   Bucket::kUser};
static_assert(kAllBuckets.size() == kBuckets);

}  // namespace

std::string_view bucket_name(Bucket bucket) {
  switch (bucket) {
    case Bucket::kSearch:
      return "search";
    case Bucket::kCatalogue:
      return "catalogue";
    case Bucket::kPlayer:
      return "player";
    case Bucket::kPlaylists:
      return "playlist";
    case Bucket::kLibrary:
      return "library";
    case Bucket::kUser:
      return "user";
  }
  return "";
}

std::optional<Bucket> parse_bucket(std::string_view name) {
  for (const Bucket bucket : kAllBuckets) {
    if (bucket_name(bucket) == name) return bucket;
  }
  return std::nullopt;
}

Pacer::Id Pacer::enqueue(Bucket bucket, base::Instant deadline) {
  waiting_.push_back({next_id_, bucket, deadline});
  return next_id_++;
}

base::Duration Pacer::wait_of(Id id, base::Instant now) const {
  const auto found = std::ranges::find(waiting_, id, &Waiter::id);
  if (found == waiting_.end()) return {};
  return earliest_start(static_cast<size_t>(found - waiting_.begin()), now) - now;
}

void Pacer::done(Id id) {
  std::erase_if(waiting_, [id](const Waiter& waiter) { return waiter.id == id; });
  std::erase(running_, id);
}

bool Pacer::may_start(base::Instant now) const {
  return now >= paused_until_ && std::cmp_less(running_.size(), options_.concurrent_max) &&
         std::cmp_less(starts_.size(), options_.window_requests_max);
}

base::Instant Pacer::earliest_start(size_t ahead, base::Instant now) const {
  const base::Instant base = std::max(now, paused_until_);
  const auto window_max = static_cast<size_t>(options_.window_requests_max);
  if (starts_.size() + ahead < window_max) return base;
  const size_t freed_by = starts_.size() + ahead - window_max;
  if (freed_by < starts_.size()) return std::max(base, starts_[freed_by] + options_.window);
  return base + options_.window;
}

void Pacer::start(const Waiter& waiter, Now now) {
  running_.push_back(waiter.id);
  starts_.push_back(now.instant);
  ++hour_of(waiter.bucket, now.wall.unix_ms / kHourMs).unsaved;
}

Pacer::Hour& Pacer::hour_of(Bucket bucket, int64_t hour) {
  Hour& slot = ledger(bucket).hours[static_cast<size_t>(hour % kHours)];
  if (slot.hour != hour) slot = {.hour = hour};
  return slot;
}

std::vector<HourCount> Pacer::take_counts() {
  std::vector<HourCount> taken;
  for (const Bucket bucket : kAllBuckets) {
    for (Hour& slot : ledger(bucket).hours) {
      if (slot.unsaved == 0) continue;
      taken.push_back({bucket, slot.hour, slot.unsaved});
      slot.count += std::exchange(slot.unsaved, 0);
    }
  }
  return taken;
}

void Pacer::give_back(const std::vector<HourCount>& counts) {
  for (const HourCount& each : counts) {
    Hour& slot = hour_of(each.bucket, each.hour);
    slot.unsaved += each.count;
    slot.count = std::max<int64_t>(0, slot.count - each.count);
  }
}

void Pacer::learn(const std::vector<HourCount>& counts, base::Wall now) {
  const int64_t this_hour = now.unix_ms / kHourMs;
  for (const HourCount& each : counts) {
    if (each.hour <= this_hour - kHours || each.hour > this_hour) continue;
    Hour& slot = hour_of(each.bucket, each.hour);
    // What is on its way to the store is in our count and not yet in its.
    slot.count = std::max(slot.count, each.count);
  }
}

size_t Pacer::started(base::Instant now) const {
  return static_cast<size_t>(
      std::ranges::count_if(starts_, [&](base::Instant at) { return at + options_.window > now; }));
}

std::optional<base::Instant> Pacer::paused_until(base::Instant now) const {
  return paused_until_ > now ? std::optional(paused_until_) : std::nullopt;
}

Pacer::Step Pacer::poll(Now now) {
  while (!starts_.empty() && starts_.front() + options_.window <= now.instant) starts_.pop_front();

  Step step;
  std::deque<Waiter> still_waiting;
  base::Instant soonest_deadline = base::Instant::never();
  for (const Waiter& waiter : waiting_) {
    const size_t ahead = still_waiting.size();
    const base::Instant earliest = earliest_start(ahead, now.instant);
    const base::Wall when = now.wall + std::chrono::ceil<std::chrono::milliseconds>(earliest - now.instant);
    if (const auto until = blocked_until(waiter.bucket, now.wall)) {
      step.decisions.push_back({waiter.id, Verdict::kBlocked, *until});
    } else if (waiter.deadline <= now.instant || earliest > waiter.deadline) {
      step.decisions.push_back({waiter.id, Verdict::kTooLate, when});
    } else if (ahead == 0 && may_start(now.instant)) {
      start(waiter, now);
      step.decisions.push_back({waiter.id, Verdict::kGo, now.wall});
    } else if (ahead >= options_.waiting_max) {
      step.decisions.push_back({waiter.id, Verdict::kOverflow, when});
    } else {
      soonest_deadline = std::min(soonest_deadline, waiter.deadline);
      still_waiting.push_back(waiter);
    }
  }
  waiting_ = std::move(still_waiting);
  if (waiting_.empty()) return step;

  // With a free place in the window only the end of another request can help, or the deadline ends the waiting.
  base::Instant wake = soonest_deadline;
  const base::Instant earliest = earliest_start(0, now.instant);
  if (earliest > now.instant) wake = std::min(wake, earliest);
  if (wake != base::Instant::never()) step.wake_at = wake;
  return step;
}

void Pacer::pause(base::Instant until) { paused_until_ = std::max(paused_until_, until); }

void Pacer::block(Block block) {
  Block& known = ledger(block.bucket).block;
  if (known.since > block.since || known.until < block.until) known = block;
}

std::optional<base::Wall> Pacer::blocked_until(Bucket bucket, base::Wall now) const {
  const Block& block = ledger(bucket).block;
  return block.since <= now && block.until > now ? std::optional(block.until) : std::nullopt;
}

std::vector<Block> Pacer::blocks(base::Wall now) const {
  std::vector<Block> out;
  for (const Bucket bucket : kAllBuckets) {
    if (blocked_until(bucket, now)) out.push_back(ledger(bucket).block);
  }
  return out;
}

std::vector<BucketUsage> Pacer::usage(base::Wall now) const {
  const int64_t this_hour = now.unix_ms / kHourMs;
  std::vector<BucketUsage> out;
  for (const Bucket bucket : kAllBuckets) {
    BucketUsage usage{bucket, 0, blocked_until(bucket, now)};
    for (const Hour& hour : ledger(bucket).hours) {
      if (hour.hour > this_hour - kHours && hour.hour <= this_hour) usage.last_24_hours += hour.count + hour.unsaved;
    }
    out.push_back(usage);
  }
  return out;
}

}  // namespace spotify

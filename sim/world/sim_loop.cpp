#include "sim/world/sim_loop.h"

#include <algorithm>

#include "base/check.h"

namespace sim::world {
namespace {

// More is a scenario that never ends.
constexpr uint64_t kStepsMax = 50'000'000;
constexpr uint64_t kFnvPrime = 0x100000001B3;

}  // namespace

base::Wall SimLoop::wall() const {
  return start_ + std::chrono::duration_cast<std::chrono::milliseconds>(now_.since_start);
}

void SimLoop::mix(uint64_t value) {
  for (int i = 0; i < 8; ++i) {
    trace_ = (trace_ ^ (value & 0xFF)) * kFnvPrime;
    value >>= 8;
  }
}

void SimLoop::note(std::string_view text) {
  mix(static_cast<uint64_t>(now_.since_start.count()));
  for (const char c : text) trace_ = (trace_ ^ static_cast<uint8_t>(c)) * kFnvPrime;
}

void SimLoop::post(base::Callback callback) { ready_.push_back({next_id_++, std::move(callback)}); }

base::Loop::TimerId SimLoop::call_at(base::Instant at, base::Callback callback) {
  ENSURE(at != base::Instant::never());
  const TimerId id = next_id_++;
  timers_.emplace(std::pair(at, id), std::move(callback));
  timer_times_.emplace(id, at);
  return id;
}

void SimLoop::cancel(TimerId id) {
  const auto found = timer_times_.find(id);
  if (found != timer_times_.end()) {
    timers_.erase({found->second, id});
    timer_times_.erase(found);
    return;
  }
  // A timer that is due but has not run yet must not run either.
  std::erase_if(ready_, [id](const Ready& each) { return each.id == id; });
}

void SimLoop::jump(base::Instant at) {
  now_ = std::max(now_, at);
  while (!timers_.empty() && timers_.begin()->first.first <= now_) {
    const TimerId id = timers_.begin()->first.second;
    ready_.push_back({id, std::move(timers_.begin()->second)});
    timers_.erase(timers_.begin());
    timer_times_.erase(id);
  }
}

void SimLoop::run_ready() {
  const size_t chosen = ready_.size() == 1 ? 0 : static_cast<size_t>(random_.below(ready_.size()));
  std::swap(ready_[chosen], ready_.back());
  Ready next = std::move(ready_.back());
  ready_.pop_back();
  mix(next.id);
  mix(static_cast<uint64_t>(now_.since_start.count()));
  ++steps_;
  ENSURE(steps_ < kStepsMax);
  next.callback();
}

bool SimLoop::step() {
  // Timers that are already due compete with what is posted.
  jump(now_);
  if (ready_.empty()) {
    if (timers_.empty()) return false;
    jump(timers_.begin()->first.first);
  }
  run_ready();
  return true;
}

void SimLoop::step_or_abort() { ENSURE(step()); }

void SimLoop::run_for(base::Duration duration) {
  const base::Instant end = now_ + duration;
  for (;;) {
    jump(now_);
    if (ready_.empty()) {
      if (timers_.empty() || timers_.begin()->first.first > end) break;
      jump(timers_.begin()->first.first);
    }
    run_ready();
  }
  now_ = end;
}

void SimLoop::run_until_idle() {
  while (step()) {
  }
}

void SimWorker::submit(base::Callback work) {
  constexpr uint64_t kWorkMaxUs = 2'000;
  const auto takes = std::chrono::microseconds(random_.below(kWorkMaxUs));
  free_at_ = std::max(free_at_, loop_.now()) + takes;
  loop_.call_at(free_at_, std::move(work));
}

}  // namespace sim::world

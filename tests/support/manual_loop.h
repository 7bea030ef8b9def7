// A base::Loop for tests: one thread, callbacks in the order in which they were posted, and time that moves only when
// the test says so. A run is the same every time. Also workers that stand in for threads.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/loop.h"

namespace test {

class ManualLoop final : public base::Loop {
 public:
  base::Instant now() const override { return now_; }
  void post(base::Callback callback) override { ready_.push_back(std::move(callback)); }
  TimerId call_at(base::Instant at, base::Callback callback) override {
    ENSURE(at != base::Instant::never());
    const TimerId id = next_id_++;
    timers_.emplace(std::pair(at, id), std::move(callback));
    return id;
  }
  void cancel(TimerId id) override {
    std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; });
  }

  // Runs what is posted and what is due, and what those post, until nothing is left to do without time passing.
  void run_until_idle() {
    for (int turns = 0; run_one(); ++turns) ENSURE(turns < kTurnsMax);
  }
  // Lets time pass, stopping at each timer on the way, so that callbacks see the time that they asked for.
  void advance(base::Duration by) {
    const base::Instant target = now_ + by;
    run_until_idle();
    while (!timers_.empty() && timers_.begin()->first.first <= target) {
      now_ = std::max(now_, timers_.begin()->first.first);
      run_until_idle();
    }
    now_ = target;
  }
  // Runs a task to its end, skipping time when only timers are left. Aborts when nothing can end it any more.
  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> result;
    base::TaskGroup group(*this);
    group.spawn(keep(std::move(task), &result));
    run_until_idle();
    while (!result) {
      ENSURE(!timers_.empty());
      advance(timers_.begin()->first.first - now_);
    }
    run_until_idle();
    return *std::move(result);
  }
  void run(base::Task<void> task) { run(succeed(std::move(task))); }

  size_t timer_count() const { return timers_.size(); }
  size_t ready_count() const { return ready_.size(); }

 private:
  static constexpr int kTurnsMax = 10'000'000;  // More is a test that runs for ever.

  bool run_one() {
    if (!ready_.empty()) {
      base::Callback callback = std::move(ready_.front());
      ready_.pop_front();
      callback();
      return true;
    }
    if (timers_.empty() || timers_.begin()->first.first > now_) return false;
    base::Callback callback = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    callback();
    return true;
  }
  template <class T>
  static base::Task<void> keep(base::Task<T> task, std::optional<T>* result) {
    result->emplace(co_await std::move(task));
  }
  static base::Task<bool> succeed(base::Task<void> task) {
    co_await std::move(task);
    co_return true;
  }

  base::Instant now_{};
  std::deque<base::Callback> ready_;
  std::map<std::pair<base::Instant, TimerId>, base::Callback> timers_;  // Equal times fire in the order set.
  TimerId next_id_ = 1;
};

// Does the work at once. What run_on() awaits still comes on a later turn of the loop.
class InlineWorker final : public base::Worker {
 public:
  void submit(base::Callback work) override { work(); }
};

// Keeps the work until the test lets it happen.
class HeldWorker final : public base::Worker {
 public:
  void submit(base::Callback work) override { waiting_.push_back(std::move(work)); }
  size_t waiting() const { return waiting_.size(); }
  void run_one() {
    ENSURE(!waiting_.empty());
    base::Callback work = std::move(waiting_.front());
    waiting_.pop_front();
    work();
  }

 private:
  std::deque<base::Callback> waiting_;
};

// Wall time that the test sets.
class ManualClock final : public base::Clock {
 public:
  explicit ManualClock(base::Wall start = {1'700'000'000'000}) : now_(start) {}
  base::Wall wall() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ = now_ + by; }

 private:
  base::Wall now_;
};

}  // namespace test

// base::Loop in virtual time. Nothing waits: when no callback is ready, time jumps to the next timer. Callbacks that
// are ready at the same moment run in an order that the seed chooses, because real loops promise none between sources.
// The same seed gives the same run, and trace_hash() proves it.
//
// It is also the world's calendar: wall() moves with it. Single-threaded, post() included.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/task.h"
#include "sim/world/sim_random.h"

namespace sim::world {

class SimLoop final : public base::Loop, public base::Clock {
 public:
  // 2026-11-24T12:00:00Z.
  static constexpr base::Wall kStart{1'795'521'600'000};

  explicit SimLoop(uint64_t seed, base::Wall start = kStart) : random_(seed), start_(start) {}

  base::Instant now() const override { return now_; }
  base::Wall wall() const override;
  // The calendar is set forward or back; what runs on the loop does not notice.
  void step_wall(std::chrono::milliseconds by) { start_ = start_ + by; }
  void post(base::Callback callback) override;
  TimerId call_at(base::Instant at, base::Callback callback) override;
  void cancel(TimerId id) override;

  // Runs one callback, if there is any; time jumps when only timers are left. False when there is nothing to do.
  bool step();
  // The same where something must be left to do: a run that waits for nothing any more is a bug, and aborts.
  void step_or_abort();
  // Runs everything up to that moment, which is then now().
  void run_for(base::Duration duration);
  // Runs until nothing is left, timers included. CHECKs that this comes to an end.
  void run_until_idle();
  // Runs until the task has its result. A task that waits for something that cannot come any more is an ENSURE.
  template <class T>
  T run(base::Task<T> task);

  // Goes into the trace: what crossed the border of the program, such as a request.
  void note(std::string_view text);
  uint64_t trace_hash() const { return trace_; }
  uint64_t steps() const { return steps_; }

 private:
  struct Ready {
    uint64_t id = 0;
    base::Callback callback;
  };

  void mix(uint64_t value);
  void run_ready();
  // Makes the timers ready that are due at `at`.
  void jump(base::Instant at);
  template <class T>
  static base::Task<void> keep(base::Task<T> task, std::optional<T>* result);

  SimRandom random_;
  base::Wall start_;
  base::Instant now_{};
  uint64_t next_id_ = 1;
  std::vector<Ready> ready_;
  std::map<std::pair<base::Instant, TimerId>, base::Callback> timers_;
  std::map<TimerId, base::Instant> timer_times_;
  uint64_t trace_ = 0xCBF29CE484222325;
  uint64_t steps_ = 0;
};

// Work "off the loop" that takes a seeded time and then runs on it, one piece at a time, in order.
class SimWorker final : public base::Worker {
 public:
  SimWorker(SimLoop& loop, uint64_t seed) : loop_(loop), random_(seed) {}
  void submit(base::Callback work) override;

 private:
  SimLoop& loop_;
  SimRandom random_;
  base::Instant free_at_{};
};

template <class T>
base::Task<void> SimLoop::keep(base::Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}

template <class T>
T SimLoop::run(base::Task<T> task) {
  std::optional<T> result;
  base::TaskGroup group(*this);
  group.spawn(keep(std::move(task), &result));
  while (!result) step_or_abort();
  return *std::move(result);
}

}  // namespace sim::world

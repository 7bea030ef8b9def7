// The real event loop: base::Loop on Boost.Asio, and the thread that takes blocking work off it.
#pragma once

#include <condition_variable>
#include <deque>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/loop.h"

namespace net {

// Time is std::chrono::steady_clock. Everything but post(), now() and stop() belongs to the thread
// that calls run() (before run() starts: to the thread that set it up).
class AsioLoop final : public base::Loop {
 public:
  AsioLoop();
  ~AsioLoop() override;
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  base::Instant now() const override;
  void post(base::Callback callback) override;
  TimerId call_at(base::Instant at, base::Callback callback) override;
  void cancel(TimerId id) override;

  // Runs callbacks on the calling thread until stop(). An idle loop keeps waiting. May be called
  // again afterwards.
  void run();
  // Runs until the task has ended, and gives its value: for tests and small programs.
  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> value;
    base::TaskGroup group(*this);
    group.spawn(keep(*this, std::move(task), &value));
    if (!value) run();
    return *std::move(value);
  }
  // Thread-safe. The callback that runs now ends first; what is queued waits for the next run().
  void stop();
  // Calls `callback`, on this loop, when one of these signals (SIGINT, SIGTERM) arrives for the first time. For small
  // programs; the product uses os::SignalWaiter.
  void call_on(std::initializer_list<int> signals, base::Callback callback);
  // Calls stop() then.
  void stop_on(std::initializer_list<int> signals) { call_on(signals, [this] { stop(); }); }

  // What net/ itself needs of Asio; see net/detail/asio_loop.h.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  template <class T>
  static base::Task<void> keep(AsioLoop& loop, base::Task<T> task, std::optional<T>* value) {
    value->emplace(co_await std::move(task));
    loop.stop();
  }

  std::unique_ptr<Impl> impl_;
};

// One thread that does blocking work in order. The destructor finishes what is queued and joins. It
// does not know a loop: base::run_on brings the result back to one.
class ThreadWorker final : public base::Worker {
 public:
  ThreadWorker();
  ~ThreadWorker() override;
  ThreadWorker(const ThreadWorker&) = delete;
  ThreadWorker& operator=(const ThreadWorker&) = delete;

  // Thread-safe.
  void submit(base::Callback work) override;

 private:
  void work_until_stopped();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<base::Callback> queue_;
  bool stopping_ = false;
  std::jthread thread_;  // Last, so that it starts after and ends before what it uses.
};

}  // namespace net

// Runs a handler's task so that something else may end it: the deadline, or a question to the client that ends the
// request (see question.h). A task that finishes without waiting costs no timer and no turn of the loop.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "base/loop.h"
#include "base/task.h"

namespace mcp {

// The part that the rest of a call can reach while the task runs. Lives in the frame of whoever awaits the Run.
class RunControl {
 public:
  RunControl(base::Loop& loop, base::Instant deadline) : loop_(loop), deadline_(deadline) {}
  RunControl(const RunControl&) = delete;
  RunControl& operator=(const RunControl&) = delete;

  base::Loop& loop() const { return loop_; }
  // Ends the run: the task is dropped as soon as it is suspended. The caller then awaits without end.
  void stop() {
    stopped_ = true;
    if (waiter_) arm(loop_.now());
  }
  bool stopped() const { return stopped_; }
  // While a person thinks, another deadline holds.
  void set_deadline(base::Instant deadline) {
    deadline_ = deadline;
    if (waiter_) arm(deadline);
  }

 private:
  template <class T>
  friend class Run;

  void arm(base::Instant at) {
    timer_.reset();
    if (at == base::Instant::never()) return;
    timer_.emplace(loop_, at, [this] {
      if (waiter_) std::exchange(waiter_, nullptr).resume();
    });
  }

  base::Loop& loop_;
  base::Instant deadline_;
  bool stopped_ = false;
  std::coroutine_handle<> waiter_;
  std::optional<base::Timer> timer_;
};

// co_await Run(task, control) gives the task's value, or nothing when the deadline came or stop() was called; then the
// task is dropped. Exceptions of the task come out here.
template <class T>
class Run {
  using Awaiter = decltype(std::declval<base::Task<T>>().operator co_await());

 public:
  Run(base::Task<T> task, RunControl& control)
      : task_(std::move(task)), awaiter_(std::move(*task_).operator co_await()), control_(control) {}
  ~Run() { release(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> caller) {
    task_->start();
    if (task_->done() || control_.stopped_) return false;
    // The handle that it gives back is the task's own, which runs already.
    static_cast<void>(awaiter_.await_suspend(caller));
    control_.waiter_ = caller;
    control_.arm(control_.deadline_);
    return true;
  }
  std::optional<T> await_resume() {
    release();
    if (task_->done()) return awaiter_.await_resume();
    task_.reset();
    return std::nullopt;
  }

 private:
  void release() {
    control_.waiter_ = nullptr;
    control_.timer_.reset();
  }

  std::optional<base::Task<T>> task_;
  Awaiter awaiter_;
  RunControl& control_;
};

}  // namespace mcp

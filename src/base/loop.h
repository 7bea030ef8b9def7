// The event loop as everything above net/ sees it, and the few ways to wait on it. net/ has the real loop (Asio),
// sim/world one with virtual time and seeded order. All of it runs on the loop's one thread; only post() may be
// called from another.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace base {

using Callback = std::move_only_function<void()>;

class Loop {
 public:
  using TimerId = uint64_t;

  virtual ~Loop() = default;
  virtual Instant now() const = 0;
  // Runs `callback` on the loop's thread, never inside this call. Thread-safe.
  virtual void post(Callback callback) = 0;
  // Runs `callback` at or after `at`. Instant::never() is refused with an ENSURE: do not set such a timer.
  virtual TimerId call_at(Instant at, Callback callback) = 0;
  // After this the callback does not run. An id that has fired or was cancelled is ignored.
  virtual void cancel(TimerId id) = 0;
};

// Runs blocking work off the loop: SQLite, key derivation, name lookup. One worker runs one piece at a time, in order.
class Worker {
 public:
  virtual ~Worker() = default;
  virtual void submit(Callback work) = 0;
};

// A timer that is cancelled with its owner.
class Timer {
 public:
  Timer(Loop& loop, Instant at, Callback callback) : loop_(loop), id_(loop.call_at(at, std::move(callback))) {}
  ~Timer() { loop_.cancel(id_); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  Loop& loop_;
  Loop::TimerId id_;
};

// One value from a callback to one waiting coroutine: co_await the Completion, call its setter once from the loop's
// thread. Later calls are ignored, and so is a call after the waiter was dropped.
template <class T>
class Completion {
  struct State {
    Loop& loop;
    std::optional<T> value;
    std::coroutine_handle<> waiter;
  };

 public:
  class Setter {
   public:
    explicit Setter(std::shared_ptr<State> state) : state_(std::move(state)) {}
    void operator()(T value) const {
      if (state_->value) return;
      state_->value.emplace(std::move(value));
      if (!state_->waiter) return;
      // The waiter resumes on a fresh stack, so that the caller of the setter is never re-entered.
      state_->loop.post([state = state_] {
        if (state->waiter) std::exchange(state->waiter, nullptr).resume();
      });
    }

   private:
    std::shared_ptr<State> state_;
  };

  explicit Completion(Loop& loop) : state_(std::make_shared<State>(loop)) {}
  Setter setter() const { return Setter(state_); }

  auto operator co_await() const {
    struct Awaiter {
      explicit Awaiter(std::shared_ptr<State> shared) : state(std::move(shared)) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() { state->waiter = nullptr; }
      bool await_ready() const noexcept { return state->value.has_value(); }
      void await_suspend(std::coroutine_handle<> caller) noexcept { state->waiter = caller; }
      T await_resume() { return std::move(*state->value); }
      std::shared_ptr<State> state;
    };
    return Awaiter(state_);
  }

 private:
  std::shared_ptr<State> state_;
};

// Owner of running tasks. Destroying the group drops them all. A task that ends is freed on the next turn of the loop.
// A task must not let an exception escape; one that does ends the program, since nobody could hear of it.
class TaskGroup {
 public:
  explicit TaskGroup(Loop& loop);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Runs the task to its first suspension before it returns. Gives an id for cancel().
  uint64_t spawn(Task<void> task);
  // Drops one task, wherever it stands. Not from within that task. An unknown id is ignored.
  void cancel(uint64_t id);
  size_t size() const;
  // Waits until no task is left. One waiter at a time.
  Task<void> join();

 private:
  struct State;
  static Task<void> run(State* state, uint64_t id, Task<void> task);

  std::shared_ptr<State> state_;
};

Task<void> sleep_until(Loop& loop, Instant at);
inline Task<void> sleep_for(Loop& loop, Duration duration) { return sleep_until(loop, loop.now() + duration); }

namespace detail {
template <class T>
Task<void> deliver(Task<T> task, typename Completion<T>::Setter set) {
  set(co_await std::move(task));
}
}  // namespace detail

// Gives the task's result, or kDeadline (and drops the task) when `at` comes first.
template <class T>
Task<Result<T>> with_deadline(Loop& loop, Instant at, Task<Result<T>> task) {
  if (at == Instant::never()) co_return co_await std::move(task);
  const Completion<Result<T>> done(loop);
  TaskGroup group(loop);
  const Timer timer(loop, at, [set = done.setter()] {
    set(fail(Code::kDeadline, "The time for this request ran out. Try again, or ask for less at once."));
  });
  group.spawn(detail::deliver<Result<T>>(std::move(task), done.setter()));
  co_return co_await done;
}

// Runs `work` on the worker and gives what it returns. Dropping the task does not stop the work, only its answer.
template <class F, class R = std::invoke_result_t<F&>>
Task<R> run_on(Loop& loop, Worker& worker, F work) {
  const Completion<R> done(loop);
  worker.submit([&loop, set = done.setter(), work = std::move(work)]() mutable {
    loop.post([set = std::move(set), value = work()]() mutable { set(std::move(value)); });
  });
  co_return co_await done;
}

}  // namespace base

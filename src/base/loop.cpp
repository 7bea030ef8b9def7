#include "base/loop.h"

#include <unordered_map>

namespace base {

struct TaskGroup::State : std::enable_shared_from_this<State> {
  explicit State(Loop& owner) : loop(owner) {}

  void finished(uint64_t id) {
    // The task stands in its own last lines, so it is freed on a later turn.
    loop.post([weak = weak_from_this(), id] {
      if (const auto state = weak.lock()) state->erase(id);
    });
  }
  void erase(uint64_t id) {
    const auto found = tasks.find(id);
    if (found == tasks.end()) return;
    const Task<void> dying = std::move(found->second);
    tasks.erase(found);
    if (tasks.empty() && empty) std::exchange(empty, std::nullopt).value()(true);
  }

  Loop& loop;
  uint64_t next_id = 1;
  std::unordered_map<uint64_t, Task<void>> tasks;
  std::optional<Completion<bool>::Setter> empty;
};

TaskGroup::TaskGroup(Loop& loop) : state_(std::make_shared<State>(loop)) {}

TaskGroup::~TaskGroup() {
  // A dying task may reach into the group again; it then finds an empty one.
  const auto dying = std::move(state_->tasks);
  state_->tasks.clear();
}

Task<void> TaskGroup::run(State* state, uint64_t id, Task<void> task) {
  co_await std::move(task);
  state->finished(id);
}

uint64_t TaskGroup::spawn(Task<void> task) {
  const uint64_t id = state_->next_id++;
  const auto state = state_;
  const auto [at, fresh] = state->tasks.emplace(id, run(state.get(), id, std::move(task)));
  ENSURE(fresh);
  at->second.start();
  return id;
}

void TaskGroup::cancel(uint64_t id) { state_->erase(id); }

size_t TaskGroup::size() const { return state_->tasks.size(); }

Task<void> TaskGroup::join() {
  const auto state = state_;
  if (state->tasks.empty()) co_return;
  const Completion<bool> done(state->loop);
  state->empty = done.setter();
  co_await done;
}

namespace {

struct SleepAwaiter {
  SleepAwaiter(Loop& owner, Instant until) : loop(owner), at(until) {}
  SleepAwaiter(const SleepAwaiter&) = delete;
  SleepAwaiter& operator=(const SleepAwaiter&) = delete;
  ~SleepAwaiter() {
    if (id) loop.cancel(*id);
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) {
    id = loop.call_at(at, [this, caller] {
      id.reset();
      caller.resume();
    });
  }
  void await_resume() const noexcept {}

  Loop& loop;
  Instant at;
  std::optional<Loop::TimerId> id;
};

}  // namespace

Task<void> sleep_until(Loop& loop, Instant at) { co_await SleepAwaiter(loop, at); }

}  // namespace base

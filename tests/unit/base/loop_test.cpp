#include "base/loop.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/support/manual_loop.h"
#include "tests/test.h"

namespace {

using base::Completion;
using base::Instant;
using base::Result;
using base::Task;
using base::TaskGroup;
using test::HeldWorker;
using test::InlineWorker;
using test::ManualLoop;
using namespace std::chrono_literals;
using Trace = std::vector<std::string>;

Instant at(base::Duration since_start) { return {since_start}; }

struct OnExit {
  explicit OnExit(Trace* trace, std::string name) : trace(trace), name(std::move(name)) {}
  ~OnExit() { trace->push_back(name); }
  Trace* trace;
  std::string name;
};

Task<void> wait_then_note(ManualLoop* loop, base::Duration wait, Trace* trace, std::string word) {
  const OnExit exit(trace, word + " gone");
  co_await base::sleep_for(*loop, wait);
  trace->push_back(word);
}
Task<void> await_value(const Completion<int>* completion, std::vector<int>* values) {
  values->push_back(co_await *completion);
}
Task<Result<int>> slow_answer(ManualLoop* loop, base::Duration wait, Trace* trace) {
  const OnExit exit(trace, "answer gone");
  co_await base::sleep_for(*loop, wait);
  co_return 42;
}
Task<Result<int>> instant_answer() { co_return 42; }
Task<Result<int>> instant_failure() { co_return base::fail(base::Code::kNotFound, "There is none."); }
Task<void> join_then_note(TaskGroup* group, Trace* trace) {
  co_await group->join();
  trace->push_back("joined");
}
Task<void> spawn_into(TaskGroup* group, ManualLoop* loop, Trace* trace) {
  group->spawn(wait_then_note(loop, 1s, trace, "child"));
  co_return;
}
Task<void> run_on_and_note(ManualLoop* loop, base::Worker* worker, Trace* trace) {
  auto work = [trace] {
    trace->push_back("work");
    return std::string("result");
  };
  trace->push_back(co_await base::run_on(*loop, *worker, std::move(work)));
}

}  // namespace

TEST_CASE("The manual loop runs callbacks in order and never inside post") {
  ManualLoop loop;
  Trace trace;
  loop.post([&] {
    trace.push_back("a");
    loop.post([&] { trace.push_back("c"); });
  });
  loop.post([&] { trace.push_back("b"); });
  CHECK(trace.empty());
  loop.run_until_idle();
  CHECK(trace == Trace{"a", "b", "c"});
}

TEST_CASE("Timers fire in order of time, then of setting, and see the time that they asked for") {
  ManualLoop loop;
  Trace trace;
  std::vector<Instant> seen;
  const auto fire = [&](std::string word) {
    return [&trace, &seen, &loop, word = std::move(word)] {
      trace.push_back(word);
      seen.push_back(loop.now());
    };
  };
  loop.call_at(at(3s), fire("late"));
  loop.call_at(at(1s), fire("early"));
  loop.call_at(at(1s), fire("early too"));
  const auto cancelled = loop.call_at(at(2s), fire("cancelled"));
  loop.cancel(cancelled);
  loop.cancel(cancelled);
  loop.advance(999ms);
  CHECK(trace.empty());
  loop.advance(10s);
  CHECK(trace == Trace{"early", "early too", "late"});
  CHECK(seen == std::vector<Instant>{at(1s), at(1s), at(3s)});
  CHECK(loop.now() == at(10'999ms));
}

TEST_CASE("A Timer is cancelled with its owner") {
  ManualLoop loop;
  int fired = 0;
  { const base::Timer timer(loop, at(1s), [&] { ++fired; }); }
  const base::Timer kept(loop, at(1s), [&] { fired += 10; });
  loop.advance(2s);
  CHECK(fired == 10);
}

TEST_CASE("A completion resumes its waiter on a fresh stack, with the first value") {
  ManualLoop loop;
  TaskGroup group(loop);
  const Completion<int> completion(loop);
  std::vector<int> values;
  group.spawn(await_value(&completion, &values));
  const auto set = completion.setter();
  set(1);
  set(2);
  CHECK(values.empty());
  loop.run_until_idle();
  CHECK(values == std::vector<int>{1});
}

TEST_CASE("A completion that is set before anyone waits gives its value at once") {
  ManualLoop loop;
  TaskGroup group(loop);
  const Completion<int> completion(loop);
  completion.setter()(7);
  std::vector<int> values;
  group.spawn(await_value(&completion, &values));
  CHECK(values == std::vector<int>{7});
}

TEST_CASE("Setting a completion whose waiter was dropped does nothing") {
  ManualLoop loop;
  std::vector<int> values;
  std::optional<Completion<int>::Setter> set;
  SUBCASE("dropped before the value") {
    {
      const Completion<int> completion(loop);
      TaskGroup group(loop);
      set = completion.setter();
      group.spawn(await_value(&completion, &values));
    }
    (*set)(1);
  }
  SUBCASE("dropped between the value and the resumption") {
    const Completion<int> completion(loop);
    TaskGroup group(loop);
    set = completion.setter();
    const auto id = group.spawn(await_value(&completion, &values));
    (*set)(1);
    group.cancel(id);
  }
  loop.run_until_idle();
  CHECK(values.empty());
}

TEST_CASE("A task group runs its tasks side by side and forgets those that ended") {
  ManualLoop loop;
  Trace trace;
  TaskGroup group(loop);
  group.spawn(wait_then_note(&loop, 2s, &trace, "two"));
  group.spawn(wait_then_note(&loop, 1s, &trace, "one"));
  CHECK(group.size() == 2);
  loop.advance(1s);
  CHECK(trace == Trace{"one", "one gone"});
  CHECK(group.size() == 1);
  loop.advance(1s);
  CHECK(trace == Trace{"one", "one gone", "two", "two gone"});
  CHECK(group.size() == 0);
}

TEST_CASE("Cancelling one task leaves the others") {
  ManualLoop loop;
  Trace trace;
  TaskGroup group(loop);
  const auto first = group.spawn(wait_then_note(&loop, 1s, &trace, "first"));
  group.spawn(wait_then_note(&loop, 1s, &trace, "second"));
  group.cancel(first);
  group.cancel(first);
  group.cancel(999);
  CHECK(trace == Trace{"first gone"});
  CHECK(loop.timer_count() == 1);
  loop.advance(1s);
  CHECK(trace == Trace{"first gone", "second", "second gone"});
}

TEST_CASE("Destroying a group drops its tasks") {
  ManualLoop loop;
  Trace trace;
  {
    TaskGroup group(loop);
    group.spawn(wait_then_note(&loop, 1s, &trace, "task"));
  }
  loop.advance(5s);
  CHECK(trace == Trace{"task gone"});
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("A group that is destroyed while a finished task waits to be freed frees it once") {
  ManualLoop loop;
  Trace trace;
  {
    TaskGroup group(loop);
    group.spawn(wait_then_note(&loop, 0s, &trace, "task"));
    loop.advance(0s);
    group.spawn(join_then_note(&group, &trace));
  }
  loop.run_until_idle();
  CHECK(trace.front() == "task");
}

TEST_CASE("A task may spawn into its own group") {
  ManualLoop loop;
  Trace trace;
  TaskGroup group(loop);
  group.spawn(spawn_into(&group, &loop, &trace));
  CHECK(group.size() == 2);
  loop.advance(1s);
  CHECK(trace == Trace{"child", "child gone"});
  CHECK(group.size() == 0);
}

TEST_CASE("Joining waits for the last task, also when it is cancelled") {
  ManualLoop loop;
  Trace trace;
  TaskGroup group(loop);
  TaskGroup waiters(loop);
  const auto slow = group.spawn(wait_then_note(&loop, 10s, &trace, "slow"));
  group.spawn(wait_then_note(&loop, 1s, &trace, "quick"));
  waiters.spawn(join_then_note(&group, &trace));
  loop.advance(2s);
  CHECK(trace == Trace{"quick", "quick gone"});
  group.cancel(slow);
  loop.run_until_idle();
  CHECK(trace == Trace{"quick", "quick gone", "slow gone", "joined"});
}

TEST_CASE("Joining an empty group ends at once") {
  ManualLoop loop;
  Trace trace;
  TaskGroup group(loop);
  loop.run(join_then_note(&group, &trace));
  CHECK(trace == Trace{"joined"});
}

TEST_CASE("Sleeping until a time that has passed still takes a turn of the loop") {
  ManualLoop loop;
  loop.advance(5s);
  Trace trace;
  TaskGroup group(loop);
  group.spawn(wait_then_note(&loop, -1s, &trace, "woke"));
  CHECK(trace.empty());
  loop.run_until_idle();
  CHECK(trace == Trace{"woke", "woke gone"});
}

TEST_CASE("with_deadline gives the answer when it comes in time, and leaves no timer") {
  ManualLoop loop;
  Trace trace;
  CHECK(loop.run(base::with_deadline(loop, at(5s), slow_answer(&loop, 4s, &trace))).value() == 42);
  CHECK(loop.now() == at(4s));
  CHECK(loop.timer_count() == 0);
  CHECK(loop.run(base::with_deadline(loop, at(9s), instant_answer())).value() == 42);
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("with_deadline drops the task when time runs out") {
  ManualLoop loop;
  Trace trace;
  const auto result = loop.run(base::with_deadline(loop, at(3s), slow_answer(&loop, 4s, &trace)));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == base::Code::kDeadline);
  CHECK(loop.now() == at(3s));
  CHECK(trace == Trace{"answer gone"});
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("with_deadline passes errors on, and waits without a timer when there is no deadline") {
  ManualLoop loop;
  Trace trace;
  CHECK(loop.run(base::with_deadline(loop, at(1s), instant_failure())).error().code == base::Code::kNotFound);
  CHECK(loop.run(base::with_deadline(loop, Instant::never(), slow_answer(&loop, 1h, &trace))).value() == 42);
}

TEST_CASE("Dropping a task under a deadline drops the timer too") {
  ManualLoop loop;
  Trace trace;
  {
    auto task = base::with_deadline(loop, at(3s), slow_answer(&loop, 4s, &trace));
    task.start();
    CHECK(loop.timer_count() == 2);
  }
  CHECK(loop.timer_count() == 0);
  CHECK(trace == Trace{"answer gone"});
  loop.advance(10s);
}

TEST_CASE("run_on brings the worker's result back to the loop") {
  ManualLoop loop;
  Trace trace;
  InlineWorker worker;
  TaskGroup group(loop);
  group.spawn(run_on_and_note(&loop, &worker, &trace));
  CHECK(trace == Trace{"work"});
  loop.run_until_idle();
  CHECK(trace == Trace{"work", "result"});
}

TEST_CASE("Dropping the waiter of a worker lets the work happen and forgets the result") {
  ManualLoop loop;
  Trace trace;
  HeldWorker worker;
  {
    TaskGroup group(loop);
    group.spawn(run_on_and_note(&loop, &worker, &trace));
    CHECK(worker.waiting() == 1);
  }
  worker.run_one();
  loop.run_until_idle();
  CHECK(trace == Trace{"work"});
}

#include "base/task.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "tests/support/manual_loop.h"
#include "tests/test.h"

namespace {

using test::ManualLoop;
using namespace std::chrono_literals;

struct OnExit {
  explicit OnExit(std::vector<std::string>* trace, std::string name) : trace(trace), name(std::move(name)) {}
  ~OnExit() { trace->push_back(name); }
  std::vector<std::string>* trace;
  std::string name;
};

base::Task<int> give(int value) { co_return value; }
base::Task<int> add(int a, int b) { co_return co_await give(a) + co_await give(b); }
base::Task<void> note(std::vector<std::string>* trace, std::string word) {
  trace->push_back(std::move(word));
  co_return;
}
base::Task<void> inner(ManualLoop* loop, std::vector<std::string>* trace) {
  const OnExit exit(trace, "inner gone");
  co_await base::sleep_for(*loop, 1s);
  trace->push_back("inner ended");
}
base::Task<void> outer(ManualLoop* loop, std::vector<std::string>* trace) {
  const OnExit exit(trace, "outer gone");
  co_await inner(loop, trace);
  trace->push_back("outer ended");
}
base::Task<int> countdown(int from) {
  int steps = 0;
  for (int i = from; i > 0; --i) steps += co_await give(1);
  co_return steps;
}
base::Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await nested(depth - 1);
}
base::Task<int> failing() {
  throw std::runtime_error("bug");
  co_return 0;
}
base::Task<std::string> catching() {
  try {
    co_await failing();
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}
base::Task<base::Result<int>> half(int value) {
  if (value % 2 != 0) co_return base::fail(base::Code::kInvalidArgument, "odd");
  co_return value / 2;
}
base::Task<base::Result<int>> quarter(int value) {
  CO_TRY(const int first, co_await half(value));
  CO_TRY(const int second, co_await half(first));
  co_return second;
}

}  // namespace

TEST_CASE("A task is lazy: it does nothing until it is awaited") {
  std::vector<std::string> trace;
  auto task = note(&trace, "ran");
  CHECK(trace.empty());
  ManualLoop loop;
  loop.run(std::move(task));
  CHECK(trace == std::vector<std::string>{"ran"});
}

TEST_CASE("Tasks give values to the tasks that await them") {
  ManualLoop loop;
  CHECK(loop.run(add(2, 3)) == 5);
}

TEST_CASE("A task gives a value that only moves") {
  ManualLoop loop;
  const auto make = [](int value) -> base::Task<std::unique_ptr<int>> { co_return std::make_unique<int>(value); };
  CHECK(*loop.run(make(9)) == 9);
}

TEST_CASE("Long chains of finished tasks and deep nesting do not use up the stack") {
  ManualLoop loop;
  CHECK(loop.run(countdown(1'000)) == 1'000);
  CHECK(loop.run(nested(1'000)) == 1'000);
}

TEST_CASE("Dropping a task destroys what it awaits, innermost first, and its timer with it") {
  ManualLoop loop;
  std::vector<std::string> trace;
  {
    auto task = outer(&loop, &trace);
    task.start();
    CHECK_FALSE(task.done());
    CHECK(loop.timer_count() == 1);
  }
  CHECK(trace == std::vector<std::string>{"inner gone", "outer gone"});
  CHECK(loop.timer_count() == 0);
  loop.advance(2s);
  CHECK(trace.size() == 2);
}

TEST_CASE("A task that is not dropped runs on after its wait") {
  ManualLoop loop;
  std::vector<std::string> trace;
  loop.run(outer(&loop, &trace));
  CHECK(trace == std::vector<std::string>{"inner ended", "inner gone", "outer ended", "outer gone"});
}

TEST_CASE("Assigning over a task drops the old one") {
  ManualLoop loop;
  std::vector<std::string> trace;
  auto task = outer(&loop, &trace);
  task.start();
  task = note(&trace, "new");
  CHECK(trace == std::vector<std::string>{"inner gone", "outer gone"});
  task.start();
  CHECK(trace.back() == "new");
  CHECK(task.done());
}

TEST_CASE("An exception reaches the task that awaits") {
  ManualLoop loop;
  CHECK(loop.run(catching()) == "bug");
}

TEST_CASE("CO_TRY gives the value or returns the error") {
  ManualLoop loop;
  CHECK(loop.run(quarter(12)).value() == 3);
  const auto failed = loop.run(quarter(6));
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == base::Code::kInvalidArgument);
}

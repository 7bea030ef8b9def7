// The real loop and the worker thread.
#include "net/loop.h"

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "tests/test.h"


namespace {

using namespace std::chrono_literals;

base::Task<void> count_on_worker(base::Loop& loop, base::Worker& worker, net::AsioLoop& stops,
                                 int& out) {
  out = co_await base::run_on(loop, worker, [] { return 41; });
  ++out;
  stops.stop();
}

}  // namespace

TEST_CASE("timers fire in order of time, the cancelled one never") {
  net::AsioLoop loop;
  std::vector<int> order;
  const auto now = loop.now();
  loop.call_at(now + 20ms, [&] {
    order.push_back(3);
    loop.stop();
  });
  const auto cancelled = loop.call_at(now + 5ms, [&] { order.push_back(99); });
  loop.call_at(now + 10ms, [&] { order.push_back(2); });
  loop.call_at(now - 1s, [&] { order.push_back(1); });
  loop.cancel(cancelled);
  loop.run();
  CHECK(order == std::vector<int>{1, 2, 3});
  CHECK(loop.now() >= now + 20ms);
}

TEST_CASE(
    "a timer set from a timer waits for the next turn, and one that is cancelled there does not "
    "fire") {
  net::AsioLoop loop;
  std::vector<int> order;
  base::Loop::TimerId second = 0;
  loop.call_at(loop.now(), [&] {
    order.push_back(1);
    loop.cancel(second);
    loop.post([&] { order.push_back(2); });
    loop.call_at(loop.now() - 1s, [&] {
      order.push_back(3);
      loop.stop();
    });
  });
  second = loop.call_at(loop.now(), [&] { order.push_back(98); });
  loop.run();
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("post works from other threads") {
  net::AsioLoop loop;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        loop.post([&] {
          if (++sum == 4000) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (auto& thread : threads) thread.join();
  CHECK(sum == 4000);
}

TEST_CASE("a signal stops the loop") {
  net::AsioLoop loop;
  loop.stop_on({SIGUSR1});
  bool gave_up = false;
  loop.call_at(loop.now() + std::chrono::seconds(30), [&] {
    gave_up = true;
    loop.stop();
  });
  loop.post([] { std::raise(SIGUSR1); });
  loop.run();
  CHECK_FALSE(gave_up);
}

TEST_CASE("work runs in order on another thread and its result comes back to the loop") {
  net::AsioLoop loop;
  std::vector<int> order;
  int result = 0;
  {
    net::ThreadWorker worker;
    base::TaskGroup group(loop);
    group.spawn(count_on_worker(loop, worker, loop, result));
    loop.run();
    for (int i = 0; i < 100; ++i) worker.submit([&order, i] { order.push_back(i); });
  }  // The destructor finished what was queued.
  CHECK(result == 42);
  REQUIRE(order.size() == 100);
  CHECK(order.front() == 0);
  CHECK(order.back() == 99);
}

TEST_CASE("callbacks that never ran may own timers when the loop dies") {
  std::atomic<bool> fired = false;
  {
    net::AsioLoop loop;
    auto timer = std::make_unique<base::Timer>(loop, loop.now() + 1h, [&] { fired = true; });
    loop.post([timer = std::move(timer)] {});
    auto inner = std::make_unique<base::Timer>(loop, loop.now() + 1h, [&] { fired = true; });
    loop.call_at(loop.now() + 1h, [inner = std::move(inner)] {});
  }
  CHECK_FALSE(fired);
}

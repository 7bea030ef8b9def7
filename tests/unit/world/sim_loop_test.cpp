// The simulated loop: virtual time, seeded order, the same run for the same seed.
#include "sim/world/sim_loop.h"

#include <string>
#include <vector>

#include "sim/world/scenario.h"

#include "tests/test.h"

namespace sim::world {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("time jumps to timers and moves the calendar") {
  SimLoop loop(1);
  std::vector<int> order;
  loop.call_at(base::Instant{hours(48)}, [&] { order.push_back(2); });
  loop.call_at(base::Instant{hours(1)}, [&] { order.push_back(1); });
  loop.run_until_idle();
  CHECK(order == std::vector{1, 2});
  CHECK(loop.now() == base::Instant{hours(48)});
  CHECK(loop.wall() == SimLoop::kStart + hours(48));
  CHECK(base::to_rfc3339(SimLoop::kStart) == "2026-11-24T12:00:00Z");
  CHECK(!loop.step());
}

TEST_CASE("run_for stops at its end and runs nothing beyond") {
  SimLoop loop(1);
  int ran = 0;
  loop.call_at(base::Instant{seconds(1)}, [&] { ++ran; });
  loop.call_at(base::Instant{seconds(3)}, [&] { ++ran; });
  loop.run_for(seconds(2));
  CHECK(ran == 1);
  CHECK(loop.now() == base::Instant{seconds(2)});
  loop.run_for(seconds(1));
  CHECK(ran == 2);
}

TEST_CASE("a cancelled timer does not run, even when it is due already") {
  SimLoop loop(1);
  int ran = 0;
  base::Loop::TimerId other = 0;
  const auto first = loop.call_at(base::Instant{seconds(1)}, [&] {
    ++ran;
    loop.cancel(other);
  });
  other = loop.call_at(base::Instant{seconds(1)}, [&] {
    ++ran;
    loop.cancel(first);
  });
  loop.run_until_idle();
  CHECK(ran == 1);
  loop.cancel(first);
  loop.cancel(12345);
}

std::string order_of(uint64_t seed) {
  SimLoop loop(seed);
  std::string order;
  for (const char c : {'a', 'b', 'c', 'd', 'e'}) loop.post([&order, c] { order += c; });
  loop.run_until_idle();
  return order;
}

TEST_CASE("the seed chooses the order of what is ready, and only the seed") {
  CHECK(order_of(1) == order_of(1));
  int differ = 0;
  for (uint64_t seed = 2; seed < 12; ++seed) differ += order_of(seed) == order_of(1) ? 0 : 1;
  CHECK(differ >= 8);
}

uint64_t trace_of(uint64_t seed) {
  SimLoop loop(seed);
  SimWorker worker(loop, seed);
  for (int i = 0; i < 10; ++i) {
    loop.post([&loop, i] { loop.note(std::to_string(i)); });
    worker.submit([&loop] { loop.note("work"); });
  }
  loop.run_until_idle();
  return loop.trace_hash();
}

TEST_CASE("the trace tells runs apart") {
  CHECK(trace_of(3) == trace_of(3));
  CHECK(trace_of(3) != trace_of(4));
  CHECK(every_seed(20, 2, trace_of) == 0);
  uint64_t calls = 0;
  CHECK(every_seed(20, 2, [&](uint64_t) { return ++calls; }) == 2);
}

base::Task<int> wait_and_give(base::Loop* loop, int value) {
  co_await base::sleep_for(*loop, milliseconds(5));
  co_return value;
}

TEST_CASE("run gives the task's value") {
  SimLoop loop(1);
  CHECK(loop.run(wait_and_give(&loop, 7)) == 7);
}

class EchoService final : public http::Client {
 public:
  base::Task<base::Result<http::Response>> send(http::Request request) override {
    ++served;
    http::Response response;
    response.body = request.target;
    co_return response;
  }
  int served = 0;
};

base::Result<http::Response> send_one(SimLoop& loop, SimNet& net, seconds within) {
  http::Request request;
  request.target = "/0123456789";
  request.deadline = loop.now() + within;
  return loop.run(net.send(std::move(request)));
}

TEST_CASE("each way to fail does what its name says") {
  struct Case {
    NetFailure failure;
    int served;
    int status;  // 0: an error.
    std::string detail;
  };
  for (const Case& each : {
           Case{NetFailure::kRefused, 0, 0, "not sent"}, Case{NetFailure::kLostBefore, 0, 0, "connection reset"},
           Case{NetFailure::kLostAfter, 1, 0, "connection reset"}, Case{NetFailure::kSilent, 1, 0, "deadline"},
           Case{NetFailure::kTruncated, 1, 200, ""}, Case{NetFailure::kServerError, 0, 503, ""}}) {
    CAPTURE(name_of(each.failure));
    SimLoop loop(5);
    EchoService service;
    SimNet net(loop, service, 6);
    net.fail_nth(1, each.failure);
    const auto response = send_one(loop, net, seconds(9));
    CHECK(service.served == each.served);
    CHECK(net.failures() == 1);
    if (each.status == 0) {
      REQUIRE(!response.has_value());
      CHECK(response.error().detail == each.detail);
    } else {
      REQUIRE(response.has_value());
      CHECK(response->status == each.status);
      CHECK(response->body.size() < 20);
    }
    if (each.failure == NetFailure::kSilent) CHECK(loop.now() == base::Instant{seconds(9)});
    // The next one is well.
    CHECK(send_one(loop, net, seconds(9))->body == "/0123456789");
  }
}

TEST_CASE("a deadline shorter than the way is kept") {
  SimLoop loop(5);
  EchoService service;
  SimNet net(loop, service, 6, {.latency_min = seconds(2), .latency_max = seconds(2)});
  const auto response = send_one(loop, net, seconds(3));
  REQUIRE(!response.has_value());
  CHECK(response.error().code == base::Code::kDeadline);
  CHECK(loop.now() == base::Instant{seconds(3)});
  CHECK(service.served == 1);
}

TEST_CASE("every_failure reaches every step of every way to fail") {
  std::vector<PlannedFailure> seen;
  const auto runs = every_failure([&](PlannedFailure planned) {
    seen.push_back(planned);
    return uint64_t{3};
  });
  CHECK(runs.steps == 3);
  CHECK(runs.runs == 1 + 6 * 4);
  CHECK(seen.size() == runs.runs);
}

}  // namespace
}  // namespace sim::world

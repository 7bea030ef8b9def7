// Refusals by the thousand are a few records, and each of them is counted.
#include "app/audited_server.h"

#include <fmt/format.h>
#include <set>
#include <string>
#include <vector>

#include "app/metrics.h"
#include "audit/watch.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_trail.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using audit::Event;
using Why = mcp::RefusedRequest::Why;

struct Bench {
  void refuse(const std::string& source, Why why = Why::kLogin, const std::string& user = "") {
    loop.run(auditor.refused({.why = why,
                              .code = base::Code::kUnauthenticated,
                              .source = source,
                              .value = {},
                              .reason = {},
                              .principal = {.id = user}}));
  }
  int64_t count_of(size_t record) const {
    for (const audit::Detail& detail : trail.entries.at(record).request) {
      if (detail.name == "count") return std::get<int64_t>(detail.value);
    }
    return 0;
  }

  test::ManualLoop loop;
  test::MemoryTrail trail;
  int64_t heard = 0;
  audit::Watch watch{trail, [this](const audit::Entry& entry) { heard += entry.times; }};
  app::AuditedServer auditor{loop, watch};
};

}  // namespace

TEST_CASE("refusals: a thousand in a second are one record, and one more with their count") {
  Bench bench;
  for (int i = 0; i < 1000; ++i) bench.refuse("192.0.2.7");
  REQUIRE(bench.trail.entries.size() == 1);
  CHECK(bench.trail.entries[0].source == "192.0.2.7");
  // Others are told at once: another address, and another reason.
  bench.refuse("192.0.2.8");
  bench.refuse("192.0.2.7", Why::kHost);
  CHECK(bench.trail.entries.size() == 3);

  bench.loop.advance(1s);
  REQUIRE(bench.trail.entries.size() == 4);
  CHECK(bench.trail.entries[3].event == Event::kBearerRefused);
  CHECK(bench.trail.entries[3].source == "192.0.2.7");
  CHECK(bench.count_of(3) == 999);
  CHECK(bench.heard == 1002);
  // After a quiet while the next one is a first one again, and nothing is left to do.
  bench.loop.advance(2s);
  bench.refuse("192.0.2.7");
  CHECK(bench.trail.entries.size() == 5);
  CHECK(bench.count_of(4) == 0);
}

TEST_CASE("refusals that go on are one record a second") {
  Bench bench;
  for (int i = 0; i < 100; ++i) {
    bench.refuse("192.0.2.7");
    bench.loop.advance(100ms);
  }
  CHECK(bench.trail.entries.size() <= 12);
  bench.loop.advance(2s);
  CHECK(bench.heard == 100);
}

TEST_CASE("refusals of known users are told apart, whatever address they share") {
  Bench bench;
  bench.refuse("192.0.2.7", Why::kScope, "api-key 1");
  bench.refuse("192.0.2.7", Why::kScope, "api-key 2");
  bench.refuse("192.0.2.7", Why::kScope, "api-key 2");
  REQUIRE(bench.trail.entries.size() == 2);
  CHECK(bench.trail.entries[1].user == "api-key 2");
}

TEST_CASE("refusals of a crowd of addresses are bounded, and the last ones are told at the end") {
  Bench bench;
  constexpr int kCrowd = 10'000;
  for (int i = 0; i < kCrowd; ++i) bench.refuse(fmt::format("2001:db8::{:x}", i));
  CHECK(bench.trail.entries.size() <= app::AuditedServer::kRefusedMax + 1);
  bench.auditor.tell_counted();
  CHECK(bench.trail.entries.back().source == "others");
  CHECK(bench.heard == kCrowd);
}

TEST_CASE("refusals of handles: each kind says whose and why, and a flood of them is counted") {
  Bench bench;
  std::vector<std::string> reasons;
  for (const Why why : {Why::kTask, Why::kState, Why::kReplay, Why::kCursor}) {
    for (int i = 0; i < 500; ++i) bench.refuse("192.0.2.7", why, "mallory");
    const audit::Entry& told = bench.trail.entries.back();
    CHECK(told.event == Event::kHandleRefused);
    CHECK(told.user == "mallory");
    reasons.push_back(told.reason);
  }
  CHECK(bench.trail.entries.size() == 4);
  CHECK(std::set<std::string>(reasons.begin(), reasons.end()).size() == 4);
  bench.loop.advance(1s);
  CHECK(bench.trail.entries.size() == 8);
  CHECK(bench.heard == 2000);
}

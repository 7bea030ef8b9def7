// The writer: restarts, crashes, full disks, and several processes on one trail.
#include <string>

#include "audit/state.h"
#include "json/parse.h"
#include "tests/unit/audit/bench.h"

namespace audit {
namespace {

bool has_event(const Bench& bench, std::string_view name) {
  return bench.disk.text().find("\"event\":\"" + std::string(name) + "\"") != std::string::npos;
}

Entry marked(const Bench& bench, int number) { return bench.entry("mark-" + std::to_string(number)); }

bool stands(const Bench& bench, int number) {
  return bench.disk.text().find("\"mark-" + std::to_string(number) + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("a trail goes on after a restart, in one chain") {
  Bench bench;
  for (int run = 0; run < 6; ++run) bench.fill(7);
  CHECK(bench.verdict() == "good");
  CHECK(bench.verify().records == 42);
  // Nothing to mend, so nothing was.
  CHECK(!has_event(bench, "audit.recovered"));
  CHECK(!has_event(bench, "audit.gap"));
}

TEST_CASE("an epoch ends after its records and after its time, and its key leaves the disk") {
  Bench bench;
  Journal journal = bench.open();
  const uint64_t first = journal.epoch();
  bench.add(journal, 10);
  CHECK(journal.epoch() == first);
  bench.add(journal, 1);
  CHECK(journal.epoch() == first + 1);
  bench.clock.advance(bench.options.epoch_lasts);
  REQUIRE(journal.tick(bench.clock.wall()));
  CHECK(journal.epoch() == first + 2);
  // An empty epoch need not end.
  bench.clock.advance(bench.options.epoch_lasts);
  REQUIRE(journal.tick(bench.clock.wall()));
  CHECK(journal.epoch() == first + 2);
  bench.add(journal, 1);
  const uint64_t last = journal.epoch();
  REQUIRE(journal.close(bench.clock.wall()));
  const auto state = open_state(*bench.disk.state, Bench::keys());
  REQUIRE(state);
  CHECK(state->chain.epoch() == last + 1);
  CHECK(state->chain.size() == 12);
  CHECK(bench.verdict() == "good");
}

TEST_CASE("a torn last line is removed at the next start, and told") {
  Bench bench;
  {
    Journal journal = bench.open();
    bench.add(journal, 8);
  }
  const std::string whole = bench.disk.last();
  const std::string line = bench.line(7);
  for (const size_t cut : {size_t{1}, size_t{20}, line.size() - 1}) {
    CAPTURE(cut);
    bench.disk.last() = whole.substr(0, whole.size() - cut);
    CHECK(bench.verdict() == "torn at 7");
    const auto state = bench.disk.state;
    Journal journal = bench.open();
    CHECK(journal.size() == 8);  // Seven, and what it tells.
    CHECK(has_event(bench, "audit.recovered"));
    CHECK(bench.verdict() == "good");
    bench.disk.state = state;
  }
}

TEST_CASE("a damaged record is left as evidence, and the chain goes on in a new segment") {
  Bench bench;
  {
    Journal journal = bench.open();
    bench.add(journal, 8);
  }
  const Bench::Place place = bench.find(5);
  (*place.file)[place.begin + 40] ^= 1;
  const std::string damaged = *place.file;
  Journal journal = bench.open();
  CHECK(bench.disk.files.begin()->second == damaged);
  CHECK(bench.disk.files.size() == 2);
  bench.add(journal, 3);
  CHECK(has_event(bench, "audit.gap"));
  CHECK(bench.verdict() == "edited at 5");
  // What came after stands on the last good record.
  CHECK(journal.size() == 9);
}

TEST_CASE("a missing or changed state is mended from the first key on, and told") {
  for (const bool changed : {false, true}) {
    Bench bench;
    bench.fill(25);
    if (changed) {
      bench.disk.state->back() ^= 1;
    } else {
      bench.disk.state.reset();
    }
    CHECK(bench.verdict() == "no_state at 25");
    Journal journal = bench.open();
    CHECK(journal.size() == 26);
    // The chain holds again, and is not whole for it.
    CHECK(bench.verdict() == "good");
    const Report report = bench.verify();
    CHECK(!report.is_whole());
    REQUIRE(report.gaps.size() == 1);
    CHECK(report.gaps[0].seq == 25);
    CHECK(report.gaps[0].damage == (changed ? "state damaged" : "state missing"));
  }
}

TEST_CASE("a truncated trail does not reuse numbers that were given") {
  Bench bench;
  bench.fill(25);
  bench.erase(24);
  Journal journal = bench.open();
  CHECK(journal.size() == 26);
  CHECK(has_event(bench, "audit.gap"));
  CHECK(bench.verdict() == "deleted at 24");
}

TEST_CASE("whatever write fails, no acknowledged record is missing and none that was refused breaks the chain") {
  for (const size_t torn : {size_t{0}, size_t{1}, size_t{200}, size_t{1'000'000}}) {
    for (const bool stuck : {false, true}) {
      for (int fail_at = 0; fail_at < 60; ++fail_at) {
        CAPTURE(torn);
        CAPTURE(stuck);
        CAPTURE(fail_at);
        Bench bench;
        Journal journal = bench.open();
        bench.disk.fail_at = bench.disk.writes + fail_at;
        bench.disk.fail_until = bench.disk.fail_at + (stuck ? 4 : 1);
        bench.disk.torn_bytes = torn;
        bench.disk.truncation_fails = stuck;
        std::vector<int> acknowledged;
        for (int i = 0; i < 40; ++i) {
          const Entry entry = marked(bench, i);
          if (journal.append(std::span(&entry, 1), bench.clock.wall())) acknowledged.push_back(i);
        }
        for (const int number : acknowledged) CHECK(stands(bench, number));
        CHECK(acknowledged.size() >= 35);
        // Where even the repair failed, the remains are set aside, and only they are red.
        if (!stuck) CHECK(bench.verdict() == "good");
      }
    }
  }
}

TEST_CASE("a second sink that fails does not stop the trail, and is told of") {
  Bench bench;
  bench.options.checkpoint_records_max = 2;
  Journal journal = bench.open();
  bench.add(journal, 1);
  bench.disk.fail_at = bench.disk.writes + 1;
  bench.disk.fail_until = bench.disk.writes + 2;
  bench.add(journal, 1);
  REQUIRE(journal.checkpoint_problem());
  CHECK(journal.size() == 2);
  bench.add(journal, 2);
  CHECK(!journal.checkpoint_problem());
  CHECK(bench.verify().checkpoints == 1);
}

TEST_CASE("three processes that write by turns make one trail") {
  Bench bench;
  Journal first = bench.open();
  Journal second = bench.open();
  Journal third = bench.open();
  Journal* all[] = {&first, &second, &third};
  int number = 0;
  for (int turn = 0; turn < 120; ++turn) {
    // Not in a regular order, and some are silent for several epochs.
    Journal& journal = *all[(turn / 7 + turn * turn) % 3];
    if (turn % 50 == 49) bench.clock.advance(bench.options.epoch_lasts);
    const Entry entry = marked(bench, number++);
    REQUIRE(journal.append(std::span(&entry, 1), bench.clock.wall()));
    if (turn % 10 == 0) REQUIRE(all[turn % 3]->tick(bench.clock.wall()));
  }
  for (int i = 0; i < number; ++i) CHECK(stands(bench, i));
  CHECK(bench.verify().records == 120);
  CHECK(bench.verdict() == "good");
  // One ends, one dies, one goes on.
  REQUIRE(first.close(bench.clock.wall()));
  bench.disk.last() += "{\"seq\":120,\"ep";
  const Entry entry = marked(bench, number);
  REQUIRE(third.append(std::span(&entry, 1), bench.clock.wall()));
  CHECK(has_event(bench, "audit.recovered"));
  CHECK(bench.verdict() == "good");
}

TEST_CASE("a file that is cut while the server runs is noticed at the next record") {
  Bench bench;
  Journal journal = bench.open();
  bench.add(journal, 5);
  bench.disk.last().resize(100);
  bench.add(journal, 1);
  CHECK(has_event(bench, "audit.gap"));
  CHECK(bench.verdict() == "edited at 0");
}

TEST_CASE("planted secrets stand in no file") {
  Bench bench;
  bench.fill(30);
  std::string all = bench.disk.text() + *bench.disk.state + *bench.disk.checkpoints;
  CHECK(all.find("planted-secret") == std::string::npos);
  CHECK(all.find("owner") == std::string::npos);
  CHECK(all.find(std::string(32, 'k')) == std::string::npos);
  // Nor the key of a running epoch, which the state holds sealed.
  const auto state = open_state(*bench.disk.state, Bench::keys());
  REQUIRE(state);
  CHECK(all.find(std::string(state->chain.key().to_base64().reveal())) == std::string::npos);
}

TEST_CASE("every record is JSON") {
  Bench bench;
  bench.fill(12);
  for (const auto& line : base::split(bench.disk.text(), '\n')) CHECK((line.empty() || json::parse(line)));
}

}  // namespace audit

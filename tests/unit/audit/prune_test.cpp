// Pruning: what is old is gone, what it held is proved, and no moment of a crash makes the trail look damaged.
#include "audit/prune.h"

#include <string>

#include "tests/unit/audit/bench.h"

namespace audit {
namespace {

// One record in ten minutes, so that segments have times; some hours of them.
struct Old : Bench {
  Old() {
    Journal journal = open();
    for (int i = 0; i < 100; ++i) {
      clock.advance(std::chrono::minutes(10));
      const Entry one = entry();
      REQUIRE(journal.append(std::span(&one, 1), clock.wall()));
    }
    REQUIRE(journal.close(clock.wall()));
  }
  base::Result<Pruning> prune_to(std::chrono::hours kept) {
    return prune(keys(), disk, random, clock.wall() + -kept, clock.wall());
  }
};

}  // namespace

TEST_CASE("old segments go, the rest verifies against every checkpoint, and the trail tells of it") {
  Old old;
  const size_t segments = old.disk.files.size();
  const std::string root = crypto::to_hex(old.verify().root);
  const auto pruned = old.prune_to(std::chrono::hours(6));
  REQUIRE(pruned);
  CHECK(pruned->segments > 0);
  CHECK(old.disk.files.size() == segments - pruned->segments);
  CHECK(old.disk.text().starts_with("{\"seq\":" + std::to_string(pruned->first) + ","));
  CHECK(old.disk.text().contains(R"("event":"audit.pruned","severity":"warning")"));
  const Report report = old.verify();
  CHECK(report.is_whole());
  CHECK(report.pruned == pruned->first);
  CHECK(report.first == pruned->first);
  CHECK(report.checkpoints >= 2);
  CHECK(crypto::to_hex(report.root) != root);
  // Once more: there is nothing left to do.
  const auto again = old.prune_to(std::chrono::hours(6));
  REQUIRE(again);
  CHECK(again->segments == 0);
  CHECK(again->first == pruned->first);
}

TEST_CASE("a writer goes on over a pruned trail, also where the state is lost") {
  Old old;
  REQUIRE(old.prune_to(std::chrono::hours(6)));
  old.fill(20);
  CHECK(old.verdict() == "good");
  old.disk.state.reset();
  old.fill(20);
  const Report report = old.verify();
  CHECK_FALSE(report.finding);
  REQUIRE(report.gaps.size() == 1);
  CHECK(report.gaps.front().damage == "state missing");
}

TEST_CASE("whoever removes segments without the key is told of, and so is a moved or changed beginning") {
  Old old;
  Old pruned;
  REQUIRE(pruned.prune_to(std::chrono::hours(6)));
  old.disk.files.erase(old.disk.files.begin());
  CHECK(old.verdict() == "deleted at 0");

  auto more = pruned.disk;
  more.files.erase(more.files.begin());
  std::swap(more.files, pruned.disk.files);
  CHECK(pruned.verdict() != "good");
  std::swap(more.files, pruned.disk.files);
  const std::string signed_text = *pruned.disk.pruned;
  for (size_t i = 0; i < signed_text.size(); ++i) {
    std::string changed = signed_text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    pruned.disk.pruned = changed;
    CHECK(pruned.verify().finding.has_value());
  }
  pruned.disk.pruned = signed_text;
  CHECK(pruned.verdict() == "good");
  CHECK_FALSE(open_pruned(signed_text, Keys::derive(Bench::master('o'))).has_value());
}

TEST_CASE("a damaged trail is not pruned: the evidence stays") {
  Old old;
  const size_t segments = old.disk.files.size();
  old.disk.files.begin()->second[40] ^= 1;
  const auto refused = old.prune_to(std::chrono::hours(6));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kConflict);
  CHECK(old.disk.files.size() == segments);
}

TEST_CASE("whichever write fails, nothing of the trail is lost, and the next call ends what was begun") {
  const Old before;
  int writes = 0;
  {
    Old counted;
    const int start = counted.disk.writes;
    REQUIRE(counted.prune_to(std::chrono::hours(6)));
    writes = counted.disk.writes - start;
  }
  REQUIRE(writes > 4);
  for (int number = 0; number < writes; ++number) {
    CAPTURE(number);
    Old old;
    old.disk.fail_at = old.disk.writes + number;
    old.disk.fail_until = old.disk.fail_at + 1'000;
    // A checkpoint that cannot be written does not stop it.
    const bool done = old.prune_to(std::chrono::hours(6)).has_value();
    old.disk.fail_until = old.disk.fail_at;
    CHECK_FALSE(old.verify().finding.has_value());
    const auto ended = old.prune_to(std::chrono::hours(6));
    REQUIRE(ended);
    CHECK((done || ended->segments > 0));
    CHECK(old.verify().is_whole());
    CHECK(old.verify().pruned == ended->first);
  }
}

}  // namespace audit

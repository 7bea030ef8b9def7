// A trail to damage: a journal over a disk in memory, whose epochs, checkpoints and segments are short.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/journal.h"
#include "audit/verifier.h"
#include "base/text.h"
#include "crypto/key.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_disk.h"
#include "tests/support/seeded_random.h"

#include "tests/test.h"

namespace audit {

struct Bench {
  test::MemoryDisk disk;
  test::SeededRandom random;
  test::ManualClock clock;
  JournalOptions options{.epoch_records_max = 10, .checkpoint_records_max = 15, .segment_bytes_max = 4'000};

  static crypto::Key master(char fill = 'k') { return *crypto::Key::from_bytes(std::string(32, fill)); }
  static Keys keys() { return Keys::derive(master()); }

  Journal open() {
    auto opened = Journal::open(keys(), disk, random, options, clock.wall());
    if (!opened) FAIL(opened.error().message);
    return *std::move(opened);
  }
  Entry entry(std::string status = "ok") const {
    return {.event = Event::kCallEnded,
            .user = "owner",
            .source = "stdio",
            .request = {{"name", "search"}, {"arguments", Hidden{"a planted-secret"}}},
            .status = std::move(status),
            .time = clock.wall()};
  }
  void add(Journal& journal, int count) {
    for (int i = 0; i < count; ++i) {
      clock.advance(std::chrono::milliseconds(5));
      const Entry one = entry();
      REQUIRE(journal.append(std::span(&one, 1), clock.wall()));
    }
  }
  // A trail of `count` records beside those that the journal writes by itself.
  void fill(int count) {
    Journal journal = open();
    add(journal, count);
    REQUIRE(journal.close(clock.wall()));
  }
  Report verify(const VerifyOptions& how = {}) {
    auto report = audit::verify(keys(), disk, how);
    if (!report) FAIL(report.error().message);
    return *std::move(report);
  }
  // "edited at 7", or "good".
  std::string verdict(const VerifyOptions& how = {}) {
    const Report report = verify(how);
    if (!report.finding) return "good";
    return std::string(damage_name(report.finding->damage)) + " at " + std::to_string(report.finding->seq);
  }

  // The segment that holds record `seq`, and the place of its line there.
  struct Place {
    std::string* file;
    size_t begin;
    size_t end;  // Behind its LF.
  };
  Place find(uint64_t seq) {
    const std::string start = "{\"seq\":" + std::to_string(seq) + ",";
    for (auto& [name, bytes] : disk.files) {
      size_t at = bytes.starts_with(start) ? 0 : bytes.find("\n" + start);
      if (at == std::string::npos) continue;
      if (at > 0) ++at;
      return {&bytes, at, bytes.find('\n', at) + 1};
    }
    FAIL("no record " << seq);
    return {};
  }
  std::string line(uint64_t seq) {
    const Place place = find(seq);
    return place.file->substr(place.begin, place.end - place.begin);
  }
  void erase(uint64_t seq) {
    const Place place = find(seq);
    place.file->erase(place.begin, place.end - place.begin);
  }
  void insert_before(uint64_t seq, const std::string& text) {
    const Place place = find(seq);
    place.file->insert(place.begin, text);
  }
};

}  // namespace audit

// What an attacker can do to a trail, and what the verifier says to it.
#include <set>
#include <string>

#include "audit/state.h"
#include "tests/unit/audit/bench.h"

namespace audit {
namespace {

// The key of an epoch, as whoever broke in at that time has it.
Chain chain_of(uint64_t epoch) {
  Chain chain(Bench::keys().initial.clone());
  while (chain.epoch() < epoch) chain.evolve();
  return chain;
}

uint64_t epoch_of(const std::string& line) { return read_head(line.substr(0, line.size() - 1))->epoch; }

Digest mac_in(const std::string& line) { return *parse_mac(read_head(line.substr(0, line.size() - 1))->mac); }

// The record with another status, closed anew with the key of `epoch` after the record before it.
std::string forge(Bench& bench, uint64_t seq, uint64_t key_epoch, uint64_t written_epoch) {
  Pseudonyms names(Bench::keys().names);
  Chain chain = chain_of(key_epoch);
  if (seq > 0) chain.start_after(mac_in(bench.line(seq - 1)));
  const std::string body = write_body(bench.entry("forged"), seq, written_epoch, names);
  std::string line;
  append_line(line, body, chain.mac_of(body));
  return line;
}

void replace(Bench& bench, uint64_t seq, const std::string& line) {
  const Bench::Place place = bench.find(seq);
  place.file->replace(place.begin, place.end - place.begin, line);
}

}  // namespace

TEST_CASE("a whole trail is good: many epochs, segments and checkpoints") {
  Bench bench;
  bench.fill(100);
  const Report report = bench.verify();
  CHECK(!report.finding);
  CHECK(report.records == 100);
  CHECK(report.epochs >= 10);
  CHECK(report.segments >= 3);
  CHECK(report.checkpoints >= 6);
  CHECK(report.bytes == bench.disk.text().size());
}

TEST_CASE("every bit of a segment and of the state is watched") {
  Bench bench;
  bench.options.segment_bytes_max = 1'000'000;
  bench.options.epoch_records_max = 4;
  bench.fill(8);
  // By the chain and the state alone.
  bench.disk.checkpoints.reset();
  REQUIRE(bench.verdict() == "good");
  std::string& file = bench.disk.files.begin()->second;
  size_t missed = 0;
  for (size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      file[i] = static_cast<char>(file[i] ^ (1 << bit));
      const Report report = bench.verify();
      const auto line = static_cast<uint64_t>(std::ranges::count(std::string_view(file).substr(0, i), '\n'));
      // A line end that is gone joins a line to its successor; the first of the two is the bad one either way.
      if (!report.finding || report.finding->seq != line) ++missed;
      file[i] = static_cast<char>(file[i] ^ (1 << bit));
    }
  }
  CHECK(missed == 0);
  std::string& state = *bench.disk.state;
  for (size_t i = 0; i < state.size(); i += 3) {
    state[i] = static_cast<char>(state[i] ^ 1);
    CHECK(bench.verdict() == "no_state at 8");
    state[i] = static_cast<char>(state[i] ^ 1);
  }
}

TEST_CASE("edits, deletions, insertions and swaps are told apart, with the first bad record") {
  for (const uint64_t seq : {0U, 1U, 17U, 48U}) {
    CAPTURE(seq);
    const std::string at = " at " + std::to_string(seq);
    Bench bench;
    bench.fill(50);
    const auto files = bench.disk.files;

    std::string edited = bench.line(seq);
    edited.replace(edited.find("\"ok\""), 4, "\"no\"");
    replace(bench, seq, edited);
    CHECK(bench.verdict() == "edited" + at);

    bench.disk.files = files;
    bench.erase(seq);
    CHECK(bench.verdict() == "deleted" + at);

    bench.disk.files = files;
    bench.insert_before(seq, edited);
    CHECK(bench.verdict() == "inserted" + at);

    bench.disk.files = files;
    bench.insert_before(seq + 1, bench.line(seq));
    CHECK(bench.verdict() == "inserted at " + std::to_string(seq + 1));

    bench.disk.files = files;
    const std::string moved = bench.line(seq);
    bench.erase(seq);
    const Bench::Place next = bench.find(seq + 1);
    next.file->insert(next.end, moved);
    CHECK(bench.verdict() == "reordered" + at);
  }
}

TEST_CASE("a missing segment, a missing end and a torn line are told apart") {
  Bench bench;
  bench.fill(100);
  const auto files = bench.disk.files;
  const auto second = std::next(files.begin());
  const uint64_t first_of_second = *first_seq_of(second->first);

  bench.disk.files.erase(second->first);
  CHECK(bench.verdict() == "deleted at " + std::to_string(first_of_second));

  // A clean end is in the sealed state; the checkpoints would tell it, too.
  bench.disk.checkpoints.reset();
  bench.disk.files = files;
  bench.erase(99);
  CHECK(bench.verdict() == "truncated at 99");
  bench.disk.files.erase(std::prev(files.end())->first);
  CHECK(bench.verdict() == "truncated at " + std::to_string(*first_seq_of(std::prev(files.end())->first)));

  bench.disk.files = files;
  bench.disk.last().resize(bench.disk.last().size() - 1);
  CHECK(bench.verdict() == "torn at 99");

  bench.disk.files = files;
  bench.disk.state.reset();
  CHECK(bench.verdict() == "no_state at 100");
}

TEST_CASE("without a clean end, the last checkpoint tells what is missing") {
  Bench bench;
  Journal journal = bench.open();
  bench.add(journal, 20);
  bench.disk.fail_from_now(0);
  REQUIRE(bench.verify().checkpoints == 1);
  // Back to before the checkpoint, within the epoch of the state.
  for (uint64_t seq = 19; seq >= 14; --seq) bench.erase(seq);
  CHECK(bench.verdict() == "truncated at 14");
}

TEST_CASE("cve_2023_31439: who has the disk and the key of the running epoch cannot change an older epoch") {
  Bench bench;
  Journal journal = bench.open();
  bench.add(journal, 35);
  const uint64_t now = journal.epoch();
  const auto files = bench.disk.files;
  for (const uint64_t seq : {0U, 4U, 12U, 29U}) {
    CAPTURE(seq);
    const std::string at = " at " + std::to_string(seq);
    const uint64_t then = epoch_of(bench.line(seq));
    REQUIRE(then < now);
    // With the epoch that the record had, and with the one of the key.
    replace(bench, seq, forge(bench, seq, now, then));
    CHECK(bench.verdict() == "wrong_epoch" + at);
    bench.disk.files = files;
    replace(bench, seq, forge(bench, seq, now, now));
    CHECK(bench.verdict() == "wrong_epoch" + at);
    bench.disk.files = files;
    bench.insert_before(seq, forge(bench, seq, now, then));
    CHECK(bench.verdict() == "wrong_epoch" + at);
    bench.disk.files = files;
    bench.erase(seq);
    CHECK(bench.verdict() == "deleted" + at);
    bench.disk.files = files;
  }
  // Everything from an old record on, written anew under today's key: the state says where today began.
  bench.disk.files.erase(std::next(bench.disk.files.begin()), bench.disk.files.end());
  const Bench::Place place = bench.find(5);
  place.file->resize(place.begin);
  for (uint64_t seq = 5; seq < 35; ++seq) {
    const std::string line = forge(bench, seq, now, now);
    bench.disk.files.begin()->second += line;
  }
  CHECK(bench.verdict() == "wrong_epoch at 5");
}

TEST_CASE("a running epoch that its own key rewrote contradicts the checkpoint that was exported") {
  Bench bench;
  Journal journal = bench.open();
  bench.add(journal, 18);
  REQUIRE(bench.verify().checkpoints == 1);
  const uint64_t now = journal.epoch();
  for (uint64_t seq = 12; seq < 18; ++seq) {
    if (seq == 12) {
      replace(bench, seq, forge(bench, seq, now, now));
      continue;
    }
    // The rest of the epoch as it was, closed anew.
    const std::string old = bench.line(seq);
    const auto head = read_head(std::string_view(old).substr(0, old.size() - 1));
    Chain chain = chain_of(now);
    chain.start_after(mac_in(bench.line(seq - 1)));
    std::string line;
    append_line(line, head->body, chain.mac_of(head->body));
    replace(bench, seq, line);
  }
  CHECK(bench.verdict() == "rewritten at 14");
  bench.disk.checkpoints.reset();
  // This is the limit of a chain: without the second sink nobody can tell.
  CHECK(bench.verdict() == "good");
}

TEST_CASE("a record of another history of the same trail does not fit, although its code is right there") {
  Bench bench;
  {
    Journal journal = bench.open();
    bench.add(journal, 3);
  }
  // A copy of the disk is put back later, and other things happen.
  Bench other;
  other.disk.files = bench.disk.files;
  other.disk.state = bench.disk.state;
  other.clock.advance(std::chrono::seconds(1));
  bench.fill(5);
  other.fill(5);
  REQUIRE(bench.verdict() == "good");
  REQUIRE(other.verdict() == "good");
  REQUIRE(epoch_of(bench.line(5)) == epoch_of(other.line(5)));
  replace(bench, 5, other.line(5));
  CHECK(bench.verdict() == "edited at 5");
}

TEST_CASE("a checkpoint of another key is a finding") {
  Bench bench;
  bench.fill(20);
  const auto report = bench.verify();
  REQUIRE(report.checkpoints > 0);
  const CheckpointSigner stranger(Bench::keys().id, Bench::master('x'));
  *bench.disk.checkpoints += stranger.sign({.size = 20, .root = report.root});
  CHECK(bench.verdict() == "forged_checkpoint at 0");
}

TEST_CASE("a part is checked from a record on") {
  Bench bench;
  bench.fill(60);
  for (const uint64_t from : {1U, 10U, 33U, 59U}) {
    CAPTURE(from);
    const Report report = bench.verify({.from = from});
    CHECK(!report.finding);
    CHECK(report.records == 60 - from);
  }
  bench.erase(40);
  CHECK(bench.verdict({.from = 20}) == "deleted at 40");
  CHECK(bench.verdict({.from = 45}) == "good");
  // A part beyond the end is no damage.
  const auto beyond = verify(Bench::keys(), bench.disk, {.from = 500});
  REQUIRE(!beyond);
  CHECK(beyond.error().code == base::Code::kNotFound);
}

TEST_CASE("another master key opens nothing") {
  Bench bench;
  bench.fill(20);
  const auto report = audit::verify(Keys::derive(Bench::master('z')), bench.disk, {});
  REQUIRE(report);
  REQUIRE(report->finding);
  CHECK(report->records == 0);
}

TEST_CASE("a hostile number of an epoch costs no time") {
  Bench bench;
  bench.fill(5);
  std::string line = bench.line(2);
  const std::string epoch = "\"epoch\":" + std::to_string(epoch_of(line));
  line.replace(line.find(epoch), epoch.size(), "\"epoch\":99999999999999");
  replace(bench, 2, line);
  CHECK(bench.verdict() == "edited at 2");
}

}  // namespace audit

// A trail that is followed: whole lines, in order, over segments, and again from where another life had come.
#include "audit/tail.h"

#include <string>
#include <vector>

#include "audit/segments.h"
#include "tests/support/memory_disk.h"

#include "tests/test.h"

namespace {

std::string line(uint64_t seq) {
  return R"({"seq":)" + std::to_string(seq) + R"(,"epoch":0,"event":"x","mac":")" + std::string(43, 'A') + R"("})";
}

struct World {
  test::MemoryDisk disk;
  void add(uint64_t first, std::vector<uint64_t> seqs) {
    std::string& file = disk.files[audit::segment_name(first, 0)];
    for (const uint64_t seq : seqs) file += line(seq) + "\n";
  }
  audit::Batch read(const audit::TailPosition& from, size_t lines_max = 500) {
    auto batch = audit::read_batch(disk, from, lines_max);
    REQUIRE(batch);
    return *std::move(batch);
  }
};

}  // namespace

TEST_CASE("a trail is followed line by line, over its segments, and from where it was left") {
  World world;
  world.add(0, {0, 1, 2});
  world.add(3, {3, 4});
  std::vector<std::string> seen;
  audit::TailPosition at;
  for (audit::Batch batch = world.read(at, 2); !batch.lines.empty(); batch = world.read(at, 2)) {
    seen.insert(seen.end(), batch.lines.begin(), batch.lines.end());
    // Another life reads what the one before has written down.
    const auto kept = audit::read_position(audit::write_position(batch.next));
    REQUIRE(kept);
    CHECK(*kept == batch.next);
    at = *kept;
    CHECK(batch.missed == 0);
  }
  CHECK(seen == std::vector{line(0), line(1), line(2), line(3), line(4)});
  CHECK(at.seq == 5);
  CHECK(*audit::find_end(world.disk) == at);
  world.add(3, {5});
  CHECK(world.read(at).lines == std::vector{line(5)});
}

TEST_CASE("a line is read when it is whole, and one that was cut for good is left out") {
  World world;
  world.add(0, {0});
  world.disk.last() += line(1).substr(0, 20);
  const audit::Batch first = world.read({});
  CHECK(first.lines.size() == 1);
  CHECK(world.read(first.next).lines.empty());
  world.add(1, {1, 2});
  const audit::Batch second = world.read(first.next);
  CHECK(second.lines == std::vector{line(1), line(2)});
}

TEST_CASE("what was pruned before it was read is counted, and the rest is read") {
  World world;
  world.add(0, {0, 1});
  const audit::TailPosition at = world.read({}, 1).next;
  world.disk.files.clear();
  world.add(7, {7, 8});
  const audit::Batch batch = world.read(at);
  CHECK(batch.lines.size() == 2);
  CHECK(batch.missed == 6);
}

TEST_CASE("an empty trail has a place before its first record, and nonsense is no place") {
  World world;
  const auto end = audit::find_end(world.disk);
  REQUIRE(end);
  CHECK(*end == audit::TailPosition());
  CHECK(world.read(*end).lines.empty());
  CHECK(audit::read_position(audit::write_position(*end)) == *end);
  for (const char* text : {"", "x", "- 1", "- -1 0", "../etc/passwd 0 0", "- 0 0 0", "- a b"}) {
    CAPTURE(text);
    CHECK(!audit::read_position(text));
  }
}

// The messages of one stream: in order, each to one reader, bounded, and there again for a reader that comes back.
#include "mcp/transport/outbox.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "tests/support/manual_loop.h"

#include "tests/test.h"

namespace {

using mcp::Outbox;

base::Task<void> keep(base::Task<Outbox::Next> task, std::optional<Outbox::Next>* out) {
  out->emplace(co_await std::move(task));
}

struct Reading {
  test::ManualLoop loop;
  base::TaskGroup group{loop};

  // What there is now; nothing where the reader has to wait.
  void next(Outbox& outbox, uint64_t reader, int64_t after, std::optional<Outbox::Next>* out,
            base::Instant until = base::Instant::never()) {
    group.spawn(keep(outbox.next(reader, after, until), out));
    loop.run_until_idle();
  }
  std::string text(Outbox& outbox, uint64_t reader, int64_t after) {
    std::optional<Outbox::Next> found;
    next(outbox, reader, after, &found);
    REQUIRE(found);
    return found->item ? found->item->message : found->at_end ? "(end)" : "(nothing)";
  }
};

}  // namespace

TEST_CASE("outbox: what was kept is there again from any number on, and no number is skipped") {
  Reading reading;
  Outbox outbox(reading.loop, Outbox::Keep::kYes, {});
  for (const char* each : {"a", "b", "c"}) outbox.push(each);
  CHECK(outbox.last_number() == 3);
  uint64_t reader = outbox.begin_reading();
  CHECK(reading.text(outbox, reader, 0) == "a");
  CHECK(reading.text(outbox, reader, 1) == "b");
  reader = outbox.begin_reading();
  CHECK(reading.text(outbox, reader, 0) == "a");
  CHECK(reading.text(outbox, reader, 2) == "c");
  outbox.push_last("d");
  CHECK(reading.text(outbox, reader, 3) == "d");
  CHECK(reading.text(outbox, reader, 4) == "(end)");
  outbox.push("too late");
  CHECK(outbox.last_number() == 4);
}

TEST_CASE("outbox: without keeping, what was read is gone") {
  Reading reading;
  Outbox outbox(reading.loop, Outbox::Keep::kNo, {});
  outbox.push("a");
  outbox.push("b");
  const uint64_t reader = outbox.begin_reading();
  CHECK(reading.text(outbox, reader, 0) == "a");
  CHECK(reading.text(outbox, reader, 0) == "b");
  CHECK(outbox.empty());
  CHECK(outbox.bytes() == 0);
}

TEST_CASE("outbox: a second reader sends the first away, and each message goes to one") {
  Reading reading;
  Outbox outbox(reading.loop, Outbox::Keep::kYes, {});
  const uint64_t first = outbox.begin_reading();
  std::optional<Outbox::Next> waiting;
  reading.next(outbox, first, 0, &waiting);
  REQUIRE_FALSE(waiting);
  const uint64_t second = outbox.begin_reading();
  reading.loop.run_until_idle();
  REQUIRE(waiting);
  CHECK(waiting->at_end);
  std::optional<Outbox::Next> heard;
  reading.next(outbox, second, 0, &heard);
  outbox.push("a");
  reading.loop.run_until_idle();
  REQUIRE(heard);
  CHECK(heard->item.value().message == "a");
  // The first one may ask again, and hears no more.
  CHECK(reading.text(outbox, first, 0) == "(end)");
}

TEST_CASE("outbox: a reader who is sent away finds the end once, also where it has yet to come") {
  Reading reading;
  Outbox outbox(reading.loop, Outbox::Keep::kYes, {});
  outbox.send_reader_away();
  const uint64_t first = outbox.begin_reading();
  CHECK(reading.text(outbox, first, 0) == "(end)");
  outbox.push("a");
  const uint64_t second = outbox.begin_reading();
  CHECK(reading.text(outbox, second, 0) == "a");
}

TEST_CASE("outbox: full, what was read is forgotten first, then what is new; the last message is always taken") {
  Reading reading;
  Outbox outbox(reading.loop, Outbox::Keep::kYes, {.messages_max = 2, .bytes_max = 100});
  const uint64_t reader = outbox.begin_reading();
  outbox.push("a");
  outbox.push("b");
  outbox.push("lost");
  CHECK(outbox.last_number() == 2);
  CHECK(reading.text(outbox, reader, 0) == "a");
  outbox.push("c");
  CHECK(outbox.last_number() == 3);
  // The first is gone: a reader that comes back for it goes on with the one behind it.
  CHECK(reading.text(outbox, reader, 0) == "b");
  outbox.push_last(std::string(1000, 'd'));
  CHECK(reading.text(outbox, reader, 3) == std::string(1000, 'd'));
}

TEST_CASE("outbox: a reader waits until its time, and is told so") {
  Reading reading;
  Outbox outbox(reading.loop, Outbox::Keep::kNo, {});
  const uint64_t reader = outbox.begin_reading();
  std::optional<Outbox::Next> found;
  reading.next(outbox, reader, 0, &found, reading.loop.now() + std::chrono::seconds(15));
  CHECK_FALSE(found);
  reading.loop.advance(std::chrono::seconds(15));
  REQUIRE(found);
  CHECK_FALSE(found->item);
  CHECK_FALSE(found->at_end);
}

TEST_CASE("outbox: what is forgotten does not come again, and its numbers are not given twice") {
  Reading reading;
  Outbox outbox(reading.loop, Outbox::Keep::kYes, {});
  CHECK(outbox.read_number() == 0);
  for (const char* each : {"a", "b"}) outbox.push(each);
  const uint64_t reader = outbox.begin_reading();
  CHECK(reading.text(outbox, reader, 0) == "a");
  CHECK(outbox.read_number() == 1);
  outbox.forget();
  CHECK(outbox.empty());
  CHECK(outbox.bytes() == 0);
  CHECK(outbox.last_number() == 2);
  outbox.push("c");
  CHECK(outbox.last_number() == 3);
  std::optional<Outbox::Next> found;
  reading.next(outbox, reader, 0, &found);
  REQUIRE(found);
  REQUIRE(found->item);
  CHECK(found->item->number == 3);
  CHECK(found->item->message == "c");
}

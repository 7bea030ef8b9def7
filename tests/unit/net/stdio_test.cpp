// Lines over pipes, files and descriptors that are closed by the other side.
#include "net/stdio.h"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "net/line_framer.h"
#include "tests/unit/net/on_loop.h"

#include "tests/test.h"

namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> fds{};
    (void)!::pipe2(fds.data(), O_CLOEXEC);
    read_end = fds[0];
    write_end = fds[1];
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  void close_read() {
    if (read_end >= 0) ::close(std::exchange(read_end, -1));
  }
  void close_write() {
    if (write_end >= 0) ::close(std::exchange(write_end, -1));
  }
  void put(std::string_view text) const { (void)!::write(write_end, text.data(), text.size()); }
  // Everything until the other end is closed.
  std::string all() const {
    std::string text;
    std::array<char, 65536> buffer{};
    ssize_t count = 0;
    while ((count = ::read(read_end, buffer.data(), buffer.size())) > 0)
      text.append(buffer.data(), static_cast<size_t>(count));
    return text;
  }

  int read_end = -1;
  int write_end = -1;
};

using Line = std::optional<base::Result<std::string>>;

base::Task<std::vector<Line>> read_all(net::StdioLines& lines) {
  std::vector<Line> all;
  while (true) {  // Until the end of the input.
    all.push_back(co_await lines.read());
    if (!all.back()) co_return all;
  }
}

}  // namespace

TEST_CASE("framing: lines in pieces, blank lines, an over-long line, an unfinished one") {
  net::LineFramer framer(5);
  std::deque<net::LineFramer::Line> out;
  for (const char* piece : {"a", "b\n\n \r\nhel", "lo\nworl", "ds\n12345", "6", "7890", "\nok\nrest"})
    framer.feed(piece, out);
  REQUIRE(out.size() == 5);
  CHECK(*out[0] == "ab");
  CHECK(*out[1] == "hello");
  CHECK(out[2].error().code == base::Code::kInvalidArgument);  // "worlds"
  CHECK(out[3].error().code == base::Code::kInvalidArgument);  // "1234567890", reported once.
  CHECK(*out[4] == "ok");
  const auto end = framer.end();
  REQUIRE(end);
  CHECK(end->message == "The input ended in the middle of a message.");
  CHECK_FALSE(framer.end());
}

TEST_CASE("a megabyte of newlines makes no line, and short lines fill the queue by their number") {
  net::LineFramer framer(1000);
  std::deque<net::LineFramer::Line> out;
  framer.feed(std::string(size_t{1} << 20, '\n'), out);
  CHECK(out.empty());

  constexpr size_t kBytes = 100'000;
  net::LineQueue queue(kBytes);
  for (size_t i = 0; i < kBytes && !queue.is_full(); ++i) queue.push("x");
  CHECK(queue.size() <= kBytes / sizeof(net::LineFramer::Line) + 1);
  const size_t full = queue.size();
  for (size_t i = 0; i < full; ++i) CHECK(queue.pop());
  CHECK_FALSE(queue.pop());
  CHECK_FALSE(queue.is_full());
}

TEST_CASE("lines are read from a pipe, then the end") {
  net::AsioLoop loop;
  Pipe in;
  Pipe out;
  net::StdioLines lines(loop, in.read_end, out.write_end);
  in.put("{\"a\":1}\nsecond\nunfinished");
  in.close_write();
  const auto all = tests::run(loop, read_all(lines));
  REQUIRE(all.size() == 4);
  CHECK(**all[0] == "{\"a\":1}");
  CHECK(**all[1] == "second");
  REQUIRE(all[2]);
  CHECK(all[2]->error().message == "The input ended in the middle of a message.");
  CHECK_FALSE(all[3]);
}

TEST_CASE("an over-long line is an error and the next one is whole") {
  net::AsioLoop loop;
  Pipe in;
  Pipe out;
  net::StdioLimits limits;
  limits.line_bytes = 1000;
  net::StdioLines lines(loop, in.read_end, out.write_end, limits);
  in.put(std::string(30'000, 'x') + "\nnext\n");
  in.close_write();
  const auto all = tests::run(loop, read_all(lines));
  REQUIRE(all.size() == 3);
  CHECK(all[0]->error().code == base::Code::kInvalidArgument);
  CHECK(**all[1] == "next");
}

TEST_CASE("an input that is longer than the queue arrives whole and in order") {
  net::AsioLoop loop;
  Pipe in;
  Pipe out;
  net::StdioLimits limits;
  limits.input_queue_bytes = 100;
  net::StdioLines lines(loop, in.read_end, out.write_end, limits);
  std::thread writer([&] {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\n";
    for (size_t at = 0; at < text.size(); at += 4096)
      in.put(std::string_view(text).substr(at, 4096));
    in.close_write();
  });
  const auto all = tests::run(loop, read_all(lines));
  writer.join();
  REQUIRE(all.size() == 20'001);
  for (size_t i = 0; i < 20'000; ++i) REQUIRE(**all[i] == "line " + std::to_string(i));
}

TEST_CASE("regular files and /dev/null can be the input") {
  net::AsioLoop loop;
  Pipe out;
  const auto path =
      std::filesystem::temp_directory_path() / ("stdio_test_" + std::to_string(::getpid()));
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  (void)!::write(file, "one\ntwo\n", 8);
  ::lseek(file, 0, SEEK_SET);
  {
    net::StdioLines lines(loop, file, out.write_end);
    const auto all = tests::run(loop, read_all(lines));
    REQUIRE(all.size() == 3);
    CHECK(**all[1] == "two");
  }
  ::close(file);
  std::filesystem::remove(path);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  {
    net::StdioLines lines(loop, null, out.write_end);
    CHECK(tests::run(loop, read_all(lines)).size() == 1);
  }
  ::close(null);
}

TEST_CASE("written lines come out whole and in order, through a full pipe") {
  net::AsioLoop loop;
  Pipe in;
  Pipe out;
  std::string expected;
  std::string got;
  std::thread reader([&] { got = out.all(); });
  {
    net::StdioLines lines(loop, in.read_end, out.write_end);
    for (int i = 0; i < 300; ++i) {
      const std::string line = std::to_string(i) + std::string(static_cast<size_t>(i) * 41, 'x');
      REQUIRE(lines.write(line));
      expected += line + "\n";
    }
    CHECK(tests::run(loop, lines.drain()));
    CHECK_FALSE(lines.closed());
  }
  out.close_write();
  reader.join();
  CHECK(got == expected);
}

TEST_CASE("the backlog is bounded, and a full pipe does not hold up the end") {
  net::AsioLoop loop;
  Pipe in;
  Pipe out;
  net::StdioLimits limits;
  limits.backlog_bytes = 200'000;
  {
    net::StdioLines lines(loop, in.read_end, out.write_end, limits);
    REQUIRE(lines.write(std::string(150'000, 'x')));
    const auto refused = lines.write(std::string(150'000, 'y'));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::Code::kRateLimited);
  }  // Neither the silent input nor the full output blocks here.
  out.close_write();
  CHECK(out.all().find('y') == std::string::npos);
}

TEST_CASE("an output that the other side closed is told, without a signal") {
  net::AsioLoop loop;
  Pipe in;
  Pipe out;
  net::StdioLines lines(loop, in.read_end, out.write_end);
  REQUIRE(lines.write("first"));
  CHECK(tests::run(loop, lines.drain()));
  out.close_read();
  (void)lines.write("second");
  CHECK_FALSE(tests::run(loop, lines.drain()));
  CHECK(lines.closed());
  const auto refused = lines.write("third");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kUnavailable);
}

TEST_CASE("dropping a read loses no line") {
  net::AsioLoop loop;
  Pipe in;
  Pipe out;
  net::StdioLines lines(loop, in.read_end, out.write_end);
  {
    struct Forget {
      static base::Task<void> one(net::StdioLines& from) { (void)co_await from.read(); }
    };
    base::TaskGroup group(loop);
    group.spawn(Forget::one(lines));
  }
  in.put("kept\n");
  const auto line = tests::run(loop, lines.read());
  REQUIRE(line);
  CHECK(**line == "kept");
}

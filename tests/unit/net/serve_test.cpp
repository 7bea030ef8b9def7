// A host that does not read: its requests wait, notifications are dropped, and no answer is lost before the last limit.
#include "net/serve.h"

#include <array>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "mcp/message.h"
#include "mcp/server.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/net/on_loop.h"

#include "tests/test.h"

namespace {

constexpr size_t kPipeBytes = 4096;

class EventLog final : public base::Log {
 public:
  std::vector<std::string> events;

 protected:
  void write(base::Level, std::string_view event, std::span<const base::Field>) override { events.emplace_back(event); }
};

// The two pipes of a conversation; the one out is small.
struct Pipes {
  Pipes() {
    REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
    REQUIRE(::fcntl(out[1], F_SETPIPE_SZ, kPipeBytes) == static_cast<int>(kPipeBytes));
  }
  ~Pipes() {
    for (const int each : {in[0], in[1], out[0], out[1]}) {
      if (each >= 0) ::close(each);
    }
  }
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;
  void put(std::string_view text) const { REQUIRE(::write(in[1], text.data(), text.size()) > 0); }
  // Reads until `end` has come.
  std::string take_until(std::string_view end) const {
    std::string text;
    std::array<char, 65536> buffer{};
    while (!text.ends_with(end)) {
      const ssize_t count = ::read(out[0], buffer.data(), buffer.size());
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<size_t>(count));
    }
    return text;
  }

  std::array<int, 2> in{};
  std::array<int, 2> out{};
};

using Line = std::optional<base::Result<std::string>>;

base::Task<void> keep(net::AsioLoop* loop, net::McpLines* lines, std::optional<Line>* kept) {
  kept->emplace(co_await lines->read());
  loop->stop();
}

net::StdioLimits small() {
  net::StdioLimits limits;
  limits.backlog_pause_bytes = 1000;
  limits.backlog_bytes = 50'000;
  return limits;
}

}  // namespace

TEST_CASE("who does not read is asked for no more, and gets every answer once it does") {
  net::AsioLoop loop;
  EventLog log;
  const Pipes pipes;
  net::StdioLines descriptors(loop, pipes.in[0], pipes.out[1], small());
  net::McpLines lines(descriptors, log);
  pipes.put("first\nsecond\n");
  REQUIRE(tests::run(loop, lines.read()));

  // More than the pipe and the pause hold, and less than the last limit.
  const std::string answer(kPipeBytes + 2000, 'a');
  lines.write(answer);
  lines.write(mcp::encode_notification("notifications/message", {{"data", "dropped"}}));
  lines.write(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  std::optional<Line> second;
  base::TaskGroup reading(loop);
  reading.spawn(keep(&loop, &lines, &second));
  loop.post([&] { loop.stop(); });
  loop.run();
  CHECK_FALSE(second);

  std::string said;
  std::thread host([&] { said = pipes.take_until("}}\n"); });
  if (!second) loop.run();
  host.join();
  REQUIRE(*second);
  CHECK(***second == "second");
  CHECK(said == answer + "\n" + R"({"jsonrpc":"2.0","id":1,"result":{}})" + "\n");
  CHECK(log.events == std::vector<std::string>{"stdio.notifications_dropped"});
  CHECK_FALSE(lines.lost());
  lines.write(mcp::encode_notification("notifications/message", {{"data", "told"}}));
  CHECK(pipes.take_until("}\n").contains("told"));
}

TEST_CASE("what is unread stays bounded: beyond the last limit the conversation is over") {
  net::AsioLoop loop;
  EventLog log;
  const Pipes pipes;
  {
    net::StdioLines descriptors(loop, pipes.in[0], pipes.out[1], small());
    net::McpLines lines(descriptors, log);
    for (int i = 0; i < 8; ++i) lines.write(std::string(10'000, 'a'));
    CHECK(lines.lost());
  }
  CHECK(log.events == std::vector<std::string>{"stdio.output_lost"});
}

TEST_CASE("serve_stdio: it says so when an answer could not be written, and only then") {
  constexpr std::string_view kPing = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
  const auto serve = [&](const Pipes& pipes, int output) {
    net::AsioLoop loop;
    test::ManualClock clock;
    test::SeededRandom random{5};
    base::NullLog log;
    mcp::Server server({loop, clock, random, log}, {.info = {.name = "serving", .version = "1"}});
    return net::serve_stdio(loop, server, pipes.in[0], output);
  };
  const auto ask_and_close = [&](Pipes& pipes) {
    pipes.put(kPing);
    ::close(std::exchange(pipes.in[1], -1));
  };
  {
    Pipes pipes;
    ask_and_close(pipes);
    CHECK(serve(pipes, pipes.out[1]));
    CHECK(pipes.take_until("}\n").contains(R"("result")"));
  }
  {
    // Nothing was asked for, so nothing is lost.
    Pipes pipes;
    ::close(std::exchange(pipes.in[1], -1));
    ::close(std::exchange(pipes.out[0], -1));
    CHECK(serve(pipes, pipes.out[1]));
  }
  {
    Pipes pipes;
    ask_and_close(pipes);
    ::close(std::exchange(pipes.out[0], -1));
    const auto served = serve(pipes, pipes.out[1]);
    REQUIRE_FALSE(served);
    CHECK(served.error().code == base::Code::kUnavailable);
  }
  {
    // A disk that is full.
    Pipes pipes;
    ask_and_close(pipes);
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    CHECK_FALSE(serve(pipes, full));
    ::close(full);
  }
}

TEST_CASE("serve_http: what is no port is refused, and nothing listens anywhere else") {
  net::AsioLoop loop;
  test::ManualClock clock;
  test::SeededRandom random{5};
  base::NullLog log;
  mcp::Server server({loop, clock, random, log}, {.info = {.name = "serving", .version = "1"}});
  for (const int64_t port : {int64_t{-1}, int64_t{65536}, int64_t{70000}, INT64_MAX}) {
    CAPTURE(port);
    const auto served = net::serve_http(loop, server, port, [](const std::string&) { FAIL("it listens"); });
    REQUIRE_FALSE(served);
    CHECK(served.error().code == base::Code::kInvalidArgument);
  }
}

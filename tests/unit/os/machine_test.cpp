// The terminal, the browser, the log under load, the process itself.
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <optional>
#include <pty.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/text.h"
#include "json/parse.h"
#include "os/browser.h"
#include "os/json_log.h"
#include "os/look.h"
#include "os/process.h"
#include "os/signals.h"
#include "os/terminal.h"
#include "tests/unit/os/temporary_folder.h"

#include "tests/test.h"

namespace {

class FixedClock final : public base::Clock {
 public:
  base::Wall wall() const override { return {1'780'000'000'042}; }
};

std::string read_to_end(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = ::read(fd, buffer.data(), buffer.size())) > 0) text.append(buffer.data(), static_cast<size_t>(count));
  ::close(fd);
  return text;
}

}  // namespace

TEST_CASE("log lines of several threads do not mix, and strange bytes do not break a line") {
  std::array<int, 2> fds{};
  REQUIRE(::pipe(fds.data()) == 0);
  ::fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
  const FixedClock clock;
  std::optional<os::JsonLog> written(std::in_place, fds[1], base::Level::kInfo, clock);
  base::Log& log = *written;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log] {
      for (int i = 0; i < 200; ++i)
        log.event(base::Level::kInfo, "tick", {{"text", "a\n\"b\" \xff\xfe"}, {"count", i}});
    });
  }
  for (auto& thread : threads) thread.join();
  written.reset();
  ::close(fds[1]);
  const std::string text = read_to_end(fds[0]);
  size_t lines = 0;
  for (size_t at = 0; at < text.size(); ++lines) {
    const size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    const auto value = json::parse(text.substr(at, end - at));
    REQUIRE(value);
    REQUIRE(value->text_or_empty("text") == "(not UTF-8)");
    at = end + 1;
  }
  CHECK(lines == 800);
}

TEST_CASE("a closed pipe is an error, not a signal") {
  os::ignore_broken_pipes();
  std::array<int, 2> fds{};
  REQUIRE(::pipe(fds.data()) == 0);
  ::close(fds[0]);
  CHECK(::write(fds[1], "x", 1) == -1);
  CHECK(errno == EPIPE);
  const FixedClock clock;
  {
    os::JsonLog log(fds[1], base::Level::kInfo, clock);
    log.event(base::Level::kInfo, "lost");  // And the log goes on without its reader.
  }
  ::close(fds[1]);
}

TEST_CASE("a log that nobody reads holds nobody up, and says later how many lines it has lost") {
  std::array<int, 2> fds{};
  REQUIRE(::pipe(fds.data()) == 0);
  const FixedClock clock;
  constexpr int64_t kLines = 20'000;
  std::optional<os::JsonLog> log(std::in_place, fds[1], base::Level::kInfo, clock);
  auto logging = std::async(std::launch::async, [&] {
    const std::string words(200, 'w');
    for (int64_t i = 0; i < kLines; ++i) log->event(base::Level::kInfo, "tick", {{"words", words}});
  });
  const bool ended = logging.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  CHECK(ended);
  std::string text;
  std::thread reader([&] { text = read_to_end(fds[0]); });
  logging.wait();
  log.reset();
  ::close(fds[1]);
  reader.join();
  int64_t lines = 0;
  int64_t lost = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    const auto value = json::parse(line);
    if (!value) continue;
    if (value->text_or_empty("event") == "tick") ++lines;
    if (value->text_or_empty("event") == "log.lines_lost") lost += value->find("count")->integer();
  }
  CHECK(lost > 0);
  CHECK(lines + lost == kLines);
}

TEST_CASE("a log that nobody reads does not keep the process from ending") {
  std::array<int, 2> fds{};
  REQUIRE(::pipe(fds.data()) == 0);
  const FixedClock clock;
  {
    os::JsonLog log(fds[1], base::Level::kInfo, clock);
    for (int i = 0; i < 1000; ++i) log.event(base::Level::kInfo, "tick", {{"words", std::string(200, 'w')}});
  }
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST_CASE("signals work as before once nobody waits for them") {
  {
    const os::SignalWaiter waiter([](int) {});
  }
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  CHECK(sigismember(&now, SIGTERM) == 0);
  CHECK(sigismember(&now, SIGINT) == 0);
}

TEST_CASE("colours") {
  using os::Environment;
  using enum os::Terminal;
  CHECK(os::wants_color(Environment({{"TERM", "xterm"}}), kPresent));
  CHECK_FALSE(os::wants_color(Environment({{"TERM", "xterm"}}), kAbsent));
  CHECK_FALSE(os::wants_color(Environment({{"TERM", "dumb"}}), kPresent));
  CHECK_FALSE(os::wants_color(Environment(), kPresent));
  CHECK_FALSE(os::wants_color(Environment({{"TERM", "xterm"}, {"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}), kPresent));
  CHECK(os::wants_color(Environment({{"TERM", "xterm"}, {"NO_COLOR", ""}}), kPresent));
  CHECK(os::wants_color(Environment({{"CLICOLOR_FORCE", "1"}}), kAbsent));
  CHECK_FALSE(os::wants_color(Environment({{"CLICOLOR_FORCE", "0"}}), kAbsent));
}

TEST_CASE("a secret is read from the terminal without an echo") {
  int terminal = -1;
  std::array<int, 2> answer{};
  REQUIRE(::pipe(answer.data()) == 0);
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    const auto line = os::read_secret_line("Key: ");
    const std::string text = line ? std::string(line->reveal()) : "error";
    (void)!::write(answer[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(answer[1]);
  std::string shown;
  std::array<char, 256> buffer{};
  const auto read_until = [&](std::string_view end) {
    while (shown.find(end) == std::string::npos) {
      const ssize_t count = ::read(terminal, buffer.data(), buffer.size());
      if (count <= 0) return;
      shown.append(buffer.data(), static_cast<size_t>(count));
    }
  };
  read_until("Key: ");
  (void)!::write(terminal, "fake-key\n", 9);
  read_until("\r\n");
  CHECK(read_to_end(answer[0]) == "fake-key");
  CHECK(shown.find("fake-key") == std::string::npos);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(terminal);
}

TEST_CASE("the browser gets the URL as one argument, without a shell, and nothing waits for it") {
  const tests::TemporaryFolder folder;
  const std::string opened = folder / "opened";
  REQUIRE(::mkfifo(opened.c_str(), 0600) == 0);
  {
    // It cannot end before this test reads its pipe: a call that waited for it would never return.
    std::ofstream script(folder / "xdg-open");
    script << "#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" > " << opened << "\necho noise\n";
  }
  ::chmod((folder / "xdg-open").c_str(), 0700);
  const os::Environment display({{"PATH", "relative:" + folder.text()}, {"DISPLAY", ":0"}});
  const std::string url = "https://accounts.example/authorize?a=1&b=$(touch+x);c";
  REQUIRE(os::open_in_browser(url, display));
  CHECK(read_to_end(::open(opened.c_str(), O_RDONLY | O_CLOEXEC)) == "1|" + url);

  CHECK_FALSE(os::open_in_browser("file:///etc/passwd", display));
  CHECK_FALSE(os::open_in_browser("--help", display));
  CHECK_FALSE(os::open_in_browser(url, os::Environment({{"PATH", folder.text()}})));
  CHECK_FALSE(os::open_in_browser(url, os::Environment({{"PATH", "/nowhere"}, {"DISPLAY", ":0"}})));
}

TEST_CASE("what only the start needed is given back") {
  const auto before = os::resident_bytes();
  os::give_back_startup_memory();
  const auto after = os::resident_bytes();
  REQUIRE(before);
  REQUIRE(after);
  // This program and its libraries are larger by far.
  CHECK(*after + 1024 * 1024 < *before);
}

TEST_CASE("this process") {
  CHECK(os::process_id() == ::getpid());
  const auto bytes = os::resident_bytes();
  REQUIRE(bytes);
  CHECK(*bytes > 1024 * 1024);
  CHECK(os::raise_open_file_limit() >= 256);
}

TEST_CASE("a lock is tried on a file and leaves it as it was, and who holds one is seen") {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "store.db";
  std::ofstream(path) << "content";
  CHECK(os::locks_hold(path) == true);
  CHECK(os::lock_holders(path).empty());
  CHECK(!os::locks_hold(folder / "nowhere"));
  CHECK(os::lock_holders(folder / "nowhere").empty());
  std::array<int, 2> held{};
  REQUIRE(::pipe(held.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    struct flock lock{};
    lock.l_type = F_RDLCK;
    lock.l_start = 128;
    lock.l_len = 1;
    const char done = ::fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';
    (void)!::write(held[1], &done, 1);
    while (true) ::pause();  // Until the test ends it.
  }
  char done = 0;
  REQUIRE(::read(held[0], &done, 1) == 1);
  CHECK(done == 'y');
  CHECK(os::lock_holders(path) == std::vector<int64_t>{child});
  CHECK(os::locks_hold(path) == true);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(os::lock_holders(path).empty());
  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "content");
  ::close(held[0]);
  ::close(held[1]);
}

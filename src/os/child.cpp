#include "os/child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utility>

#include "os/process.h"

namespace os {
namespace {

using base::Code;
using base::fail;

constexpr size_t kAnswerBytesMax = 4096;
// What comes before the text: an answer, or the code of an error.
constexpr char kAnswered = 'A';

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

[[noreturn]] void answer(int descriptor, pid_t parent, const std::function<base::Result<base::Secret>()>& work) {
  forbid_memory_dumps();
  // Nobody waits for an answer when the parent has gone.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) ::_exit(1);
  const base::Result<base::Secret> result = work();
  if (result) {
    write_all(descriptor, std::string_view(&kAnswered, 1));
    write_all(descriptor, result->reveal());
  } else {
    const char code = static_cast<char>(result.error().code);
    write_all(descriptor, std::string_view(&code, 1));
    // Both are texts of ours; the end of the first is told by the line end.
    write_all(descriptor, result.error().message + "\n" + result.error().detail);
  }
  ::_exit(0);
}

int64_t milliseconds_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Everything until the child closes its end. False when time ran out.
bool read_until_end(int descriptor, std::chrono::milliseconds patience, std::string& bytes) {
  const int64_t end = milliseconds_now() + patience.count();
  // Ends with the child, with the answer that is too long, or with the patience.
  while (bytes.size() <= kAnswerBytesMax) {
    pollfd waits{.fd = descriptor, .events = POLLIN, .revents = 0};
    const int64_t left = end - milliseconds_now();
    if (left <= 0) return false;
    if (::poll(&waits, 1, static_cast<int>(left)) <= 0) continue;
    std::array<char, 1024> piece{};
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    bytes.append(piece.data(), static_cast<size_t>(got));
    const base::Secret wiped(std::string(piece.data(), piece.size()));
    piece.fill('\0');
  }
  return true;
}

base::Result<base::Secret> judge(std::string bytes) {
  if (bytes.empty() || bytes.size() > kAnswerBytesMax) {
    return fail(Code::kUnavailable, "The process that was to fetch the key has died.");
  }
  const char kind = bytes.front();
  if (kind == kAnswered) {
    base::Secret whole(std::move(bytes));
    return base::Secret(std::string(whole.reveal().substr(1)));
  }
  const size_t line = bytes.find('\n');
  const bool is_error = kind >= 0 && kind <= static_cast<char>(Code::kInternal) && line != std::string::npos;
  if (!is_error) return fail(Code::kUnavailable, "The process that was to fetch the key has died.");
  return fail(static_cast<Code>(kind), bytes.substr(1, line - 1), bytes.substr(line + 1));
}

}  // namespace

base::Result<base::Secret> ask_child(const std::function<base::Result<base::Secret>()>& work,
                                     std::chrono::milliseconds patience) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Code::kUnavailable, "There are no descriptors left.");
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    answer(ends[1], parent, work);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return fail(Code::kUnavailable, "No further process can be started.");
  }
  std::string bytes;
  const bool in_time = read_until_end(ends[0], patience, bytes);
  ::close(ends[0]);
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  auto result = judge(std::move(bytes));
  if (!in_time) return fail(Code::kDeadline, "The master key was not given in time. Try again.");
  return result;
}

}  // namespace os

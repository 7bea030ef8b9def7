#include "net/stdio.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <deque>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/line_framer.h"

namespace net {
namespace {

// One read of the input takes so much.
constexpr size_t kReadBytes = size_t{64} * 1024;

}  // namespace

// The thread and the object share it; a callback on its way to the loop keeps it alive.
struct StdioLines::Core : std::enable_shared_from_this<StdioLines::Core> {
  Core(base::Loop& owner, int input, int output, StdioLimits given)
      : loop(owner),
        input_fd(input),
        output_fd(output),
        limits(given),
        wake_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    ENSURE(wake_fd >= 0);
  }
  ~Core() { ::close(wake_fd); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void run();
  void wait(std::array<pollfd, 3>& fds);
  void take_input();
  void end_input(std::optional<base::Error> last);
  void write_output();
  void close_output();
  void wake() const {
    const uint64_t one = 1;
    (void)!::write(wake_fd, &one, sizeof one);
  }
  void notify(std::optional<base::Completion<bool>::Setter> Core::* waiter);
  size_t unread() const { return backlog.size() + in_thread; }

  base::Loop& loop;
  const int input_fd;
  const int output_fd;
  const StdioLimits limits;
  const int wake_fd;

  std::mutex mutex;
  LineQueue lines{limits.input_queue_bytes};
  bool input_ended = false;
  std::string backlog;   // Not yet taken by the thread.
  size_t in_thread = 0;  // Taken by it, not yet written.
  bool drain_wanted = false;
  bool room_wanted = false;
  bool output_closed = false;
  bool output_lost = false;
  bool stopping = false;

  // Of the loop's thread.
  std::optional<base::Completion<bool>::Setter> reader;
  std::optional<base::Completion<bool>::Setter> drainer;
  std::optional<base::Completion<bool>::Setter> resting;

  // Of the I/O thread.
  LineFramer framer{limits.line_bytes};
  std::vector<char> buffer = std::vector<char>(kReadBytes);
  std::string writing;
  size_t written = 0;
  bool end_seen = false;

  std::thread thread;
};

// Tells the task that waits on the loop, if there is one.
void StdioLines::Core::notify(std::optional<base::Completion<bool>::Setter> Core::* waiter) {
  loop.post([self = shared_from_this(), waiter] {
    if (const auto set = std::exchange((*self).*waiter, std::nullopt)) (*set)(true);
  });
}

void StdioLines::Core::run() {
  // A closed pipe is told by EPIPE; signals are for other threads.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::array<pollfd, 3> fds{};
  // Ends when the owner says so.
  while (true) {
    wait(fds);
    {
      const std::lock_guard lock(mutex);
      if (stopping) return;
      if (written == writing.size()) {
        writing = std::exchange(backlog, {});
        in_thread = writing.size();
        written = 0;
      }
    }
    constexpr short kBroken = POLLERR | POLLHUP | POLLNVAL;
    if ((fds[1].revents & (POLLIN | kBroken)) != 0) take_input();
    if ((fds[2].revents & kBroken) != 0) {
      close_output();
    } else if ((fds[2].revents & POLLOUT) != 0) {
      write_output();
    }
  }
}

void StdioLines::Core::wait(std::array<pollfd, 3>& fds) {
  fds = {pollfd{wake_fd, POLLIN, 0}, pollfd{-1, POLLIN, 0}, pollfd{-1, 0, 0}};
  {
    const std::lock_guard lock(mutex);
    if (!end_seen && !lines.is_full()) fds[1].fd = input_fd;
    if (!output_closed) fds[2].fd = output_fd;
    if (written < writing.size() || !backlog.empty()) fds[2].events = POLLOUT;
  }
  if (::poll(fds.data(), fds.size(), -1) < 0) fds[1].revents = fds[2].revents = 0;
  uint64_t ignored = 0;
  (void)!::read(wake_fd, &ignored, sizeof ignored);
}

void StdioLines::Core::take_input() {
  const ssize_t count = ::read(input_fd, buffer.data(), buffer.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count == 0) return end_input(framer.end());
  if (count < 0) {
    return end_input(
        base::Error{base::Code::kUnavailable, "The input cannot be read.", {}, std::nullopt});
  }
  std::deque<LineFramer::Line> fresh;
  framer.feed(std::string_view(buffer.data(), static_cast<size_t>(count)), fresh);
  if (fresh.empty()) return;
  {
    const std::lock_guard lock(mutex);
    for (auto& line : fresh) lines.push(std::move(line));
  }
  notify(&Core::reader);
}

void StdioLines::Core::end_input(std::optional<base::Error> last) {
  end_seen = true;
  {
    const std::lock_guard lock(mutex);
    if (last) lines.push(std::unexpected(*std::move(last)));
    input_ended = true;
  }
  notify(&Core::reader);
}

void StdioLines::Core::write_output() {
  // What poll() promises of a pipe is room for PIPE_BUF bytes; more could block.
  const size_t size = std::min<size_t>(writing.size() - written, PIPE_BUF);
  if (size == 0) return;
  const ssize_t count = ::write(output_fd, writing.data() + written, size);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count < 0) return close_output();
  written += static_cast<size_t>(count);
  bool drained = false;
  bool has_room = false;
  {
    const std::lock_guard lock(mutex);
    in_thread = writing.size() - written;
    drained = drain_wanted && unread() == 0;
    has_room = room_wanted && unread() < limits.backlog_pause_bytes;
    if (has_room) room_wanted = false;
  }
  if (drained) notify(&Core::drainer);
  if (has_room) notify(&Core::resting);
}

void StdioLines::Core::close_output() {
  writing = {};
  written = 0;
  {
    const std::lock_guard lock(mutex);
    output_closed = true;
    output_lost = output_lost || unread() > 0;
    backlog = {};
    in_thread = 0;
  }
  notify(&Core::drainer);
  notify(&Core::resting);
}

StdioLines::StdioLines(base::Loop& loop, int input_fd, int output_fd, StdioLimits limits)
    : core_(std::make_shared<Core>(loop, input_fd, output_fd, limits)) {
  core_->thread = std::thread([core = core_.get()] { core->run(); });
}

StdioLines::~StdioLines() {
  {
    const std::lock_guard lock(core_->mutex);
    core_->stopping = true;
  }
  core_->wake();
  core_->thread.join();
}

base::Task<std::optional<base::Result<std::string>>> StdioLines::read() {
  const auto core = core_;
  // A wake-up may be about a line that another call took; ends with a line or the end of the input.
  while (true) {
    {
      const std::lock_guard lock(core->mutex);
      const bool was_full = core->lines.is_full();
      if (auto line = core->lines.pop()) {
        if (was_full) core->wake();
        co_return *std::move(line);
      }
      if (core->input_ended) co_return std::nullopt;
    }
    const base::Completion<bool> more(core->loop);
    core->reader = more.setter();
    co_await more;
  }
}

base::Result<void> StdioLines::write(std::string line) {
  ENSURE(line.find('\n') == std::string::npos);
  {
    const std::lock_guard lock(core_->mutex);
    if (core_->output_closed) {
      core_->output_lost = true;
      return base::fail(base::Code::kUnavailable, "The other side has closed the connection.");
    }
    if (core_->unread() + line.size() >= core_->limits.backlog_bytes) {
      return base::fail(base::Code::kRateLimited,
                        "The other side does not read its messages. Read them, then go on.");
    }
    core_->backlog += line;
    core_->backlog += '\n';
  }
  core_->wake();
  return {};
}

base::Task<bool> StdioLines::drain() {
  const auto core = core_;
  // Ends when nothing is left to write, or nobody is there to read it.
  while (true) {
    const base::Completion<bool> written(core->loop);
    core->drainer = written.setter();
    {
      const std::lock_guard lock(core->mutex);
      core->drain_wanted = true;
      if (core->output_closed) co_return false;
      if (core->unread() == 0) {
        core->drain_wanted = false;
        co_return true;
      }
    }
    co_await written;
  }
}

base::Task<void> StdioLines::room() {
  const auto core = core_;
  // Ends when the other side has read enough, or has closed.
  while (true) {
    const base::Completion<bool> read(core->loop);
    {
      const std::lock_guard lock(core->mutex);
      if (core->output_closed || core->unread() < core->limits.backlog_pause_bytes) co_return;
      core->resting = read.setter();
      core->room_wanted = true;
    }
    co_await read;
  }
}

bool StdioLines::has_room() const {
  const std::lock_guard lock(core_->mutex);
  return core_->unread() < core_->limits.backlog_pause_bytes;
}

bool StdioLines::closed() const {
  const std::lock_guard lock(core_->mutex);
  return core_->output_closed;
}

bool StdioLines::lost() const {
  const std::lock_guard lock(core_->mutex);
  return core_->output_lost;
}

}  // namespace net

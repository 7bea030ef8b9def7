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

  base::Loop& loop;
  const int input_fd;
  const int output_fd;
  const StdioLimits limits;
  const int wake_fd;

  std::mutex mutex;
  std::deque<LineFramer::Line> lines;
  size_t line_bytes = 0;
  bool input_ended = false;
  std::string backlog;   // Not yet taken by the thread.
  size_t in_thread = 0;  // Taken by it, not yet written.
  bool drain_wanted = false;
  bool output_closed = false;
  bool stopping = false;

  // Of the loop's thread.
  std::optional<base::Completion<bool>::Setter> reader;
  std::optional<base::Completion<bool>::Setter> drainer;

  // Of the I/O thread.
  LineFramer framer{limits.line_bytes};
  std::vector<char> buffer = std::vector<char>(size_t{64} * 1024);
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
    if (!end_seen && line_bytes < limits.input_queue_bytes) fds[1].fd = input_fd;
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
    for (auto& line : fresh) {
      line_bytes += line ? line->size() : 0;
      lines.push_back(std::move(line));
    }
  }
  notify(&Core::reader);
}

void StdioLines::Core::end_input(std::optional<base::Error> last) {
  end_seen = true;
  {
    const std::lock_guard lock(mutex);
    if (last) lines.emplace_back(std::unexpected(*std::move(last)));
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
  {
    const std::lock_guard lock(mutex);
    in_thread = writing.size() - written;
    drained = drain_wanted && in_thread == 0 && backlog.empty();
  }
  if (drained) notify(&Core::drainer);
}

void StdioLines::Core::close_output() {
  writing = {};
  written = 0;
  {
    const std::lock_guard lock(mutex);
    output_closed = true;
    backlog = {};
    in_thread = 0;
  }
  notify(&Core::drainer);
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
      if (!core->lines.empty()) {
        auto line = std::move(core->lines.front());
        core->lines.pop_front();
        const bool was_full = core->line_bytes >= core->limits.input_queue_bytes;
        core->line_bytes -= line ? line->size() : 0;
        if (was_full) core->wake();
        co_return line;
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
    if (core_->output_closed)
      return base::fail(base::Code::kUnavailable, "The other side has closed the connection.");
    if (core_->backlog.size() + core_->in_thread + line.size() >= core_->limits.backlog_bytes) {
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
      if (core->backlog.empty() && core->in_thread == 0) {
        core->drain_wanted = false;
        co_return true;
      }
    }
    co_await written;
  }
}

bool StdioLines::closed() const {
  const std::lock_guard lock(core_->mutex);
  return core_->output_closed;
}

}  // namespace net

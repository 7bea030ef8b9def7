#include "os/terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace os {

namespace {

constexpr size_t kLineBytes = 4096;

class ControllingTerminal {
 public:
  ControllingTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
  ~ControllingTerminal() {
    if (fd_ >= 0) ::close(fd_);
  }
  ControllingTerminal(const ControllingTerminal&) = delete;
  ControllingTerminal& operator=(const ControllingTerminal&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Echo off, and back to what it was however the reading ends. Ctrl-C is read as a character
// meanwhile: a signal would leave the terminal mute.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    if (::tcgetattr(fd_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    silent_ = ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (silent_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  bool silent() const { return silent_; }

 private:
  int fd_;
  termios before_{};
  bool silent_ = false;
};

base::Result<base::Secret> read_line(int fd) {
  // Reserved, so that it never moves and leaves a copy behind.
  std::string line;
  line.reserve(kLineBytes);
  char byte = 0;
  // Ends with the line, the input or the limit.
  while (true) {
    const ssize_t count = ::read(fd, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || byte == '\x03' || (byte == '\x04' && line.empty())) {
      const base::Secret wiped(std::move(line));
      return base::fail(base::Code::kCancelled, "The input was cancelled.");
    }
    if (byte == '\n' || byte == '\r') return base::Secret(std::move(line));
    if (line.size() == kLineBytes) {
      const base::Secret wiped(std::move(line));
      return base::fail(base::Code::kInvalidArgument, "The line is too long.");
    }
    line += byte;
  }
}

}  // namespace

Terminal terminal_on(Stream stream) {
  const int fd = stream == Stream::kInput    ? STDIN_FILENO
                 : stream == Stream::kOutput ? STDOUT_FILENO
                                             : STDERR_FILENO;
  return ::isatty(fd) == 1 ? Terminal::kPresent : Terminal::kAbsent;
}

bool wants_color(const Environment& environment, Terminal terminal) {
  if (environment.find("NO_COLOR")) return false;
  if (environment.find("CLICOLOR_FORCE").value_or("0") != "0") return true;
  return terminal == Terminal::kPresent && environment.find("TERM").value_or("dumb") != "dumb";
}

base::Result<base::Secret> read_secret_line_of(int descriptor) { return read_line(descriptor); }

base::Result<base::Secret> read_secret_line(std::string_view prompt) {
  const ControllingTerminal terminal;
  if (terminal.fd() < 0) {
    return base::fail(base::Code::kUnavailable,
                      "There is no terminal to ask on. Pass the value in a file instead.");
  }
  // Silence first: whoever sees the prompt may type at once.
  const SilentTerminal silence(terminal.fd());
  if (!silence.silent()) {
    return base::fail(base::Code::kUnavailable,
                      "The terminal cannot hide what is typed. Pass the value in a file instead.");
  }
  (void)!::write(terminal.fd(), prompt.data(), prompt.size());
  auto line = read_line(terminal.fd());
  (void)!::write(terminal.fd(), "\n", 1);
  return line;
}

}  // namespace os

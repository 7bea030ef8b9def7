#include "os/json_log.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include "base/text.h"
#include "json/write.h"

namespace os {
namespace {

// How often a thread that waits for the descriptor looks whether the log has come to its end.
constexpr int kLookAgainMs = 50;

std::string_view level_name(base::Level level) {
  switch (level) {
    case base::Level::kDebug:
      return "debug";
    case base::Level::kInfo:
      return "info";
    case base::Level::kWarning:
      return "warning";
    case base::Level::kError:
      return "error";
  }
  return "error";
}

// For whoever looks through the log with grep: words in capitals, in one place of the line. An event may bear a tag of
// its own.
void add_tag(base::Level level, json::Object& line) {
  if (level < base::Level::kWarning || line.find("tag") != nullptr) return;
  line.append("tag", level == base::Level::kError ? "ERROR" : "WARNING");
}

}  // namespace

JsonLog::~JsonLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_at_ = std::chrono::steady_clock::now() + kPatience;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void JsonLog::write(base::Level level, std::string_view event, std::span<const base::Field> fields) {
  if (level < least_) return;
  std::string line = line_of(level, event, fields);
  {
    const std::lock_guard lock(mutex_);
    if (bytes_ + line.size() > kQueueBytesMax) {
      ++lost_;
      return;
    }
    bytes_ += line.size();
    lines_.push_back(std::move(line));
    if (!thread_.joinable()) begin_thread();
  }
  changed_.notify_one();
}

std::string JsonLog::line_of(base::Level level, std::string_view event, std::span<const base::Field> fields) const {
  json::Object line{{"time", base::to_rfc3339(clock_.wall())}, {"level", level_name(level)}, {"event", event}};
  for (const base::Field& field : fields) {
    const auto* words = std::get_if<std::string>(&field.value);
    // What a stranger sent may be any bytes; the log stays JSON.
    if (words != nullptr && !base::is_valid_utf8(*words)) {
      line.set(std::string(field.name), "(not UTF-8)");
      continue;
    }
    line.set(std::string(field.name), std::visit([](const auto& value) { return json::Value(value); }, field.value));
  }
  add_tag(level, line);
  std::string text = json::write(line);
  text.push_back('\n');
  return text;
}

// Signals are for the threads that wait for them.
void JsonLog::begin_thread() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  thread_ = std::thread([this] { write_until_stopped(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void JsonLog::write_until_stopped() {
  for (std::string line = next_line(); !line.empty(); line = next_line()) write_line(line);
}

std::string JsonLog::next_line() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !lines_.empty() || lost_ > 0; });
  if (!lines_.empty()) {
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    bytes_ -= line.size();
    return line;
  }
  if (lost_ == 0) return "";
  const std::array fields{base::Field("count", std::exchange(lost_, 0))};
  return line_of(base::Level::kWarning, "log.lines_lost", fields);
}

bool JsonLog::is_over() {
  const std::lock_guard lock(mutex_);
  return stopping_ && std::chrono::steady_clock::now() >= give_up_at_;
}

// A log that cannot be written must not stop the server; there is nowhere left to say so.
void JsonLog::write_line(std::string_view line) {
  while (!line.empty() && !is_over()) {
    pollfd waiting{descriptor_, POLLOUT, 0};
    if (::poll(&waiting, 1, kLookAgainMs) <= 0) continue;
    // What poll() promises of a pipe is room for so much; more could block.
    const ssize_t count = ::write(descriptor_, line.data(), std::min<size_t>(line.size(), PIPE_BUF));
    if (count < 0 && errno != EINTR && errno != EAGAIN) return;
    if (count > 0) line.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace os

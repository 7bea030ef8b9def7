// The operational log on a file descriptor, one JSON object per line. A thread writes it, so that a pipe or a terminal
// that takes nothing holds nobody up.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/log.h"

namespace os {

class JsonLog final : public base::Log {
 public:
  // What waits for a descriptor that takes nothing. Lines beyond it are lost, and log.lines_lost says how many.
  static constexpr size_t kQueueBytesMax = size_t{1} << 20;
  // How long the end of the log waits for such a descriptor.
  static constexpr std::chrono::milliseconds kPatience{500};

  // Events below `least` are dropped. The descriptor is not closed, and stays in the mode that it is in, for other
  // processes share it; the clock must outlive the log.
  JsonLog(int descriptor, base::Level least, const base::Clock& clock)
      : descriptor_(descriptor), least_(least), clock_(clock) {}
  // Writes what waits, as far as the descriptor takes it in time.
  ~JsonLog() override;
  JsonLog(const JsonLog&) = delete;
  JsonLog& operator=(const JsonLog&) = delete;

  // From any thread.
  void set_least(base::Level least) { least_ = least; }

 protected:
  // One write(2) per event of up to PIPE_BUF bytes, so that lines of several threads and processes do not mix.
  void write(base::Level level, std::string_view event, std::span<const base::Field> fields) override;

 private:
  std::string line_of(base::Level level, std::string_view event, std::span<const base::Field> fields) const;
  void begin_thread();
  void write_until_stopped();
  // The line that is next, or nothing at the end.
  std::string next_line();
  void write_line(std::string_view line);
  bool is_over();

  int descriptor_;
  std::atomic<base::Level> least_;
  const base::Clock& clock_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  size_t bytes_ = 0;
  int64_t lost_ = 0;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point give_up_at_;
  std::thread thread_;  // Begun by the first line.
};

}  // namespace os

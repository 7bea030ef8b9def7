// Bytes -> lines, without I/O. A line that is too long costs no more memory than the limit and is
// reported once; the next line is whole again.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace net {

class LineFramer {
 public:
  using Line = base::Result<std::string>;

  explicit LineFramer(size_t line_bytes) : limit_(line_bytes) {}

  // Appends what became complete, without the newline; a line of nothing but white space is dropped. An over-long line
  // is a kInvalidArgument error in its place.
  void feed(std::string_view bytes, std::deque<Line>& out);
  // At the end of the input: an error when it came in the middle of a line.
  std::optional<base::Error> end();

 private:
  const size_t limit_;
  std::string partial_;
  bool skipping_ = false;
};

// Lines that wait. Each counts with its place in the queue, so that a crowd of short ones is bounded too.
class LineQueue {
 public:
  explicit LineQueue(size_t bytes_max) : bytes_max_(bytes_max) {}

  void push(LineFramer::Line line);
  // The oldest; nothing when none waits.
  std::optional<LineFramer::Line> pop();
  bool is_full() const { return bytes_ >= bytes_max_; }
  size_t size() const { return lines_.size(); }

 private:
  const size_t bytes_max_;
  std::deque<LineFramer::Line> lines_;
  size_t bytes_ = 0;
};

}  // namespace net

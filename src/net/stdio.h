// Newline-framed messages over two descriptors, for MCP over stdio. A thread polls them, because
// epoll refuses files and setting O_NONBLOCK on a terminal would change it for everyone who shares
// it. Neither a silent input nor a full output keeps the process from ending.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "net/limits.h"

namespace net {

class StdioLines {
 public:
  // The descriptors (file, pipe, terminal, socket or /dev/null) are not owned and stay in the mode
  // they are in. The loop must outlive this object. All calls belong to the loop's thread.
  StdioLines(base::Loop& loop, int input_fd, int output_fd, StdioLimits limits = {});
  // Gives up what was not written yet: await drain() first.
  ~StdioLines();
  StdioLines(const StdioLines&) = delete;
  StdioLines& operator=(const StdioLines&) = delete;

  // The next line without its newline, but for blank ones; an error for a line that is too long (the next one is whole
  // again) or for an input that ends in the middle of a line; nothing at the end. One call at a
  // time. Dropping the task loses no line.
  base::Task<std::optional<base::Result<std::string>>> read();

  // Queues the line and a newline; lines never mix. kUnavailable when the other side has closed,
  // kRateLimited when it has left too much unread. A newline inside the line is a bug of ours.
  base::Result<void> write(std::string line);
  // Waits until less than backlog_pause_bytes is unread, or the other side has closed. One call at a time.
  base::Task<void> room();
  bool has_room() const;
  // Waits until everything is written. False when the other side closed before. One call at a time.
  base::Task<bool> drain();
  // Whether the other side has closed our output, or it cannot be written any more.
  bool closed() const;
  // Whether something of what was to be written never was: the other side closed before, or a disk is full.
  bool lost() const;

 private:
  struct Core;

  std::shared_ptr<Core> core_;
};

}  // namespace net

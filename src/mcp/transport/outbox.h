// Messages on their way to one reader that pulls them, such as an event stream. Bounded: a reader that does not read
// loses notifications, never the last message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/task.h"

namespace mcp {

class Outbox {
 public:
  // Whether messages stay after they were read, for a reader that comes back and wants them again.
  enum class Keep { kNo, kYes };
  struct Limits {
    size_t messages_max = 256;
    size_t bytes_max = size_t{256} * 1024;
  };

  struct Item {
    int64_t number;  // 1, 2, ...
    std::string message;
  };

  Outbox(base::Loop& loop, Keep keep, Limits limits) : loop_(loop), keep_(keep), limits_(limits) {}

  // Full: what was read is forgotten first, then new messages are. When many wait, one that waits already is not queued
  // twice.
  void push(std::string message);
  // The last message, which is always taken.
  void push_last(std::string message);
  void close();
  // The reader, also one who has yet to come, finds the end once; what follows waits for the next reader.
  void send_reader_away();
  // A reader comes, from the message after some number on; one that is there already finds the end, so that no message
  // goes to two.
  uint64_t begin_reading();
  // Of the last message so far; 0 when there is none.
  int64_t last_number() const { return first_number_ + static_cast<int64_t>(items_.size()) - 1; }
  // Of the last message that was read; 0 when none was.
  int64_t read_number() const { return read_number_; }
  // Drops all messages; the numbers of those that come later go on.
  void forget();
  bool is_closed() const { return closed_; }
  bool empty() const { return items_.empty(); }
  size_t bytes() const { return bytes_; }

  // What next() found.
  struct Next {
    std::optional<Item> item;  // Otherwise the end, or `until` came first.
    bool at_end = false;
  };
  // The first message after `number`, for the reader that begin_reading() named.
  base::Task<Next> next(uint64_t reader, int64_t after, base::Instant until);

 private:
  void append(std::string message);
  void wake();
  std::optional<Item> take(int64_t after);

  base::Loop& loop_;
  Keep keep_;
  Limits limits_;
  std::vector<std::string> items_;  // Most never hold one, and none many: taking the first moves the others.
  int64_t first_number_ = 1;  // Of items_.front().
  int64_t read_number_ = 0;   // The last one that was read.
  size_t bytes_ = 0;
  bool closed_ = false;
  bool sends_away_ = false;
  uint64_t reader_ = 0;  // The one that is there, or the last one.
  std::optional<base::Completion<bool>::Setter> waiter_;
};

}  // namespace mcp

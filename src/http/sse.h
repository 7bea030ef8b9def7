// Server-sent events (WHATWG HTML, section 9.2), written and read. No sockets: text and bytes in and out.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace http {

// One event with its blank line. `data` may have any line ends and comes out as one data line each. An empty `event`
// or `id` leaves that line out. Neither may hold a line end or a NUL (CHECKed: we choose them).
std::string sse_event(std::string_view data, std::string_view event = "message", std::string_view id = "");
// A line that readers ignore; it keeps proxies from closing an idle stream. No line ends.
std::string sse_comment(std::string_view text = "");
// Tells the reader how long to wait before it connects again.
std::string sse_retry(std::chrono::milliseconds wait);

struct SseEvent {
  std::string event;  // "message" when the stream did not say.
  std::string data;
  std::string id;     // The last id that the stream gave, which may be from an earlier event.

  bool operator==(const SseEvent&) const = default;
};

// Reads a stream however it is cut into pieces. An event that is not yet closed by a blank line is never given.
// Bytes that are not UTF-8 are passed on as they are: the reader of `data` judges them.
class SseParser {
 public:
  // `event_bytes_max` bounds what is kept for one event, and so one line.
  explicit SseParser(size_t event_bytes_max = size_t{4} * 1024 * 1024) : event_bytes_max_(event_bytes_max) {}

  // The events that these bytes complete. kUpstream when an event is over the limit; then the parser stays failed.
  base::Result<std::vector<SseEvent>> feed(std::string_view bytes);
  // What the stream asked for last.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }
  // For the Last-Event-ID field of a new connection.
  const std::string& last_event_id() const { return last_id_; }

 private:
  void end_line(std::vector<SseEvent>& events);
  void field(std::string_view name, std::string_view value);
  void dispatch(std::vector<SseEvent>& events);
  bool over_limit() const { return line_.size() + data_.size() + event_.size() > event_bytes_max_; }

  size_t event_bytes_max_;
  std::string line_;
  std::string data_;
  std::string event_;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
  bool first_line_ = true;
  bool after_carriage_return_ = false;
  bool failed_ = false;
};

}  // namespace http

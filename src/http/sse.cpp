#include "http/sse.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace http {
namespace {

constexpr std::string_view kLineEnds = "\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

std::string sse_event(std::string_view data, std::string_view event, std::string_view id) {
  ENSURE(is_one_line(event) && is_one_line(id));
  std::string out;
  out.reserve(data.size() + event.size() + id.size() + 32);
  if (!event.empty()) out.append("event: ").append(event).append("\n");
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  while (true) {  // Ends with the last line of the data.
    const size_t end = data.find_first_of(kLineEnds);
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  out += '\n';
  return out;
}

std::string sse_comment(std::string_view text) {
  ENSURE(is_one_line(text));
  return fmt::format(": {}\n\n", text);
}

std::string sse_retry(std::chrono::milliseconds wait) { return fmt::format("retry: {}\n\n", wait.count()); }

base::Result<std::vector<SseEvent>> SseParser::feed(std::string_view bytes) {
  std::vector<SseEvent> events;
  while (!bytes.empty() && !failed_) {
    if (std::exchange(after_carriage_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const size_t end = std::min(bytes.find_first_of(kLineEnds), bytes.size());
    line_.append(bytes.substr(0, end));
    failed_ = over_limit();
    if (end == bytes.size() || failed_) break;
    after_carriage_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line(events);
  }
  if (failed_) {
    return base::fail(base::Code::kUpstream,
                      fmt::format("The event stream sent an event of more than {} bytes. Ask for less at once.",
                                  event_bytes_max_));
  }
  return events;
}

void SseParser::end_line(std::vector<SseEvent>& events) {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    dispatch(events);
  } else {
    const size_t colon = std::min(line.find(':'), line.size());
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    field(line.substr(0, colon), value);
  }
  line_.clear();
}

// A comment is a field without a name, and so is ignored like any unknown one.
void SseParser::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    data_.append(value).append("\n");
  } else if (name == "event") {
    event_ = value;
  } else if (name == "id") {
    if (!value.contains('\0')) last_id_ = value;
  } else if (name == "retry") {
    uint32_t milliseconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (error == std::errc{} && end == value.data() + value.size()) retry_ = std::chrono::milliseconds(milliseconds);
  }
}

void SseParser::dispatch(std::vector<SseEvent>& events) {
  std::string event = std::exchange(event_, {});
  if (data_.empty()) return;
  data_.pop_back();
  if (event.empty()) event = "message";
  events.push_back({std::move(event), std::exchange(data_, {}), last_id_});
}

}  // namespace http

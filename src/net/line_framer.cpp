#include "net/line_framer.h"

#include <fmt/format.h>
#include <utility>

#include "base/text.h"

namespace net {
namespace {

// White space alone, also with the line end of Windows.
bool is_blank(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return base::trim(line).empty();
}

size_t cost_of(const LineFramer::Line& line) { return sizeof line + (line ? line->size() : 0); }

}  // namespace

void LineQueue::push(LineFramer::Line line) {
  bytes_ += cost_of(line);
  lines_.push_back(std::move(line));
}

std::optional<LineFramer::Line> LineQueue::pop() {
  if (lines_.empty()) return std::nullopt;
  LineFramer::Line line = std::move(lines_.front());
  lines_.pop_front();
  bytes_ -= cost_of(line);
  return line;
}

void LineFramer::feed(std::string_view bytes, std::deque<Line>& out) {
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, newline);
    if (!skipping_ && partial_.size() + piece.size() > limit_) {
      skipping_ = true;
      partial_ = {};
      out.push_back(
          base::fail(base::Code::kInvalidArgument,
                     fmt::format("A message is longer than {} bytes. Send less at once.", limit_)));
    }
    if (!skipping_) partial_ += piece;
    if (newline == std::string_view::npos) return;
    bytes.remove_prefix(newline + 1);
    std::string line = std::exchange(partial_, {});
    if (!std::exchange(skipping_, false) && !is_blank(line)) out.emplace_back(std::move(line));
  }
}

std::optional<base::Error> LineFramer::end() {
  // Of a line that was too long we have spoken already.
  if (partial_.empty()) return std::nullopt;
  partial_ = {};
  return base::Error{base::Code::kInvalidArgument,
                     "The input ended in the middle of a message.",
                     {},
                     std::nullopt};
}

}  // namespace net

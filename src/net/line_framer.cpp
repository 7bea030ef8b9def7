#include "net/line_framer.h"

#include <fmt/format.h>
#include <utility>

namespace net {

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
    if (!std::exchange(skipping_, false)) out.push_back(std::exchange(partial_, {}));
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

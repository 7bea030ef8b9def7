#include "mcp/transport/memory.h"

namespace mcp {

void MemoryLines::push(std::string line) {
  if (closed_) return;
  waiting_.push_back(std::move(line));
  wake();
}

void MemoryLines::close() {
  closed_ = true;
  wake();
}

void MemoryLines::wake() {
  if (reader_) std::exchange(reader_, std::nullopt).value()(true);
}

base::Task<std::optional<base::Result<std::string>>> MemoryLines::read() {
  while (waiting_.empty() && !closed_) {  // Until there is a line or the end.
    const base::Completion<bool> something(loop_);
    reader_ = something.setter();
    co_await something;
  }
  if (waiting_.empty()) co_return std::nullopt;
  std::string line = std::move(waiting_.front());
  waiting_.pop_front();
  co_return base::Result<std::string>(std::move(line));
}

}  // namespace mcp

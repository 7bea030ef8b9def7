#include "mcp/transport/memory.h"

#include <cstdint>
#include <utility>

namespace mcp::transport {

MemoryLines::Pair MemoryLines::make_pair(base::Loop& loop) {
  // Both ends are ours, so nothing is ever dropped.
  constexpr Outbox::Limits kUnlimited{SIZE_MAX, SIZE_MAX};
  const auto to_server = std::make_shared<Outbox>(loop, Outbox::Keep::kNo, kUnlimited);
  const auto to_client = std::make_shared<Outbox>(loop, Outbox::Keep::kNo, kUnlimited);
  return {MemoryLines(to_server, to_client), MemoryLines(to_client, to_server)};
}

base::Task<base::Result<std::optional<std::string>>> MemoryLines::read() {
  auto next = co_await in_->next(read_, base::Instant::never());
  std::optional<std::string> line;
  if (next.item) {
    read_ = next.item->number;
    line = std::move(next.item->message);
  }
  co_return line;
}

}  // namespace mcp::transport

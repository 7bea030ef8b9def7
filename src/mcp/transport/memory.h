// Two ends of lines in memory: what one writes the other reads. For tests, and for a server and a client in one program.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mcp/transport/lines.h"
#include "mcp/transport/outbox.h"

namespace mcp::transport {

class MemoryLines final : public LineTransport {
 public:
  struct Pair;
  // The loop must outlive both ends.
  static Pair make_pair(base::Loop& loop);

  base::Task<base::Result<std::optional<std::string>>> read() override;
  void write(std::string line) override { out_->push(std::move(line)); }
  // The other end reads what is left and then the end.
  void close() { out_->close(); }

 private:
  MemoryLines(std::shared_ptr<Outbox> in, std::shared_ptr<Outbox> out) : in_(std::move(in)), out_(std::move(out)) {}

  std::shared_ptr<Outbox> in_;
  std::shared_ptr<Outbox> out_;
  int64_t read_ = 0;
};

struct MemoryLines::Pair {
  MemoryLines server;
  MemoryLines client;
};

}  // namespace mcp::transport

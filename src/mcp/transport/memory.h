// Lines in memory, for tests and for a client in the same program: what the client pushes is read by serve_lines, what
// the server writes is kept in order.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/transport/lines.h"

namespace mcp {

class MemoryLines final : public Lines {
 public:
  // The loop must outlive it.
  explicit MemoryLines(base::Loop& loop) : loop_(loop) {}

  // The client's side. A push after close() is ignored.
  void push(std::string line);
  void close();
  // What the server has written since the last take.
  std::vector<std::string> take_written() { return std::exchange(written_, {}); }

  base::Task<std::optional<base::Result<std::string>>> read() override;
  void write(std::string line) override { written_.push_back(std::move(line)); }

 private:
  void wake();

  base::Loop& loop_;
  std::deque<std::string> waiting_;
  bool closed_ = false;
  std::optional<base::Completion<bool>::Setter> reader_;
  std::vector<std::string> written_;
};

}  // namespace mcp

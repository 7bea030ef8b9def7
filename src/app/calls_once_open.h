// Calls wait until the store is open. On stdio a client is answered before that, because its list of tools needs no
// disk; but what a call signs for its client to carry, such as a cursor, is signed with keys that stand in the store,
// and with any others it would be good for nothing a moment later.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "app/auditor_over.h"
#include "base/loop.h"

namespace app {

class CallsOnceOpen final : public AuditorOver {
 public:
  // Both must outlive it and its calls.
  CallsOnceOpen(base::Loop& loop, mcp::Auditor& next) : AuditorOver(next), loop_(loop) {}

  base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> begin(mcp::CallFacts facts) override {
    if (!is_open_) {
      const base::Completion<bool> opened(loop_);
      waiting_.push_back(opened.setter());
      co_await opened;
    }
    co_return co_await next().begin(std::move(facts));
  }

  void open() {
    is_open_ = true;
    for (const auto& set : std::exchange(waiting_, {})) set(true);
  }

 private:
  base::Loop& loop_;
  bool is_open_ = false;
  std::vector<base::Completion<bool>::Setter> waiting_;
};

}  // namespace app

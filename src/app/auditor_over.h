// What an auditor that stands before another hands on as it is: everything but the beginning of a call.
#pragma once

#include <utility>

#include "mcp/auditor.h"

namespace app {

class AuditorOver : public mcp::Auditor {
 public:
  // The next one must outlive it.
  explicit AuditorOver(mcp::Auditor& next) : next_(next) {}

  base::Task<void> refused(mcp::RefusedRequest request) override { return next_.refused(std::move(request)); }
  void session_opened(const mcp::Principal& principal, mcp::Revision revision) override {
    next_.session_opened(principal, revision);
  }
  void session_ended(const mcp::Principal& principal, mcp::Revision revision) override {
    next_.session_ended(principal, revision);
  }

 protected:
  mcp::Auditor& next() { return next_; }

 private:
  mcp::Auditor& next_;
};

}  // namespace app

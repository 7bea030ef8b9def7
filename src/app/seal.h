// The seal: a mark in the data directory that stops every call of every server of that directory, over restarts, until
// the administrator takes it off. For the minutes in which nobody knows yet what has happened.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "audit/trail.h"
#include "base/clock.h"
#include "base/result.h"
#include "mcp/auditor.h"

namespace app {

class Seal {
 public:
  // The directory need not exist.
  explicit Seal(const std::string& data_directory);

  // Looks at the disk each time, so that a seal holds at once in every process. True also when it cannot be known.
  bool is_on() const;
  // Durable before it returns. Fine when it is on (off) already.
  base::Result<void> put_on(base::Wall now) const;
  base::Result<void> take_off() const;

  // What a caller is told.
  static base::Error refusal();

 private:
  std::string directory_;
  std::string path_;
};

// Refuses every call while the seal is on, and tells the trail of each.
class SealedCalls final : public mcp::Auditor {
 public:
  // All must outlive it and its calls.
  SealedCalls(const Seal& seal, audit::Trail& trail, mcp::Auditor& next) : seal_(seal), trail_(trail), next_(next) {}

  base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> begin(mcp::CallFacts facts) override;
  base::Task<void> refused(mcp::RefusedRequest request) override { return next_.refused(std::move(request)); }
  void session_opened(const mcp::Principal& principal, mcp::Revision revision) override {
    next_.session_opened(principal, revision);
  }
  void session_ended(const mcp::Principal& principal, mcp::Revision revision) override {
    next_.session_ended(principal, revision);
  }

 private:
  const Seal& seal_;
  audit::Trail& trail_;
  mcp::Auditor& next_;
};

}  // namespace app

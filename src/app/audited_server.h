// What the MCP server tells its auditor, as entries of the trail.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "audit/trail.h"
#include "base/loop.h"
#include "mcp/auditor.h"
#include "policy/budget.h"

namespace app {

// Tells of a change that was refused because its user has made as many as are allowed.
base::Task<void> tell_spent(audit::Trail& trail, mcp::Principal principal, std::string tool, policy::OverBudget why);

class AuditedServer final : public mcp::Auditor {
 public:
  // Both must outlive it and its calls.
  AuditedServer(base::Loop& loop, audit::Trail& trail) : loop_(loop), trail_(trail) {}

  // A change is on the disk before its handler runs, and its end before the answer; what only reads is noted.
  base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> begin(mcp::CallFacts facts) override;
  base::Task<void> refused(mcp::RefusedRequest request) override;
  void session_opened(const mcp::Principal& principal, mcp::Revision revision) override;
  void session_ended(const mcp::Principal& principal, mcp::Revision revision) override;

 private:
  base::Loop& loop_;
  audit::Trail& trail_;
  int64_t next_call_ = 1;
};

}  // namespace app

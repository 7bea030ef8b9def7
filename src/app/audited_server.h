// What the MCP server tells its auditor, as entries of the trail.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "audit/trail.h"
#include "base/loop.h"
#include "mcp/auditor.h"
#include "policy/budget.h"

namespace app {

// Tells of a change that was refused because its user has made as many as are allowed.
base::Task<void> tell_spent(audit::Trail& trail, mcp::Principal principal, std::string tool, policy::OverBudget why);

class AuditedServer final : public mcp::Auditor {
 public:
  static constexpr std::chrono::seconds kOneRecordPer{1};
  // Sources, users, kinds and reasons that are told apart; those beyond are counted together.
  static constexpr size_t kRefusedMax = 256;

  // Both must outlive it and its calls.
  AuditedServer(base::Loop& loop, audit::Trail& trail) : loop_(loop), trail_(trail) {}

  // A change is on the disk before its handler runs, and its end before the answer; what only reads is noted.
  base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> begin(mcp::CallFacts facts) override;
  // A first refusal is on the disk before the answer; what else the same source is refused for the same reason is
  // counted, and told once a second. So strangers cannot fill the disk.
  base::Task<void> refused(mcp::RefusedRequest request) override;
  void session_opened(const mcp::Principal& principal, mcp::Revision revision) override;
  void session_ended(const mcp::Principal& principal, mcp::Revision revision) override;

  // Tells of the refusals that were only counted until now. Before the trail closes.
  void tell_counted();

 private:
  // Of one source, user, kind and reason, since the last record of them.
  struct Refusals {
    audit::Entry like;
    int64_t untold = 0;
  };
  using Refused = std::tuple<audit::Event, std::string, std::string, std::string>;

  // The refusals that this one is counted with; null when it is the first of its second.
  Refusals* counted_with(const audit::Entry& entry);
  void tell_each_second();

  base::Loop& loop_;
  audit::Trail& trail_;
  int64_t next_call_ = 1;
  std::map<Refused, Refusals> refusals_;
  std::optional<base::Timer> next_telling_;
};

}  // namespace app

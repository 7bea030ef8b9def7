// What every call of a tool that changes something passes before its handler, in this order: the budget of its
// principal, and, where something is taken away (Effect::kDestroy), the consent of the person. One link of the chain,
// so no tool can forget it.
//
// Consent is to an exact effect: the tool is rehearsed (dry_run), and what the rehearsal says is what the person is
// asked. A client that can ask is asked: by the result of the request in the modern era, by elicitation in the legacy
// one. One that cannot gets a ticket, `confirm`, that is good for a quarter of an hour, for this principal, tool,
// arguments and effect, and for nothing else, once. Without a yes or a ticket nothing happens.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/task.h"
#include "mcp/tool.h"
#include "policy/budget.h"
#include "store/quota.h"
#include "tools/desk.h"

namespace tools {

struct GuardServices {
  Desk& desk;  // Signs the tickets.
  const base::Clock& clock;
  // Null: changes are not counted.
  policy::Budget* budget = nullptr;
  // Where what was spent outlives the process and is shared by all of a user. Null: this process counts for itself.
  store::Quota* ledger = nullptr;
  // Whether a ticket is used for the first time, in whichever process and life; `until` is its end. Null: a ticket is
  // as good as its deed.
  std::function<base::Task<bool>(std::string ticket, base::Wall until)> spend = nullptr;
  // Hears of each call that was refused for its budget, before the refusal is sent.
  std::function<base::Task<void>(mcp::Principal principal, std::string tool, policy::OverBudget why)> refused = nullptr;
};

// All services must outlive the server that uses it.
mcp::ToolMiddleware guard_over(GuardServices services);

// The tool as a client sees it: one that takes something away has the argument `confirm`.
mcp::Tool with_confirm(mcp::Tool tool);

}  // namespace tools

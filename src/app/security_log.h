// The security events of the audit trail in the operational log, for whoever watches that with `tail` and `grep`: one
// line each, with a tag and the name of its group. The trail is the evidence; this is what a person sees at once.
#pragma once

#include <string_view>

#include "audit/entry.h"
#include "base/log.h"

namespace app {

// "authentication_failure", "blocked_host": what an event is called by those who look for groups of events; empty for
// one that is in no group. The names are stable, since scripts search for them (docs/operations.md).
std::string_view group_of(audit::Event event);

// "SECURITY WARNING", "SECURITY CRITICAL": the tag of a line of the log.
std::string_view tag_of(audit::Severity severity);

// Writes the events of severity warning and critical. Whose words they are: names of ours and an address, never what a
// client sent.
void log_security(base::Log& log, const audit::Entry& entry);

}  // namespace app

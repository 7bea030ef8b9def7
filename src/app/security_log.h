// The security events of the audit trail in the operational log, for whoever watches that with `tail` and `grep`: one
// line each, with a tag and the name of its group. The trail is the evidence; this is what a person sees at once.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "audit/entry.h"
#include "base/clock.h"
#include "base/log.h"

namespace app {

// "authentication_failure", "blocked_host": what an event is called by those who look for groups of events; empty for
// one that is in no group. The names are stable, since scripts search for them (docs/operations.md).
std::string_view group_of(audit::Event event);

// "SECURITY WARNING", "SECURITY CRITICAL": the tag of a line of the log.
std::string_view tag_of(audit::Severity severity);

// Writes the events of severity warning and critical. Its words are names of ours and an address, never what a client
// sent. A crowd of strangers cannot fill the log, or stop a server whose log nobody reads: of each severity there are
// so many lines in a minute, then one that says so, and the rest is in the trail alone.
class SecurityLog {
 public:
  static constexpr int kLinesMax = 120;
  static constexpr std::chrono::seconds kWindow{60};

  // The log must outlive it.
  explicit SecurityLog(base::Log& log) : log_(log) {}

  // On one thread.
  void hear(const audit::Entry& entry, base::Instant now);

 private:
  struct Window {
    std::optional<base::Instant> begin;
    int lines = 0;
  };

  base::Log& log_;
  Window warnings_;
  Window critical_;
};

}  // namespace app

// The runbooks of the security guide ("Incident Response") as commands: each step says what it does, does it, and says
// what it found; what only a person can do is told as such. docs/incidents.md goes through them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/audit_review.h"
#include "app/commands/command.h"
#include "app/commands/evidence.h"
#include "app/process.h"
#include "app/step.h"
#include "base/result.h"
#include "config/load.h"

namespace app::commands {

// What the steps work on. One step after the other, on the main thread.
struct Incident {
  Process& process;
  const config::Loaded& loaded;
  Io& io;
  std::string config_file;  // Empty where there is none.
  base::Wall since;         // What is reviewed.
  std::optional<Evidence> evidence = std::nullopt;
  std::optional<StoredTrail> trail = std::nullopt;
  std::optional<Review> review = std::nullopt;

  const config::Settings& settings() const { return loaded.settings; }
};

struct Step {
  std::string_view name;   // For programs: "revoke_sessions".
  std::string_view title;  // What it does, for people, and all that a dry run says.
  Outcome (*run)(Incident& incident);
};

struct Runbook {
  std::string_view incident;  // "auth-compromise".
  std::string_view about;
  std::vector<Step> steps;
};
std::span<const Runbook> runbooks();
// Null for a name that none has.
const Runbook* find_runbook(std::string_view incident);

// Every secret that this installation knows, so that none gets into the evidence.
std::vector<base::Secret> known_secrets(const config::Settings& settings, const os::Environment& environment);
// Everything that shows what the installation is like now. A part that cannot be had is named in the outcome.
Outcome collect_evidence(Incident& incident);

// Runs a command of this program as a person would, with the configuration of the incident; kByHand where this build
// has no such command.
Outcome run_command(Incident& incident, const std::vector<std::string>& arguments);

}  // namespace app::commands

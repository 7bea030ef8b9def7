// The maintenance calendar of the security guide as commands: what is to be done each week, month and quarter. Each
// duty is done or looked at by this program, or told to be a person's; docs/security-guide.md goes through them.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/audit_review.h"
#include "app/commands/command.h"
#include "app/process.h"
#include "app/step.h"
#include "config/load.h"

namespace app::commands {

// What the duties work on. One after the other, on the main thread.
struct Maintenance {
  Process& process;
  const config::Loaded& loaded;
  const Arguments& arguments;
  Io& io;
  std::string config_file;   // Empty where there is none.
  std::string attestations;  // The file; it need not be there.
  base::Wall now;
  std::vector<std::string> done;  // Ids of checks that the owner says to have done.

  const config::Settings& settings() const { return loaded.settings; }
  std::string owner() const { return arguments.text("--owner"); }
};

struct Duty {
  std::string_view name;   // For programs: "review_log".
  std::string_view title;  // What it does, for people, and all that a dry run says.
  // The check that takes an attestation of it, or empty. Where `run` is null a person has to do it.
  std::string_view attests;
  Outcome (*run)(Maintenance& maintenance);
};

struct Calendar {
  std::string_view name;  // "weekly"
  std::string_view about;
  std::vector<Duty> duties;
};
std::span<const Calendar> calendars();
// Null for a name that none has.
const Calendar* find_calendar(std::string_view name);

// Done where an attestation that still counts says so, or where the owner says so now; by hand otherwise.
Outcome attested_by_hand(const Maintenance& maintenance, const Duty& duty);

// The objectives of a recovery: what may be lost with the machine (RPO), and how long a restore may take (RTO).
inline constexpr std::chrono::hours kLossMax{24};
inline constexpr std::chrono::minutes kRestoreMax{5};
// Of a backup that was restored, measured against them. `created` as the backup says.
Outcome judge_backup(const std::string& path, const std::string& created, std::chrono::milliseconds took,
                     base::Wall now);

}  // namespace app::commands

// The checks of `security-check start`, before a server listens: whoever restarts after an incident, or serves others,
// does not want to run on what the incident was about.
#pragma once

#include <optional>

#include "app/commands/command.h"
#include "app/io.h"
#include "base/result.h"
#include "config/settings.h"

namespace app::commands {

// The exit code of a start that the checks refuse.
inline constexpr int kRefusedByChecks = 12;

Option require_check_option();
Option waivers_option();

// Nothing where the server may start: no check of critical severity is open, or none is asked for
// (security.check_at_start). Otherwise the findings are told on stderr, with what mends each, and this is the exit
// code. An error where a check could not be made at all. Before the process confines itself, and before its first
// thread.
base::Result<std::optional<int>> check_at_start(const Command& command, const Arguments& arguments,
                                                const config::Settings& settings, Io& io);

}  // namespace app::commands

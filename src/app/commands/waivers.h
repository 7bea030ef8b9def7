// What was agreed about findings, from the files that are named on the command line.
#pragma once

#include <vector>

#include "app/commands/command.h"
#include "base/clock.h"
#include "base/result.h"
#include "checks/report.h"

namespace app::commands {

// Those of --waivers; none without it. Errors begin with the file's name.
base::Result<std::vector<checks::Waiver>> waivers_of(const Arguments& arguments, base::Wall now);

}  // namespace app::commands

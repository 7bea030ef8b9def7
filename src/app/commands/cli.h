// The command line: finds the command, checks its options, runs it and turns what it gives into an exit code.
#pragma once

#include <string>
#include <vector>

#include "app/commands/command.h"

namespace app::commands {

// `arguments` without the name of the program. Results go to io.out, everything else to io.err.
int run(const std::vector<std::string>& arguments, const std::vector<Command>& commands, Io& io);

}  // namespace app::commands

// The commands of the program, one file each.
#pragma once

#include <vector>

#include "app/commands/command.h"

namespace app::commands {

Command serve_command();
Command stdio_command();
Command tools_command();
Command login_command();
Command logout_command();
Command status_command();
Command config_command();
Command audit_command();
Command setup_command();
Command admin_command();
Command api_key_command();
Command security_check_command();
Command keys_command();
Command incident_command();
Command backup_command();
Command maintain_command();
Command healthcheck_command();
Command version_command();

// All of them, in the order of the help.
std::vector<Command> every_command();

}  // namespace app::commands

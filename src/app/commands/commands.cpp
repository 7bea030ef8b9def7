#include "app/commands/commands.h"

namespace app::commands {

std::vector<Command> every_command() {
  return {stdio_command(),          serve_command(),       login_command(),    logout_command(), status_command(),
          setup_command(),          tools_command(),       config_command(),   audit_command(),  admin_command(),
          keys_command(),           api_key_command(),     incident_command(), backup_command(), maintain_command(),
          security_check_command(), healthcheck_command(), version_command()};
}

}  // namespace app::commands

// spotify-mcp-server.
#include <filesystem>
#include <iostream>

#include "app/commands/cli.h"
#include "app/commands/commands.h"
#include "app/commands/exit_code.h"
#include "app/master_key.h"
#include "crypto/self_test.h"
#include "os/process.h"

int main(int count, char** values) {
  os::open_standard_streams();
  app::Io io{.environment = os::Environment::of_process(app::kSecretVariables), .out = std::cout, .err = std::cerr};
  std::error_code unknown;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (!unknown) io.program = self.string();
  io.confine = os::confine;
  for (const auto& checked : {os::check_open_file_limit(), crypto::self_test()}) {
    if (checked) continue;
    std::cerr << "error: " << checked.error().message << '\n';
    return app::commands::exit_code(checked.error().code);
  }
  return app::commands::run(std::vector<std::string>(values + 1, values + count), app::commands::every_command(), io);
}

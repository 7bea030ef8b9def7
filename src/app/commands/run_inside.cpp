#include "app/commands/run_inside.h"

#include <algorithm>
#include <sstream>

#include "app/commands/cli.h"
#include "app/commands/commands.h"

namespace app::commands {

std::optional<Ran> run_inside(const Io& io, const std::vector<std::string>& arguments) {
  const std::vector<Command> all = every_command();
  if (std::ranges::find(all, arguments.front(), &Command::name) == all.end()) return std::nullopt;
  std::ostringstream out;
  std::ostringstream err;
  Io inside{.environment = io.environment, .out = out, .err = err, .program = io.program};
  const int code = run(arguments, all, inside);
  return Ran{.code = code, .out = out.str(), .err = err.str()};
}

}  // namespace app::commands

// What a command speaks through: results on stdout and nothing else there, everything for people on stderr.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "os/environment.h"
#include "os/sandbox.h"

namespace app {

struct Io {
  os::Environment environment;
  std::ostream& out;  // Results. A script may read it.
  std::ostream& err;  // Notes, questions and errors.
  int input = 0;      // Descriptors, for stdio and for what a person pastes.
  int output = 1;
  // The path of this program, as a host needs it in its configuration.
  std::string program = "spotify-mcp-server";
  // How a server confines its process. Empty where the process is not its own, as in a test.
  std::function<os::Confined(const os::Confinement&)> confine = nullptr;
};

}  // namespace app

// A command of this program, run by another command of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/io.h"

namespace app::commands {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};
// As a person would run it, in the environment of `io`. Nothing where this build has no such command.
std::optional<Ran> run_inside(const Io& io, const std::vector<std::string>& arguments);

}  // namespace app::commands

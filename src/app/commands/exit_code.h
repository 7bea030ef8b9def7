// How a command ends. The codes are part of the interface: scripts rely on them (docs/errors.md).
#pragma once

#include "base/result.h"

namespace app::commands {

// 0 is success and 1 stays free for a finding that is no error; 2 is wrong usage, as shells have it.
int exit_code(base::Code code);

}  // namespace app::commands

// Who else can read or write the file that a server starts from.
#pragma once

#include <string>

#include "base/result.h"

namespace app {

// kForbidden, with the command that mends it, for a plain file that holds a secret and that others can read, and for
// any that everybody can write. A sealed file may be read by everybody. `file` may be empty: there is none.
base::Result<void> check_config_privacy(const std::string& file);

}  // namespace app

// A person's editor on a text that must not be left behind.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "os/environment.h"

namespace os {

// Opens the text in $VISUAL, $EDITOR or vi, under `name`, and gives what was saved. It stands meanwhile in a private
// directory, in memory where the system has such a place, and is overwritten and removed afterwards with whatever the
// editor put beside it. The editor gets the environment, and no shell stands between. kCancelled when it ends with an
// error, kUnavailable when there is none.
base::Result<std::string> edit_text(const std::string& text, const std::string& name, size_t bytes_max,
                                    const Environment& environment);

}  // namespace os

// The one warning about a key file that was made: whoever loses the file has to log in again, so they must hear of it.
#pragma once

#include <functional>
#include <string>

#include "app/io.h"
#include "app/process.h"
#include "config/settings.h"

namespace app {

// What a server in production says of a master key that a plain variable brought: whoever may look at how it was
// started has it.
void warn_of_variables(const config::Settings& settings, const os::Environment& environment, base::Log& log);

// Both may be called on the worker's thread; what they are given must outlive them.
// For commands that speak with a person.
std::function<void(const std::string&)> tell_of_key(Process& process, Io& io);
// For servers, whose stderr is a log.
std::function<void(const std::string&)> log_key(base::Log& log);

}  // namespace app

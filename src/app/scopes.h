// The permissions that a login asks for.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace app {

// Those of the settings, else those that the core tools need; no more, because each is a line of the consent page.
std::vector<std::string> login_scopes(const config::Settings& settings);

}  // namespace app

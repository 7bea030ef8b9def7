// Opens a URL in the person's browser.
#pragma once

#include <string>

#include "os/environment.h"

namespace os {

// Starts xdg-open without a shell. False when this machine has no display or no such program; then print the URL.
bool open_in_browser(const std::string& url, const Environment& environment);

}  // namespace os

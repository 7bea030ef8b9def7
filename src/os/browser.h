// Opens a URL in the person's browser.
#pragma once

#include <string>

#include "os/environment.h"

namespace os {

// Starts xdg-open (or open) without a shell and does not wait for it: it may stay as long as its browser. False when
// this machine has no display or no such program, or the URL is not http or https; then print the URL.
bool open_in_browser(const std::string& url, const Environment& environment);

}  // namespace os

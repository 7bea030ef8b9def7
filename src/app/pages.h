// The few pages that a browser sees: plain HTML without scripts, with headers that keep it so.
#pragma once

#include <string_view>

#include "http/message.h"

namespace app {

// `title` and `text` are ours and are escaped all the same.
http::Response page(int status, std::string_view title, std::string_view text);

}  // namespace app

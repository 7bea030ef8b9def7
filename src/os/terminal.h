// The terminal, if there is one.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "os/environment.h"

namespace os {

enum class Stream { kInput, kOutput, kError };
enum class Terminal { kPresent, kAbsent };
// Whether a person reads, or types into, this stream.
Terminal terminal_on(Stream stream);

// Whether colours help the reader of a stream: a terminal that is not "dumb", and NO_COLOR is not
// set. CLICOLOR_FORCE (anything but 0) wants them without a terminal, too.
bool wants_color(const Environment& environment, Terminal terminal);

// Shows the prompt on the controlling terminal and reads a line there without echo, whatever stdin
// and stdout are. kUnavailable without a terminal; kCancelled at the end of input.
base::Result<base::Secret> read_secret_line(std::string_view prompt);
// The next line of a pipe or a file, for a program that passes a secret on. kCancelled at the end of input.
base::Result<base::Secret> read_secret_line_of(int descriptor);

}  // namespace os

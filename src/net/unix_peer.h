// Who is at the other end of a Unix socket.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace net {

// The process that listens at a Unix socket, as the kernel names it; nothing when nobody does, or when it is out of our
// sight (in another container). Blocking.
std::optional<pid_t> process_listening_at(const std::string& unix_path);

}  // namespace net

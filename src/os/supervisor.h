// What systemd, or another supervisor that speaks its protocol, hands to a service and hears from it: sockets that are
// listening already (sd_listen_fds(3)) and the state of the service (sd_notify(3)).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/environment.h"

namespace os {

// The sockets that were opened for this process, in their order; no program that it starts gets them. None when there
// are none, or they were meant for another process. kInvalidArgument when the variables name what is not open.
base::Result<std::vector<int>> passed_sockets(const Environment& environment);

// Tells the supervisor, such as "READY=1"; several lines are several fields. Nothing is told where nobody listens.
// kUnavailable when it cannot be told.
base::Result<void> tell_supervisor(const Environment& environment, std::string_view state);

// How often the supervisor wants to hear "WATCHDOG=1" at the latest; nothing when it does not ask.
std::optional<std::chrono::microseconds> watchdog_interval(const Environment& environment);

}  // namespace os

// What our listener is asked on the wire. The names are those that the checks look for.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "checks/facts.h"

namespace checks {

struct ProbeRequest {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  std::string bearer;  // Of a scratch server; empty: none is needed.
  std::chrono::milliseconds patience{3000};
  // A second listener of the same kind, whose head timeout is short enough to be waited for.
  uint16_t slow_port = 0;
};
// Blocking; for workers.
ListenerFacts probe_listener(const ProbeRequest& request);

}  // namespace checks

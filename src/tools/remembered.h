// Finished answers of tools that only read, kept as the text that goes out. One is given again where a second run of
// its handler could only make the same: to the same principal and login, for the same arguments and settings, and while
// the memory of the client still holds every single thing that it was made of. What raised a suspicion is made anew
// each time, so that it is counted each time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "mcp/tool.h"
#include "tools/services.h"

namespace tools {

struct RememberOptions {
  size_t answers_max = 500;
  size_t bytes_max = size_t{4} * 1024 * 1024;
  // How many suspicions were raised so far; empty: none ever.
  std::function<uint64_t()> suspicions = nullptr;
};

// A link of the chain around every call, for the place before all that a read does not need. `services` must outlive
// it.
mcp::ToolMiddleware remember_over(const Services& services, RememberOptions options = {});

}  // namespace tools

// The reading half of the toolset "playback".
#pragma once

#include <vector>

#include "mcp/tool.h"
#include "tools/services.h"

namespace tools {

std::vector<mcp::Tool> playback_read_tools(const Services& services);

}  // namespace tools

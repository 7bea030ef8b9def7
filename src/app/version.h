// What this program calls itself.
#pragma once

#include <string_view>

namespace app {

inline constexpr std::string_view kProgram = "spotify-mcp-server";
inline constexpr std::string_view kTitle = "MCP Server for Spotify";
// From CMake's project().
std::string_view version();

}  // namespace app

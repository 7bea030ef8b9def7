// Prompts: what a person picks in the host to set a piece of work going. Each tells the model which tools to use in
// which order, and where to stop and ask.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mcp/prompt.h"
#include "mcp/tool.h"

namespace tools {

// Those whose tools are all among `offered`. Playlists and devices are completed by name.
std::vector<mcp::Prompt> prompts_over(std::span<const mcp::Tool> offered);

// The part of docs/tools.md about them.
std::string document(std::span<const mcp::Prompt> prompts);

}  // namespace tools

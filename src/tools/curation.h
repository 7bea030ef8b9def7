// The table entries of the toolset "curation" and what its files share.
#pragma once

#include <string>
#include <vector>

#include "mcp/tool.h"
#include "tools/services.h"

namespace tools {

// A read of what a playlist holds; long ones may go on as a task.
mcp::ToolInfo curation_read(std::string name, std::string title, std::string description);
// A change; kDestroy ones ask first.
mcp::ToolInfo curation_write(std::string name, std::string title, std::string description, mcp::Effect effect,
                             mcp::Repeat repeat);

// One function per file.
std::vector<mcp::Tool> duplicate_tools(const Services& services);
std::vector<mcp::Tool> order_tools(const Services& services);
std::vector<mcp::Tool> copy_tools(const Services& services);
std::vector<mcp::Tool> compare_tools(const Services& services);
std::vector<mcp::Tool> keep_tools(const Services& services);
std::vector<mcp::Tool> undo_tools(const Services& services);
std::vector<mcp::Tool> export_tools(const Services& services);
std::vector<mcp::Tool> import_tools(const Services& services);
std::vector<mcp::Tool> cover_tools(const Services& services);

}  // namespace tools

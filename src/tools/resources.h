// What the account holds as MCP resources: each is the answer of one reading tool under a URI, so that an application
// can put it into a conversation without a tool call of the model.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mcp/resource.h"
#include "mcp/tool.h"

namespace tools {

struct Resources {
  std::vector<mcp::Resource> fixed;
  std::vector<mcp::ResourceTemplate> templates;
};

// Those whose tool is among `offered`: what is switched off as a tool cannot be read as a resource either. Ids are
// completed by the names of what the user owns, saved or follows. What the tools refer to must outlive the resources.
Resources resources_over(std::span<const mcp::Tool> offered);

// The part of docs/tools.md about them.
std::string document(const Resources& resources);

}  // namespace tools

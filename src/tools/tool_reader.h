// Reading through a tool's own entry, so that a resource or a completion is held to the same arguments, limits and
// sanitiser as the tool.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "json/value.h"
#include "mcp/tool.h"

namespace tools {

// The tool of that name, or none where it is not offered.
const mcp::Tool* find_tool(std::span<const mcp::Tool> offered, std::string_view name);

// The structured answer of a call.
base::Task<base::Result<json::Value>> answer_of(mcp::ToolFunction call, mcp::CallContext& context,
                                                json::Object arguments);

// Which things a completion offers, and what it puts in for one of them.
struct Source {
  mcp::ToolFunction call;
  json::Object arguments;
  std::string value;  // The member that is put in, such as "name"; "id" is taken from the end of the URI.
};

// Those entries of the answer's `items` whose name contains `typed` in any case, or whose value begins with it, each
// value once. A list that goes on is followed for a few pages, which later keystrokes find in the cache. What cannot be
// had completes nothing: the person types on.
base::Task<base::Result<std::vector<std::string>>> complete_from(Source source, mcp::CallContext& context,
                                                                 std::string typed);

}  // namespace tools

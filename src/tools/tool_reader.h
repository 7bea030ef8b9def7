// Reading through a tool's own entry, so that a resource or a completion is held to the same arguments, limits and
// sanitiser as the tool.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "json/value.h"
#include "mcp/tool.h"
#include "tools/names.h"

namespace tools {

// The tool of that name, or none where it is not offered.
const mcp::Tool* find_tool(std::span<const mcp::Tool> offered, std::string_view name);

// The structured answer of a call.
base::Task<base::Result<json::Value>> answer_of(mcp::ToolFunction call, mcp::CallContext& context,
                                                json::Object arguments);

// Which things a completion offers, and what it puts in for one of them.
struct Source {
  // `value` is the member that is put in, such as "name"; "id" is taken from the end of the URI.
  Source(mcp::ToolFunction list, json::Object with, std::string value)
      : call(std::move(list)), arguments(std::move(with)), book(std::make_shared<NameBook>(std::move(value))) {}

  mcp::ToolFunction call;
  json::Object arguments;
  std::shared_ptr<NameBook> book;
};

// Those entries of the list that fit `typed` (see Names::find), as far as the list has been read; while few fit, some
// more pages of it are. A list that cannot be had completes nothing: the person types on.
base::Task<base::Result<std::vector<std::string>>> complete_from(Source source, mcp::CallContext& context,
                                                                 std::string typed);

}  // namespace tools

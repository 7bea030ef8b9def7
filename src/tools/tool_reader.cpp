#include "tools/tool_reader.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace tools {

const mcp::Tool* find_tool(std::span<const mcp::Tool> offered, std::string_view name) {
  const auto found = std::ranges::find(offered, name, [](const mcp::Tool& tool) { return tool.info.name; });
  return found == offered.end() ? nullptr : &*found;
}

base::Task<base::Result<json::Value>> answer_of(mcp::ToolFunction call, mcp::CallContext& context,
                                                json::Object arguments) {
  mcp::ToolResult result = co_await call(context, std::move(arguments));
  if (!result.is_error && result.structured) co_return *std::move(result.structured);
  const json::Value* text = result.content.empty() ? nullptr : result.content.front().block.find("text");
  co_return base::fail(result.code.value_or(base::Code::kInternal),
                       text != nullptr ? text->string() : "There is no answer. Try again.");
}

base::Task<base::Result<std::vector<std::string>>> complete_from(Source source, mcp::CallContext& context,
                                                                 std::string typed) {
  std::vector<std::string> values;
  const auto answer = co_await answer_of(std::move(source.call), context, std::move(source.arguments));
  const json::Value* items = answer ? answer->find("items") : nullptr;
  if (items == nullptr || !items->is_array()) co_return values;
  const std::string wanted = base::to_lower_ascii(typed);
  for (const json::Value& item : items->array()) {
    const std::string_view uri = item.text_or_empty("uri");
    const std::string_view value =
        source.value == "id" && !uri.empty() ? uri.substr(uri.rfind(':') + 1) : item.text_or_empty(source.value);
    const bool fits = base::to_lower_ascii(item.text_or_empty("name")).contains(wanted) || value.starts_with(typed);
    if (fits && !value.empty()) values.emplace_back(value);
  }
  co_return values;
}

}  // namespace tools

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
  constexpr int kPagesMax = 4;
  std::vector<std::string> values;
  const std::string wanted = base::to_lower_ascii(typed);
  json::Object arguments = source.arguments;
  for (int page = 0; page < kPagesMax; ++page) {
    const auto answer = co_await answer_of(source.call, context, arguments);
    const json::Value* items = answer ? answer->find("items") : nullptr;
    if (items == nullptr || !items->is_array()) break;
    for (const json::Value& item : items->array()) {
      const std::string_view uri = item.text_or_empty("uri");
      const std::string_view value =
          source.value == "id" && !uri.empty() ? uri.substr(uri.rfind(':') + 1) : item.text_or_empty(source.value);
      const bool fits = base::to_lower_ascii(item.text_or_empty("name")).contains(wanted) || value.starts_with(typed);
      const bool is_new = std::ranges::find(values, value) == values.end();
      if (fits && is_new && !value.empty()) values.emplace_back(value);
    }
    const std::string_view next = answer->text_or_empty("next_cursor");
    if (next.empty()) break;
    arguments.set("cursor", next);
  }
  co_return values;
}

}  // namespace tools

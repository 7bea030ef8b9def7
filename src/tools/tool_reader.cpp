#include "tools/tool_reader.h"

#include <algorithm>
#include <utility>

namespace tools {
namespace {

bool is_passing(base::Code code) {
  return code == base::Code::kRateLimited || code == base::Code::kUpstream || code == base::Code::kUnavailable ||
         code == base::Code::kDeadline;
}

}  // namespace

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
  // A person who sees so many types on or picks one.
  constexpr size_t kEnough = 10;
  constexpr int kPagesMax = 4;
  const std::string user = context.principal().id;
  const auto first = co_await answer_of(source.call, context, source.arguments);
  if (!first) {
    // While Spotify takes no more requests, what was read before it did not is still there to choose from.
    if (is_passing(first.error().code)) co_return source.book->of(user)->find(typed);
    source.book->forget(user);
    co_return std::vector<std::string>{};
  }
  const auto names = source.book->of(user);
  names->begin(*first);
  auto found = names->find(typed);
  for (int page = 0; page < kPagesMax && found.size() < kEnough && !names->cursor().empty(); ++page) {
    const std::string cursor = names->cursor();
    json::Object arguments = source.arguments;
    arguments.set("cursor", cursor);
    const auto next = co_await answer_of(source.call, context, std::move(arguments));
    if (!next) break;
    names->go_on(cursor, *next);
    found = names->find(typed);
  }
  co_return found;
}

}  // namespace tools

// A tool as plain data: what a client sees of it, and the function behind it (2026-07-28 server/tools).
//
//   Tool echo = tool<EchoArguments, EchoAnswer>(
//       {.name = "echo", .title = "Echo", .description = "Gives back the text.", .effect = Effect::kRead}, echo_text);
//
// where `base::Task<base::Result<EchoAnswer>> echo_text(CallContext&, EchoArguments)` and both structs have fields().
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "json/value.h"
#include "mcp/content.h"
#include "mcp/context.h"
#include "schema/fields.h"

namespace mcp {

// What a call does to the world. There is no default: whoever adds a tool decides.
enum class Effect { kRead, kWrite, kDestroy };
// Whether repeating a call with the same arguments changes nothing more.
enum class Repeat { kIdempotent, kAccumulates };
// Whether the tool reaches systems beyond this server.
enum class World { kOpen, kClosed };

// Whether a call may go on after its request, as a task that the client asks for later (the extension
// io.modelcontextprotocol/tasks, 2026-07-28). The handler says when, see CallContext::go_on_as_task; a tool that
// requires it is refused to clients that do not know tasks.
enum class Tasks { kNever, kOffered, kRequired };

struct ToolInfo {
  std::string name;         // 1 to 128 of [A-Za-z0-9_.-]
  std::string title;        // For people.
  std::string description;  // For the model: what it does, when to use it, what comes back.
  Effect effect;
  Repeat repeat = Repeat::kIdempotent;
  World world = World::kOpen;
  Tasks tasks = Tasks::kNever;
  std::string toolset = {};              // The group by which tools are switched on and off.
  std::vector<std::string> scopes = {};  // Permissions that a call needs; policy filters by them.
};

using ToolFunction = std::function<base::Task<ToolResult>(CallContext& context, json::Value arguments)>;

struct Tool {
  ToolInfo info;
  json::Object input_schema;
  std::optional<json::Object> output_schema;
  ToolFunction call;
};

// A chain link around every tool call, such as audit, policy or a deadline. It may answer itself, or call `next`: once,
// or first for a rehearsal that changes nothing.
using ToolMiddleware =
    std::function<base::Task<ToolResult>(const Tool& tool, CallContext& context, json::Value arguments,
                                         std::function<base::Task<ToolResult>(json::Value arguments)> next)>;

// The entry of tools/list as a client of `revision` may see it: members that the revision does not know are left out.
json::Object describe(const Tool& tool, Revision revision);

// Everything that is wrong with a tool's declaration, or nothing: the name, the missing description, a schema whose
// root is no object. A server refuses such a tool when it is added.
std::optional<std::string> find_flaw(const Tool& tool);

namespace detail {

template <class Out>
base::Task<ToolResult> answer(base::Task<base::Result<Out>> running) {
  base::Result<Out> result = co_await std::move(running);
  if (!result) co_return ToolResult::failure(result.error());
  co_return ToolResult::of(schema::to_json(*result));
}
base::Task<ToolResult> refuse(base::Error error);

}  // namespace detail

// A typed tool: the schemas follow from the field tables; arguments are parsed strictly, all problems at once, before
// the handler runs; an Error becomes isError with its message. `handler` is called as handler(context, Args) and gives
// a Task<Result<Out>>; it must outlive its tasks, which a server guarantees for the tools that it holds.
template <class Args, class Out, class Handler>
Tool tool(ToolInfo info, Handler handler) {
  return Tool{std::move(info), schema::json_schema<Args>(), schema::json_schema<Out>(),
              [handler = std::move(handler)](CallContext& context, json::Value arguments) {
                // A plain function: parsing ends before the coroutine begins, so nothing refers to `arguments`.
                auto parsed = schema::parse<Args>(arguments, schema::Mode::kStrict, "The arguments object");
                if (!parsed) return detail::refuse(std::move(parsed).error());
                return detail::answer<Out>(handler(context, *std::move(parsed)));
              }};
}

}  // namespace mcp

// How a tool of this folder is put together: its table entry, and a handler that is a free coroutine over Services.
#pragma once

#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/tool.h"
#include "tools/guard.h"
#include "tools/services.h"

namespace tools {

template <class Args, class Out>
using Handler = base::Task<base::Result<Out>> (*)(const Services& services, mcp::CallContext& context, Args arguments);

// The output schema as a client gets it: what is always there, so that tools/list stays short. What may be there
// besides is in docs/tools.md.
json::Object promise_of(json::Object schema);

// `services` must outlive the tool.
template <class Args, class Out>
mcp::Tool make(const Services& services, mcp::ToolInfo info, Handler<Args, Out> handler) {
  mcp::Tool tool =
      mcp::tool<Args, Out>(std::move(info), [&services, handler](mcp::CallContext& context, Args arguments) {
        return handler(services, context, std::move(arguments));
      });
  tool.output_schema = promise_of(*std::move(tool.output_schema));
  return with_confirm(std::move(tool));
}

// One function per toolset.
std::vector<mcp::Tool> search_tools(const Services& services);
std::vector<mcp::Tool> catalogue_tools(const Services& services);
std::vector<mcp::Tool> playback_tools(const Services& services);
std::vector<mcp::Tool> queue_tools(const Services& services);
std::vector<mcp::Tool> playlist_tools(const Services& services);
std::vector<mcp::Tool> library_tools(const Services& services);
std::vector<mcp::Tool> user_tools(const Services& services);
std::vector<mcp::Tool> auth_tools(const Services& services);
std::vector<mcp::Tool> curation_tools(const Services& services);
std::vector<mcp::Tool> podcast_tools(const Services& services);
std::vector<mcp::Tool> follow_tools(const Services& services);
std::vector<mcp::Tool> operations_tools(const Services& services);

}  // namespace tools

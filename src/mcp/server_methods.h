// Small words that the methods of the server share.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mcp/error.h"

namespace mcp {

inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

// A name that a client sent, short and printable enough for an error message.
std::string quoted(std::string_view name);
// " Did you mean x?", or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);
// Why an answer to the question `key` is refused, where find_answer_flaw() found `flaw`.
std::string misfit(std::string_view key, std::string_view flaw);
// For prompts and resources, which have no isError.
RpcError to_rpc_error(const base::Error& error);

}  // namespace mcp

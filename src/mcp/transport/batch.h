// JSON-RPC batches, which protocol 2025-03-26 alone has (basic, "Batching").
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "mcp/channel.h"
#include "mcp/server.h"

namespace mcp {

// Runs the calls of a batch side by side and gives their responses as one array; "" when it held none. Notifications
// and responses are for the caller, who has the connection. The server and the channel must outlive the task.
base::Task<std::string> handle_batch(Server& server, std::shared_ptr<Session> session, std::vector<Call> calls,
                                     Channel* channel);

}  // namespace mcp

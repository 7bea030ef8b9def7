#include "mcp/transport/batch.h"

#include <utility>

namespace mcp {
namespace {

base::Task<void> handle_one(Server& server, Incoming incoming, std::string* slot) {
  Reply reply = co_await server.handle(std::move(incoming));
  *slot = std::move(reply.text);
}

}  // namespace

base::Task<std::string> handle_batch(Server& server, std::shared_ptr<Session> session, std::vector<Call> calls,
                                     Channel* channel) {
  if (calls.empty()) co_return "";
  std::vector<std::string> replies(calls.size());
  base::TaskGroup group(server.loop());
  for (size_t i = 0; i < calls.size(); ++i) {
    group.spawn(handle_one(server, Incoming::legacy(std::move(calls[i]), session, channel), &replies[i]));
  }
  co_await group.join();
  std::string text;
  for (const std::string& reply : replies) text.append(text.empty() ? "[" : ",").append(reply);
  co_return text + "]";
}

}  // namespace mcp

// A client in the same program, the other half of the in-memory pair: it talks to a server as a host on stdio does, so
// a test of a server goes the way of every message, in the era that it likes.
//
//   mcp::MemoryClient client(server);
//   const auto found = loop.run(client.call_tool("find_notes", {{"words", "milk"}}));
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "base/task.h"
#include "mcp/message.h"
#include "mcp/principal.h"
#include "mcp/server.h"
#include "mcp/version.h"

namespace mcp {

struct MemoryClientOptions {
  // A legacy revision begins with its handshake.
  Revision revision = Revision::k2026_07_28;
  // What the client says that it can do, such as {"elicitation":{}}.
  json::Object capabilities = {};
  Principal principal = {};
  // Answers what the server asks with the result of that method; without it such a request fails, or ends with
  // resultType "input_required".
  std::function<json::Object(std::string_view method, const json::Object& params)> answer = nullptr;
};

class MemoryClient {
 public:
  // The result, or the error of the protocol. A tool that failed is a result with isError.
  using Outcome = std::expected<json::Object, RpcError>;

  // The server must outlive the client, and the client its tasks.
  explicit MemoryClient(Server& server, MemoryClientOptions options = {});
  ~MemoryClient();
  MemoryClient(const MemoryClient&) = delete;
  MemoryClient& operator=(const MemoryClient&) = delete;

  // Sends a request and waits for its end, answering what the server asks. Dropping the task cancels the request.
  base::Task<Outcome> call(std::string method, json::Object params = {});
  base::Task<Outcome> call_tool(std::string name, json::Object arguments = {});
  void notify(std::string_view method, json::Object params = {});
  // What the server has told since the last take: progress, log messages, changes.
  std::vector<Notification> take_notifications();

 private:
  class Wire;
  class Pending;

  base::Task<Outcome> ask_once(std::string method, json::Object params);
  json::Object with_meta(json::Object params) const;
  json::Object responses_to(const json::Object& requests) const;
  void receive(std::string_view text);
  void take(Response response);
  void take(Call call);

  Server& server_;
  MemoryClientOptions options_;
  std::unique_ptr<Wire> wire_;
  int64_t next_id_ = 1;
  std::map<int64_t, base::Completion<Outcome>::Setter> waiting_;
  std::vector<Notification> notifications_;
  base::TaskGroup serving_;  // Last: it uses the wire.
};

}  // namespace mcp

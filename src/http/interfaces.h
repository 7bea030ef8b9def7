// The two sides of HTTP. They have one shape on purpose: HandlerClient turns a handler into a client, so that the
// simulator and any server can be called in a test without a socket.
#pragma once

#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "http/message.h"

namespace http {

class Handler {
 public:
  virtual ~Handler() = default;
  // Always answers; a failure is a response with a status. Dropping the task means that the client went away.
  virtual base::Task<Response> handle(Request request) = 0;
};

class Client {
 public:
  virtual ~Client() = default;
  // Sends to request.server_url and waits for the whole body. Any status is a success; an Error (kUnavailable,
  // kDeadline, kUpstream for a body over the limit) means that no complete response came. `detail` is "not sent"
  // when it is certain that no byte of the request reached the server. Redirects are not followed.
  virtual base::Task<base::Result<Response>> send(Request request) = 0;
};

// Calls a handler as if it were far away. The handler must outlive it.
class HandlerClient final : public Client {
 public:
  explicit HandlerClient(Handler& handler) : handler_(handler) {}
  base::Task<base::Result<Response>> send(Request request) override {
    co_return co_await handler_.handle(std::move(request));
  }

 private:
  Handler& handler_;
};

}  // namespace http

// A tool call that may outlive its request (the extension io.modelcontextprotocol/tasks): the request is answered with
// a task, the handler goes on, and the client comes back for the rest. Until the handler says so it is a call like any
// other, and ends with its request.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "mcp/channel.h"
#include "mcp/question.h"
#include "mcp/server.h"

namespace mcp {

class Server::Job final : public Channel, public std::enable_shared_from_this<Server::Job> {
 public:
  Job(Server& server, Incoming request);
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Its channel is the job.
  Incoming& incoming() { return incoming_; }
  const std::string& id() const { return id_; }
  const Principal& principal() const { return incoming_.principal; }
  bool is_task() const { return is_task_; }
  bool has_ended() const { return outcome_.has_value() || cancelled_; }

  // What the request is answered with: once, the end of the call or the task that it became.
  const base::Completion<Answer>& first() const { return first_; }
  // Answers the request with the task. False when the server has no room for another.
  bool become_task();
  // The handler's end.
  void end(Answer answer);
  void cancel();

  // Puts questions to whoever asks for the task next, and waits until all are answered.
  base::Task<base::Result<Answers>> ask(std::vector<Question> questions);
  // Takes answers to open questions. What answers none is ignored. Takes none, and says why, when one does not fit the
  // form that it answers.
  std::optional<std::string> take_responses(const json::Object& responses);

  // The task as tasks/get shows it, without a resultType.
  json::Object describe() const;

  // To the request, while it waits.
  void send(std::string message) override {
    if (request_ != nullptr) request_->send(std::move(message));
  }
  bool is_open() const override { return request_ != nullptr && request_->is_open(); }

  uint64_t running = 0;  // Its task in the server's group.

 private:
  json::Object describe_head() const;
  std::string_view status() const;
  // Drops what only the handler needed.
  void release();
  void touch() { updated_ = server_.services_.clock.wall(); }

  Server& server_;
  Channel* request_;
  Incoming incoming_;
  std::string id_;
  base::Wall created_;
  base::Wall updated_;
  bool is_task_ = false;
  bool cancelled_ = false;
  std::optional<Answer> outcome_;
  base::Completion<Answer> first_;
  std::vector<Question> open_;
  Answers answers_;
  std::vector<base::Completion<bool>::Setter> waiting_;
  std::optional<base::Timer> expiry_;
};

}  // namespace mcp

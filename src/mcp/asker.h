// Puts a handler's questions to the client, in the way of its era (see question.h). One per request, in the frame of
// the method that runs the handler.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "mcp/request_state.h"
#include "mcp/run.h"
#include "mcp/server.h"

namespace mcp {

class Server::Asker {
 public:
  // `job` is null for what cannot become a task.
  Asker(Server& server, Incoming& incoming, CallContext& context, RunControl& control, Job* job)
      : server_(server), incoming_(incoming), context_(context), control_(control), job_(job) {}

  // Takes the answers that came with a modern request; a failure when its requestState is not ours.
  std::optional<Failure> begin();
  base::Task<base::Result<Answers>> ask(std::vector<Question> questions);
  // How the request ends when a question stopped the run.
  std::optional<Answer> take_end() { return std::exchange(end_, std::nullopt); }

 private:
  base::Task<base::Result<Answers>> ask_modern(std::vector<Question> questions);
  std::optional<json::Object> answer_to(const Question& question);
  // Of the tool that is called; what is no tool reads.
  Effect effect() const;
  bool changes_something() const { return effect() != Effect::kRead; }
  // Uses up what confirms a change. Gives why the request ends here, or nothing.
  base::Task<std::optional<Failure>> spend();
  // Ends the run; the task that awaits this is dropped.
  base::Task<base::Result<Answers>> stop(Answer end);
  base::Task<base::Result<Answers>> ask_legacy(std::vector<Question> questions);
  base::Task<base::Result<Answers>> ask_each(std::vector<Question> questions);
  Answer input_required(const std::vector<Question>& questions);

  Server& server_;
  Incoming& incoming_;
  CallContext& context_;
  RunControl& control_;
  Job* job_;
  Answers offered_;                             // What came with this request.
  std::optional<RequestStates::Opened> state_;  // That came with it.
  Rounds rounds_;
  bool spent_ = false;
  std::optional<Answer> end_;
};

}  // namespace mcp

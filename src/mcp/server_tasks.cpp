// The extension io.modelcontextprotocol/tasks: calls that go on after their request, and the three methods for them.
#include <algorithm>
#include <utility>

#include "crypto/random_text.h"
#include "mcp/content.h"
#include "mcp/job.h"
#include "mcp/server.h"
#include "mcp/server_methods.h"

namespace mcp {
namespace {

constexpr size_t kTaskIdBytes = 24;  // 192 bits: whoever knows the id of a task may be asked who they are, not more.

}  // namespace

Server::Job::Job(Server& server, Incoming request)
    : server_(server),
      request_(request.channel),
      incoming_(std::move(request)),
      created_(server.services_.clock.wall()),
      updated_(created_),
      first_(server.services_.loop) {
  incoming_.channel = this;
}

bool Server::Job::become_task() {
  if (is_task_) return true;
  const auto own = std::ranges::count_if(
      server_.tasks_, [this](const auto& each) { return each.second->principal() == principal(); });
  const bool has_room = server_.tasks_.size() < server_.options_.tasks_max &&
                        static_cast<size_t>(own) < server_.options_.tasks_per_principal_max;
  if (!has_room) return false;
  is_task_ = true;
  request_ = nullptr;
  // The handler has its arguments; the request would be needed for a requestState, which a task has none of.
  incoming_.call.params = {};
  id_ = crypto::random_token(server_.services_.random, kTaskIdBytes);
  created_ = updated_ = server_.services_.clock.wall();
  server_.tasks_.emplace(id_, shared_from_this());
  expiry_.emplace(server_.services_.loop, server_.services_.loop.now() + server_.options_.task_life,
                  [server = &server_, id = id_] { server->forget_task(id); });
  json::Object task = describe_head();
  task.append("resultType", "task");
  first_.setter()(std::move(task));
  return true;
}

void Server::Job::end(Answer answer) {
  if (!is_task_) return first_.setter()(std::move(answer));
  outcome_.emplace(std::move(answer));
  release();
  touch();
}

// Whose task it is and what came of it is all that anybody asks for until it is forgotten.
void Server::Job::release() {
  incoming_.call = {};
  incoming_.client_capabilities = {};
  incoming_.progress_token.reset();
  open_ = {};
  answers_ = {};
}

void Server::Job::cancel() {
  if (has_ended()) return;
  cancelled_ = true;
  touch();
  server_.jobs_.cancel(running);
  release();
}

base::Task<base::Result<Answers>> Server::Job::ask(std::vector<Question> questions) {
  std::vector<std::string> keys;
  for (Question& question : questions) {
    keys.push_back(question.key);
    // As in a request: what was answered is not asked again, and a key stands for one question while the task lives.
    const bool is_known =
        answers_.contains(question.key) || std::ranges::find(open_, question.key, &Question::key) != open_.end();
    if (is_known) continue;
    if (!can_answer(incoming_.client_capabilities, incoming_.revision, question)) {
      co_return base::fail(base::Code::kForbidden,
                           "This needs an answer that the client cannot give. Use a client that supports it.");
    }
    open_.push_back(std::move(question));
  }
  touch();
  const auto is_open = [this](const std::string& key) { return !answers_.contains(key); };
  while (std::ranges::any_of(keys, is_open)) {  // Until the last answer, or until the task is dropped.
    const base::Completion<bool> answered(server_.services_.loop);
    waiting_.push_back(answered.setter());
    co_await answered;
  }
  Answers given;
  for (const std::string& key : keys) given.emplace(key, answers_.at(key));
  co_return given;
}

std::optional<std::string> Server::Job::take_responses(const json::Object& responses) {
  const auto answers = [&](const Question& question) -> const json::Object* {
    const json::Value* response = responses.find(question.key);
    return response != nullptr && response->is_object() && is_answer(question, response->object())
               ? &response->object()
               : nullptr;
  };
  for (const Question& question : open_) {
    const json::Object* answer = answers(question);
    const auto flaw = answer == nullptr ? std::nullopt : find_answer_flaw(question, *answer);
    if (flaw) return misfit(question.key, *flaw);
  }
  for (const auto& [key, response] : responses) {
    const auto question = std::ranges::find(open_, key, &Question::key);
    if (question == open_.end() || answers(*question) == nullptr) continue;
    answers_.emplace(key, response.object());
    open_.erase(question);
    touch();
    for (const auto& wake : std::exchange(waiting_, {})) wake(true);
  }
  return std::nullopt;
}

std::string_view Server::Job::status() const {
  if (cancelled_) return "cancelled";
  if (outcome_) return *outcome_ ? "completed" : "failed";
  return open_.empty() ? "working" : "input_required";
}

json::Object Server::Job::describe_head() const {
  const auto milliseconds = [](base::Duration duration) {
    return int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()};
  };
  return {{"taskId", id_},
          {"status", status()},
          {"createdAt", base::to_rfc3339(created_)},
          {"lastUpdatedAt", base::to_rfc3339(updated_)},
          {"ttlMs", milliseconds(server_.options_.task_life)},
          {"pollIntervalMs", milliseconds(server_.options_.task_poll)}};
}

json::Object Server::Job::describe() const {
  json::Object task = describe_head();
  if (outcome_ && *outcome_) {
    // "The structure matches the result type of the original request": to the core that one has a type, also where the
    // extension's own schema takes any object.
    json::Object result{{"resultType", "complete"}};
    for (const auto& [name, value] : **outcome_) result.append(name, value);
    task.append("result", std::move(result));
  }
  if (outcome_ && !*outcome_) {
    const RpcError& error = outcome_->error().error;
    task.append("statusMessage", error.message);
    json::Object told{{"code", error.code}, {"message", error.message}};
    if (error.data) told.append("data", *error.data);
    task.append("error", std::move(told));
  }
  if (!has_ended() && !open_.empty()) task.append("inputRequests", to_requests(open_));
  return task;
}

bool Server::declares_tasks(const Incoming& incoming) {
  const json::Value* extensions = incoming.client_capabilities.find("extensions");
  return era_of(incoming.revision) == Era::kModern && extensions != nullptr &&
         extensions->find(kTasksExtension) != nullptr;
}

Server::Failure Server::missing_tasks_extension() {
  return {{code::kMissingClientCapability, "This needs a client that supports tasks.",
           json::Object{{"requiredCapabilities",
                         json::Object{{"extensions", json::Object{{std::string(kTasksExtension), json::Object{}}}}}}}},
          400};
}

Server::Answer Server::refuse_without_tasks(const Incoming& incoming) {
  if (era_of(incoming.revision) == Era::kModern) return std::unexpected(missing_tasks_extension());
  return json::Object{{"content", json::Array{Content::text("This takes longer than a call may. Use a client that "
                                                            "supports tasks (protocol 2026-07-28).")
                                                  .block}},
                      {"isError", true}};
}

// The handler runs beside the request, so that it can go on without it. A request that ends before there is a task
// takes the handler with it.
base::Task<Server::Answer> Server::call_as_job(Incoming incoming, const ToolEntry& entry) {
  const auto job = std::make_shared<Job>(*this, std::move(incoming));
  struct Guard {
    Server& server;
    Job& job;
    ~Guard() {
      if (!job.is_task()) server.jobs_.cancel(job.running);
    }
  };
  const Guard guard{*this, *job};
  job->running = jobs_.spawn(drive(job, entry));
  co_return co_await job->first();
}

base::Task<void> Server::drive(std::shared_ptr<Job> job, const ToolEntry& entry) {
  Answer answer = co_await run_tool(job->incoming(), entry, job.get());
  job->end(std::move(answer));
}

void Server::forget_task(const std::string& id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return;
  const std::shared_ptr<Job> job = std::move(found->second);
  tasks_.erase(found);
  jobs_.cancel(job->running);
}

std::expected<Server::Job*, Server::Failure> Server::find_task(const Incoming& incoming) {
  if (!offers_tasks()) return std::unexpected(method_not_found(incoming));
  if (!declares_tasks(incoming)) return std::unexpected(missing_tasks_extension());
  const json::Value* id = incoming.call.params.find("taskId");
  const auto found = id != nullptr && id->is_string() ? tasks_.find(id->string()) : tasks_.end();
  // A stranger must not learn that it exists.
  const bool is_foreign = found != tasks_.end() && found->second->principal() != incoming.principal;
  if (found == tasks_.end() || is_foreign) {
    return std::unexpected(invalid_params("There is no such task, or its time is over.",
                                          is_foreign ? std::optional(RefusedRequest::Why::kTask) : std::nullopt));
  }
  return found->second.get();
}

Server::Answer Server::get_task(Incoming& incoming) {
  const auto job = find_task(incoming);
  if (!job) return std::unexpected(job.error());
  return (*job)->describe();
}

Server::Answer Server::update_task(Incoming& incoming) {
  const auto job = find_task(incoming);
  if (!job) return std::unexpected(job.error());
  const json::Value* responses = incoming.call.params.find("inputResponses");
  if (responses == nullptr || !responses->is_object()) {
    return std::unexpected(invalid_params("The inputResponses are an object."));
  }
  if (auto flaw = (*job)->take_responses(responses->object())) {
    return std::unexpected(invalid_params(*std::move(flaw)));
  }
  return json::Object();
}

Server::Answer Server::cancel_task(Incoming& incoming) {
  const auto job = find_task(incoming);
  if (!job) return std::unexpected(job.error());
  (*job)->cancel();
  return json::Object();
}

bool Server::offers_tasks() const {
  return std::ranges::any_of(tools_, [](const ToolEntry& each) { return each.tool.info.tasks != Tasks::kNever; });
}

}  // namespace mcp

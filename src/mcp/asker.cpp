#include "mcp/asker.h"

#include <coroutine>

#include <fmt/format.h>

#include "mcp/job.h"

namespace mcp {
namespace {

json::Object merge_capabilities(const std::vector<const Question*>& questions) {
  json::Object merged;
  for (const Question* question : questions) {
    for (auto& [name, value] : required_capability(*question)) {
      json::Value* present = merged.find(name);
      if (present == nullptr || present->object().empty()) merged.set(name, value);
    }
  }
  return merged;
}

// What older revisions do not know is left out; what 2025-11-25 wants more of a URL question is added.
json::Object legacy_params(Question question, Revision revision, size_t number) {
  const json::Value* mode = question.params.find("mode");
  if (mode == nullptr) return std::move(question.params);
  if (mode->string() == "url") {
    question.params.set("elicitationId", fmt::format("{}-{}", question.key, number));
  } else if (revision < Revision::k2025_11_25) {
    question.params.erase("mode");
  }
  return std::move(question.params);
}

}  // namespace

std::optional<Server::Failure> Server::Asker::begin() {
  const json::Object& params = incoming_.call.params;
  if (era_of(incoming_.revision) != Era::kModern) return std::nullopt;
  const json::Value* sealed = params.find("requestState");
  const json::Value* responses = params.find("inputResponses");
  if (responses != nullptr && !responses->is_object()) return invalid_params("The inputResponses are an object.");
  if (sealed != nullptr) {
    if (!sealed->is_string()) return invalid_params("The requestState is the text that the server gave.");
    auto opened = server_.states_.open(incoming_.principal, incoming_.call, sealed->string());
    if (!opened) return invalid_params(std::move(opened).error().message);
    answers_ = opened->answers;
    state_ = *std::move(opened);
  }
  if (responses == nullptr) return std::nullopt;
  // Those that nobody asks for are never looked at.
  for (const auto& [key, response] : responses->object()) {
    if (response.is_object()) offered_.emplace(key, response.object());
  }
  return std::nullopt;
}

const RequestStates::Opened* Server::Asker::state_to_spend() const {
  if (!state_ || incoming_.call.method != "tools/call") return nullptr;
  const json::Value* name = incoming_.call.params.find("name");
  const ToolEntry* entry = name == nullptr || !name->is_string() ? nullptr : server_.find_tool(name->string());
  return entry != nullptr && entry->tool.info.effect != Effect::kRead ? &*state_ : nullptr;
}

base::Task<base::Result<Answers>> Server::Asker::ask(std::vector<Question> questions) {
  if (job_ != nullptr && job_->is_task()) return job_->ask(std::move(questions));
  if (era_of(incoming_.revision) == Era::kModern) return ask_modern(std::move(questions));
  return ask_legacy(std::move(questions));
}

base::Task<base::Result<Answers>> Server::Asker::ask_modern(std::vector<Question> questions) {
  Answers answers;
  std::vector<Question> open;
  std::vector<const Question*> impossible;
  for (const Question& question : questions) {
    const auto known = answers_.find(question.key);
    const auto offered = offered_.find(question.key);
    if (known != answers_.end()) {
      answers.emplace(question.key, known->second);
    } else if (offered != offered_.end() && is_answer(question, offered->second)) {
      answers.emplace(question.key, offered->second);
      answers_.emplace(question.key, offered->second);
    } else {
      open.push_back(question);
      if (!context_.can_ask(question)) impossible.push_back(&question);
    }
  }
  if (open.empty()) co_return answers;
  if (impossible.empty()) {
    end_ = input_required(open);
  } else {
    RpcError error{code::kMissingClientCapability, "This needs a capability that the client did not declare.",
                   json::Object{{"requiredCapabilities", merge_capabilities(impossible)}}};
    end_ = std::unexpected(Failure{std::move(error), 400});
  }
  control_.stop();
  // The run drops this task here; the request comes back as a new one.
  co_await std::suspend_always{};
  co_return base::fail(base::Code::kCancelled, "The request has ended.");
}

Server::Answer Server::Asker::input_required(const std::vector<Question>& questions) {
  json::Object requests = to_requests(questions);
  auto sealed = server_.states_.seal(incoming_.principal, incoming_.call, answers_);
  if (!sealed) return std::unexpected(invalid_params(std::move(sealed).error().message));
  return json::Object{{"resultType", "input_required"},
                      {"inputRequests", std::move(requests)},
                      {"requestState", *std::move(sealed)}};
}

base::Task<base::Result<Answers>> Server::Asker::ask_legacy(std::vector<Question> questions) {
  for (const Question& question : questions) {
    if (!context_.can_ask(question) || incoming_.channel == nullptr) {
      co_return base::fail(base::Code::kForbidden,
                           "This needs an answer that the client cannot give here. Use a client that supports it.");
    }
  }
  // A person may take longer than a call may.
  base::Loop& loop = control_.loop();
  control_.set_deadline(loop.now() + server_.options_.answer_deadline);
  auto answers = co_await ask_each(std::move(questions));
  const base::Instant deadline = loop.now() + server_.options_.call_deadline;
  control_.set_deadline(deadline);
  context_.set_deadline(deadline);
  co_return answers;
}

base::Task<base::Result<Answers>> Server::Asker::ask_each(std::vector<Question> questions) {
  Answers answers;
  for (Question& question : questions) {
    json::Object params = legacy_params(question, incoming_.revision, answers.size());
    std::string method = question.method;
    CO_TRY(json::Object answer,
           co_await incoming_.session->ask(*incoming_.channel, std::move(method), std::move(params)));
    if (!is_answer(question, answer)) {
      co_return base::fail(base::Code::kCancelled, "The client answered with something that is no answer.");
    }
    answers.emplace(question.key, std::move(answer));
  }
  co_return answers;
}

}  // namespace mcp

#include "mcp/asker.h"

#include <coroutine>

#include <fmt/format.h>

#include "mcp/job.h"
#include "mcp/server_methods.h"

namespace mcp {
namespace {

constexpr std::string_view kSpent =
    "This requestState was used already, and it counts once. Send the request again without it, and ask anew.";
constexpr std::string_view kFull = "Too many changes were confirmed in a short time. Try again in some minutes.";

json::Object merge_capabilities(const std::vector<const Question*>& questions) {
  json::Object merged;
  for (const Question* question : questions) {
    const json::Object required = required_capability(*question);
    for (const auto& [name, parts] : required) {
      if (merged.find(name) == nullptr) merged.append(name, json::Object{});
      for (const auto& [part, value] : parts.object()) merged.find(name)->object().set(part, value);
    }
  }
  return merged;
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
    if (!opened) return invalid_params(std::move(opened).error().message, RefusedRequest::Why::kState);
    rounds_ = opened->rounds;
    state_ = *std::move(opened);
  }
  if (responses == nullptr) return std::nullopt;
  // Those that nobody asked for are never looked at.
  for (const auto& [key, response] : responses->object()) {
    if (response.is_object()) offered_.emplace(key, response.object());
  }
  return std::nullopt;
}

base::Task<base::Result<Answers>> Server::Asker::ask(std::vector<Question> questions) {
  if (job_ != nullptr && job_->is_task()) return job_->ask(std::move(questions));
  if (era_of(incoming_.revision) == Era::kModern) return ask_modern(std::move(questions));
  return ask_legacy(std::move(questions));
}

// Where something is changed, an answer counts only for what was asked in this request before, in just these words:
// whoever sends answers along that nobody asked for, or for a question that has changed since, is asked. What only
// reads takes them as they come (2026-07-28 basic/utilities/mrtr leaves a server free to).
std::optional<json::Object> Server::Asker::answer_to(const Question& question) {
  const std::string digest = digest_of(question);
  std::string& asked = rounds_.asked[question.key];
  if (std::exchange(asked, digest) != digest) {
    rounds_.answers.erase(question.key);
    if (changes_something()) return std::nullopt;
  }
  if (const auto known = rounds_.answers.find(question.key); known != rounds_.answers.end()) return known->second;
  const auto offered = offered_.find(question.key);
  if (offered == offered_.end() || !is_answer(question, offered->second)) return std::nullopt;
  rounds_.answers.emplace(question.key, offered->second);
  return offered->second;
}

base::Task<base::Result<Answers>> Server::Asker::ask_modern(std::vector<Question> questions) {
  Answers answers;
  std::vector<Question> open;
  std::vector<const Question*> impossible;
  for (const Question& question : questions) {
    if (auto answer = answer_to(question)) {
      // Nothing is spent, so the client may send the request again with an answer that fits.
      if (const auto flaw = find_answer_flaw(question, *answer)) {
        co_return co_await stop(std::unexpected(invalid_params(misfit(question.key, *flaw))));
      }
      answers.emplace(question.key, *std::move(answer));
      continue;
    }
    open.push_back(question);
    if (!context_.can_ask(question)) impossible.push_back(&question);
  }
  if (!impossible.empty()) {
    RpcError error{code::kMissingClientCapability, "This needs a capability that the client did not declare.",
                   json::Object{{"requiredCapabilities", merge_capabilities(impossible)}}};
    co_return co_await stop(std::unexpected(Failure{std::move(error), 400}));
  }
  if (!open.empty()) co_return co_await stop(input_required(open));
  auto spending = spend();
  if (auto failure = co_await std::move(spending)) co_return co_await stop(std::unexpected(*std::move(failure)));
  co_return answers;
}

base::Task<base::Result<Answers>> Server::Asker::stop(Answer end) {
  end_ = std::move(end);
  control_.stop();
  // The run drops this task here; where a client was asked, the request comes back as a new one.
  co_await std::suspend_always{};
  co_return base::fail(base::Code::kCancelled, "The request has ended.");
}

Effect Server::Asker::effect() const {
  if (incoming_.call.method != "tools/call") return Effect::kRead;
  const json::Value* name = incoming_.call.params.find("name");
  const ToolEntry* entry = name == nullptr || !name->is_string() ? nullptr : server_.find_tool(name->string());
  return entry == nullptr ? Effect::kRead : entry->tool.info.effect;
}

base::Task<std::optional<Server::Failure>> Server::Asker::spend() {
  if (spent_ || !state_ || !changes_something()) co_return std::nullopt;
  auto spending = server_.spent_states().spend(incoming_.principal.id, state_->id, state_->expires);
  switch (co_await std::move(spending)) {
    case SpentStates::Spending::kFirst: break;
    case SpentStates::Spending::kAgain: co_return invalid_params(std::string(kSpent), RefusedRequest::Why::kReplay);
    case SpentStates::Spending::kFull: co_return Failure{{code::kServerError, std::string(kFull)}};
  }
  spent_ = true;
  co_return std::nullopt;
}

Server::Answer Server::Asker::input_required(const std::vector<Question>& questions) {
  json::Object requests = to_requests(questions);
  // A state whose answers went into this round is used up, and the next one is another.
  const std::string id = state_ && !spent_ ? state_->id : "";
  const base::Duration lifetime =
      effect() == Effect::kDestroy ? RequestStates::kConfirmLifetime : RequestStates::kLifetime;
  auto sealed = server_.states_.seal(incoming_.principal, incoming_.call, id, rounds_, lifetime);
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
    if (const auto flaw = find_answer_flaw(question, answer)) {
      co_return base::fail(base::Code::kInvalidArgument,
                           "The client's answer does not fit the form that it was asked to show. " + *flaw);
    }
    answers.emplace(question.key, std::move(answer));
  }
  co_return answers;
}

}  // namespace mcp

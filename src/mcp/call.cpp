// The methods that run a handler: tools/call, prompts/get, resources/read and completion/complete.
#include <algorithm>
#include <exception>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "json/parse.h"
#include "json/write.h"
#include "mcp/asker.h"
#include "mcp/job.h"
#include "mcp/server.h"
#include "mcp/server_methods.h"

namespace mcp {
namespace {

constexpr std::string_view kOutOfTime =
    "The time for this request ran out. Try again, or ask for less at once.";
constexpr std::string_view kBroken =
    "Something went wrong inside the server. Try again; the operator finds more in the log.";
constexpr std::string_view kBusy = "The server is busy with too many requests. Try again in a moment.";
constexpr size_t kCompletionsMax = 100;

// Counts a handler that runs.
class Slot {
 public:
  explicit Slot(size_t& taken) : taken_(taken) { ++taken_; }
  ~Slot() { --taken_; }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  size_t& taken_;
};

std::optional<base::Code> problem_of(const ToolResult& result) {
  if (!result.is_error) return std::nullopt;
  return result.code.value_or(base::Code::kInternal);
}
template <class T>
std::optional<base::Code> problem_of(const base::Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}

template <class T>
T refusal(base::Error error) {
  if constexpr (std::is_same_v<T, ToolResult>) {
    return ToolResult::failure(error);
  } else {
    return std::unexpected(std::move(error));
  }
}

// The handler between two words to the auditor, who may refuse the call at its beginning.
template <class T>
base::Task<T> audited(Auditor& auditor, CallFacts facts, std::move_only_function<base::Task<T>()> begin) {
  auto beginning = auditor.begin(std::move(facts));
  auto call = co_await std::move(beginning);
  if (!call) co_return refusal<T>(std::move(call).error());
  auto running = begin();
  T value = co_await std::move(running);
  auto ending = (*call)->end(problem_of(value));
  auto ended = co_await std::move(ending);
  if (!ended) co_return refusal<T>(std::move(ended).error());
  co_return value;
}

// What an older client would not know, it gets as text or not at all.
json::Value block_for(Content content, Revision revision) {
  const json::Value* type = content.block.find("type");
  const std::string_view kind = type != nullptr && type->is_string() ? std::string_view(type->string()) : "";
  if (kind == "resource_link" && revision < Revision::k2025_06_18) {
    const json::Value link = std::move(content.block);
    return Content::text(fmt::format("{}: {}", link.text_or_empty("name"), link.text_or_empty("uri"))).block;
  }
  if (kind == "audio" && revision < Revision::k2025_03_26) {
    return Content::text("There is a sound here, which this version of the protocol cannot carry.").block;
  }
  return std::move(content.block);
}

json::Object to_object(ToolResult result, Revision revision) {
  json::Array content;
  content.reserve(result.content.size());
  for (Content& each : result.content) content.push_back(block_for(std::move(each), revision));
  json::Object object;
  object.reserve(3);
  object.append("content", std::move(content));
  const bool structured_known =
      revision == Revision::k2026_07_28 ||
      (revision >= Revision::k2025_06_18 && result.structured && result.structured->is_object());
  if (result.structured && structured_known) object.append("structuredContent", *std::move(result.structured));
  if (result.is_error) object.append("isError", true);
  return object;
}

// The members of an answer that a task keeps.
json::Object unwritten(const std::string& members) {
  auto parsed = json::parse("{" + members + "}");
  ENSURE(parsed && parsed->is_object());
  return std::move(parsed->object());
}

json::Object to_object(ResourceContents contents) {
  json::Object object{{"uri", std::move(contents.uri)}};
  if (!contents.mime_type.empty()) object.append("mimeType", std::move(contents.mime_type));
  if (contents.base64) {
    object.append("blob", *std::move(contents.base64));
  } else {
    object.append("text", std::move(contents.text));
  }
  return object;
}

const std::string* find_text(const json::Object& params, std::string_view name) {
  const json::Value* value = params.find(name);
  return value != nullptr && value->is_string() ? &value->string() : nullptr;
}

// An object whose values are all texts; an absent one is empty.
std::optional<std::map<std::string, std::string>> read_texts(const json::Value* value) {
  std::map<std::string, std::string> texts;
  if (value == nullptr) return texts;
  if (!value->is_object()) return std::nullopt;
  for (const auto& [name, each] : value->object()) {
    if (!each.is_string()) return std::nullopt;
    texts.emplace(name, each.string());
  }
  return texts;
}

}  // namespace

RpcError to_rpc_error(const base::Error& error) {
  switch (error.code) {
    case base::Code::kInvalidArgument:
    case base::Code::kNotFound: return {code::kInvalidParams, error.message};
    case base::Code::kUnauthenticated:
    case base::Code::kForbidden:
    case base::Code::kConflict:
    case base::Code::kRateLimited:
    case base::Code::kUpstream:
    case base::Code::kUnavailable:
    case base::Code::kDeadline:
    case base::Code::kCancelled:
    case base::Code::kInternal: break;
  }
  return {code::kInternal, error.message};
}

CallContext Server::context_for(const Incoming& incoming) const {
  const base::Instant deadline = services_.loop.now() + options_.call_deadline;
  CallContext context(services_.loop, incoming.principal, incoming.revision, deadline);
  context.set_client_capabilities(incoming.client_capabilities);
  if (incoming.channel == nullptr || !incoming.channel->is_open()) return context;
  const CallContext::Notify notify = [channel = incoming.channel](std::string_view method, json::Object params) {
    channel->send(encode_notification(method, std::move(params)));
  };
  context.set_notify(notify);
  if (incoming.revision == Revision::k2025_11_25) {
    context.set_let_go([channel = incoming.channel] { channel->let_go(); });
  }
  if (incoming.progress_token) context.set_progress(*incoming.progress_token, notify);
  if (incoming.log_level && options_.logging == Logging::kOn) context.set_log_level(*incoming.log_level);
  return context;
}

template <class T>
base::Task<Server::Outcome<T>> Server::run(Incoming& incoming, CallContext& context, std::optional<CallFacts> facts,
                                           std::move_only_function<base::Task<T>()> begin, Job* job) {
  const auto fail = [](std::string_view why) {
    return std::unexpected(Answer(std::unexpected(Failure{{code::kInternal, std::string(why)}})));
  };
  if (calls_ >= options_.calls_max) {
    if (options_.auditor != nullptr) {
      RefusedRequest request{.why = RefusedRequest::Why::kTooMany,
                             .code = base::Code::kRateLimited,
                             .source = incoming.principal.source,
                             .value = {}};
      co_await options_.auditor->refused(std::move(request));
    }
    co_return fail(kBusy);
  }
  const Slot slot(calls_);
  RunControl control(services_.loop, context.deadline());
  Asker asker(*this, incoming, context, control, job);
  if (auto failure = asker.begin()) co_return std::unexpected(Answer(std::unexpected(*std::move(failure))));
  context.set_ask([&asker](std::vector<Question> questions) { return asker.ask(std::move(questions)); });
  if (job != nullptr) {
    context.set_become_task([this, job, &context, &control] {
      if (!job->become_task()) return false;
      const base::Instant deadline = services_.loop.now() + options_.task_life;
      control.set_deadline(deadline);
      context.set_deadline(deadline);
      return true;
    });
  }
  // The one place where an exception of a handler ends.
  std::string thrown;
  try {
    base::Task<T> task = facts ? audited<T>(*options_.auditor, *std::move(facts), std::move(begin)) : begin();
    Run<T> running(std::move(task), control);
    std::optional<T> value = co_await running;
    if (value) co_return *std::move(value);
  } catch (const std::exception& exception) {
    thrown = exception.what();
  } catch (...) {
    thrown = "not a std::exception";
  }
  if (!thrown.empty()) {
    services_.log.event(base::Level::kError, "mcp.handler_threw",
                        {{"method", incoming.call.method}, {"detail", thrown}});
    co_return fail(kBroken);
  }
  if (auto end = asker.take_end()) co_return std::unexpected(*std::move(end));
  co_return fail(kOutOfTime);
}

std::optional<CallFacts> Server::facts_of(const Incoming& incoming, const std::string& name,
                                          CallFacts::Touch touch) const {
  if (options_.auditor == nullptr) return std::nullopt;
  const json::Object& params = incoming.call.params;
  // A completion has its words elsewhere; a resource has its URI only.
  const json::Value* given = params.find("arguments");
  if (given == nullptr) given = params.find("argument");
  if (given == nullptr) given = params.find("uri");
  return CallFacts{.method = incoming.call.method,
                   .name = name,
                   .principal = incoming.principal,
                   .touch = touch,
                   .arguments = given == nullptr ? "" : json::write(*given)};
}

base::Task<ToolResult> Server::step(size_t index, const Tool& tool, CallContext& context, json::Value arguments) {
  if (index == middleware_.size()) return tool.call(context, std::move(arguments));
  return middleware_[index](tool, context, std::move(arguments), [this, index, &tool, &context](json::Value given) {
    return step(index + 1, tool, context, std::move(given));
  });
}

// A plain function: the frame of the call that it chooses is the only one.
base::Task<Server::Answer> Server::call_tool(Incoming& incoming) {
  const auto refused = [](std::string message) {
    return answered(std::unexpected(invalid_params(std::move(message))));
  };
  const json::Object& params = incoming.call.params;
  const std::string* name = find_text(params, "name");
  if (name == nullptr) return refused("A tool call needs the name of a tool.");
  const ToolEntry* entry = find_tool(*name);
  if (entry == nullptr || !is_visible(entry->tool, incoming.principal)) {
    std::vector<std::string_view> names;
    for (const ToolEntry& each : tools_) {
      if (is_visible(each.tool, incoming.principal)) names.emplace_back(each.tool.info.name);
    }
    return refused(fmt::format("Unknown tool: {}.{}", quoted(*name), did_you_mean(*name, names)));
  }
  const json::Value* given = params.find("arguments");
  if (given != nullptr && !given->is_object()) return refused("The arguments of a tool are an object.");
  const Tasks tasks = entry->tool.info.tasks;
  if (tasks != Tasks::kNever && declares_tasks(incoming)) return call_as_job(incoming, *entry);
  if (tasks == Tasks::kRequired) return answered(refuse_without_tasks(incoming));
  return run_tool(incoming, *entry, nullptr);
}

base::Task<Server::Answer> Server::answered(Answer answer) { co_return answer; }

base::Task<Server::Answer> Server::run_tool(Incoming& incoming, const ToolEntry& entry, Job* job) {
  const bool reads = entry.tool.info.effect == Effect::kRead;
  auto facts = facts_of(incoming, entry.tool.info.name, reads ? CallFacts::Touch::kReads : CallFacts::Touch::kChanges);
  json::Value arguments = json::Object();
  if (json::Value* given = incoming.call.params.find("arguments")) {
    // A question binds its state to the arguments, so a client that can be asked has them copied.
    if (incoming.client_capabilities.empty()) {
      arguments = std::move(*given);
    } else {
      arguments = *given;
    }
  }
  CallContext context = context_for(incoming);
  const Tool& tool = entry.tool;
  auto outcome = co_await run<ToolResult>(
      incoming, context, std::move(facts),
      [this, &tool, &context, &arguments] { return step(0, tool, context, std::move(arguments)); }, job);
  // A task keeps members, and an older client may not know all of them.
  if (outcome && !outcome->written && job == nullptr && incoming.revision == Revision::k2026_07_28) {
    outcome->written = std::make_shared<const std::string>(write_members(*outcome));
  }
  if (outcome && outcome->written) {
    if (job != nullptr) co_return unwritten(*outcome->written);
    incoming.written = std::move(outcome->written);
    co_return json::Object();
  }
  if (outcome) co_return to_object(*std::move(outcome), incoming.revision);
  Answer& ended = outcome.error();
  // What went wrong while the tool ran is something that the model can act on. A task has a status for it.
  const bool is_task = job != nullptr && job->is_task();
  if (!is_task && !ended && ended.error().error.code == code::kInternal) {
    const base::Error error{base::Code::kInternal, ended.error().error.message, {}, std::nullopt};
    co_return to_object(ToolResult::failure(error), incoming.revision);
  }
  co_return std::move(ended);
}

base::Task<Server::Answer> Server::get_prompt(Incoming& incoming) {
  const std::string* name = find_text(incoming.call.params, "name");
  if (name == nullptr) co_return std::unexpected(invalid_params("This needs the name of a prompt."));
  const auto prompt = std::ranges::find(prompts_, *name, &Prompt::name);
  if (prompt == prompts_.end()) {
    std::vector<std::string_view> names;
    for (const Prompt& each : prompts_) names.emplace_back(each.name);
    co_return std::unexpected(
        invalid_params(fmt::format("Unknown prompt: {}.{}", quoted(*name), did_you_mean(*name, names))));
  }
  auto arguments = read_texts(incoming.call.params.find("arguments"));
  if (!arguments) co_return std::unexpected(invalid_params("The arguments of a prompt are an object of strings."));
  for (const PromptArgument& argument : prompt->arguments) {
    if (argument.required && !arguments->contains(argument.name)) {
      co_return std::unexpected(invalid_params(fmt::format("The argument {} is required.", argument.name)));
    }
  }
  CallContext context = context_for(incoming);
  using Given = base::Result<PromptResult>;
  auto facts = facts_of(incoming, prompt->name, CallFacts::Touch::kReads);
  auto outcome = co_await run<Given>(incoming, context, std::move(facts), [prompt, &context, &arguments] {
    return prompt->get(context, *std::move(arguments));
  });
  if (!outcome) co_return std::move(outcome).error();
  if (!*outcome) co_return std::unexpected(Failure{to_rpc_error(outcome->error())});
  PromptResult& result = **outcome;
  json::Array messages;
  for (PromptMessage& message : result.messages) {
    messages.emplace_back(json::Object{{"role", std::move(message.role)},
                                       {"content", block_for(std::move(message.content), incoming.revision)}});
  }
  json::Object object;
  if (!result.description.empty()) object.append("description", std::move(result.description));
  object.append("messages", std::move(messages));
  co_return object;
}

base::Task<Server::Answer> Server::read_resource(Incoming& incoming) {
  const std::string* uri = find_text(incoming.call.params, "uri");
  if (uri == nullptr || uri->empty()) co_return std::unexpected(invalid_params("This needs the uri of a resource."));
  const int missing_code =
      era_of(incoming.revision) == Era::kModern ? code::kInvalidParams : code::kLegacyResourceNotFound;
  const RpcError missing{missing_code, "Resource not found", json::Object{{"uri", *uri}}};
  const ResourceRead* read = nullptr;
  const std::string* declared = nullptr;  // Under which URI or template.
  std::chrono::milliseconds ttl{0};
  std::map<std::string, std::string> variables;
  const auto fixed = std::ranges::find(resources_, *uri, &Resource::uri);
  if (fixed != resources_.end()) {
    read = &fixed->read;
    declared = &fixed->uri;
    ttl = fixed->ttl;
  }
  for (auto each = templates_.begin(); read == nullptr && each != templates_.end(); ++each) {
    auto matched = match(each->uri_template, *uri);
    if (!matched) continue;
    read = &each->read;
    declared = &each->uri_template;
    ttl = each->ttl;
    variables = *std::move(matched);
  }
  if (read == nullptr) co_return std::unexpected(Failure{missing});
  CallContext context = context_for(incoming);
  using Given = base::Result<std::vector<ResourceContents>>;
  auto facts = facts_of(incoming, *declared, CallFacts::Touch::kReads);
  auto outcome = co_await run<Given>(incoming, context, std::move(facts), [read, uri, &context, &variables] {
    return (*read)(context, *uri, std::move(variables));
  });
  if (!outcome) co_return std::move(outcome).error();
  Given& given = *outcome;
  // Empty contents would read as a resource that is there.
  const bool absent = given ? given->empty() : given.error().code == base::Code::kNotFound;
  if (absent) co_return std::unexpected(Failure{missing});
  if (!given) co_return std::unexpected(Failure{to_rpc_error(given.error())});
  json::Array contents;
  for (ResourceContents& each : *given) contents.emplace_back(to_object(std::move(each)));
  json::Object result{{"contents", std::move(contents)}};
  add_freshness(result, incoming, ttl);
  co_return result;
}

base::Task<Server::Answer> Server::complete(Incoming& incoming) {
  const json::Object& params = incoming.call.params;
  const json::Value* ref = params.find("ref");
  const json::Value* argument = params.find("argument");
  const json::Value* given = params.find("context");
  auto known = read_texts(given == nullptr ? nullptr : given->find("arguments"));
  const bool readable = ref != nullptr && argument != nullptr && argument->find("name") != nullptr &&
                        argument->find("name")->is_string() && argument->find("value") != nullptr &&
                        argument->find("value")->is_string() && known.has_value();
  if (!readable) {
    co_return std::unexpected(invalid_params("A completion needs a ref and an argument with name and value."));
  }
  std::string name = argument->find("name")->string();
  const Complete* completer = nullptr;
  const std::string* declared = nullptr;  // The prompt or the template that it is of.
  bool is_known = false;
  if (ref->text_or_empty("type") == "ref/prompt") {
    const auto prompt = std::ranges::find(prompts_, ref->text_or_empty("name"), &Prompt::name);
    if (prompt != prompts_.end()) {
      is_known = std::ranges::find(prompt->arguments, name, &PromptArgument::name) != prompt->arguments.end();
      completer = &prompt->complete;
      declared = &prompt->name;
    }
  } else if (ref->text_or_empty("type") == "ref/resource") {
    const std::string_view uri = ref->text_or_empty("uri");
    const auto found = std::ranges::find_if(templates_, [&](const ResourceTemplate& each) {
      return each.uri_template == uri || match(each.uri_template, uri);
    });
    if (found != templates_.end()) {
      is_known = found->uri_template.contains('{' + name + '}');
      completer = &found->complete;
      declared = &found->uri_template;
    }
  }
  if (!is_known) {
    co_return std::unexpected(invalid_params(
        "There is no such argument to complete. See prompts/list and resources/templates/list."));
  }
  std::vector<std::string> values;
  if (*completer) {
    CallContext context = context_for(incoming);
    std::string typed = argument->find("value")->string();
    using Given = base::Result<std::vector<std::string>>;
    auto facts = facts_of(incoming, *declared, CallFacts::Touch::kReads);
    auto outcome = co_await run<Given>(incoming, context, std::move(facts), [&] {
      return (*completer)(context, std::move(name), std::move(typed), *std::move(known));
    });
    if (!outcome) co_return std::move(outcome).error();
    if (!*outcome) co_return std::unexpected(Failure{to_rpc_error(outcome->error())});
    values = *std::move(*outcome);
  }
  const size_t total = values.size();
  json::Array shown;
  for (size_t i = 0; i < std::min(total, kCompletionsMax); ++i) shown.emplace_back(std::move(values[i]));
  co_return json::Object{{"completion", json::Object{{"values", std::move(shown)},
                                                     {"total", static_cast<int64_t>(total)},
                                                     {"hasMore", total > kCompletionsMax}}}};
}

}  // namespace mcp

// What the server of the transcripts offers: something for every method of every revision.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "json/write.h"
#include "mcp/server.h"
#include "schema/fields.h"

namespace transcripts {

struct EchoArguments {
  schema::Text<1, 100> text;

  static constexpr auto fields() {
    return schema::Fields{schema::required("text", &EchoArguments::text, "What to give back.")};
  }
};

struct EchoAnswer {
  std::string text;

  static constexpr auto fields() { return schema::Fields{schema::required("text", &EchoAnswer::text)}; }
};

using Echoed = base::Task<base::Result<EchoAnswer>>;
using Texts = std::map<std::string, std::string>;
using Values = base::Result<std::vector<std::string>>;

inline Echoed echo(mcp::CallContext&, EchoArguments arguments) { co_return EchoAnswer{arguments.text.value()}; }

inline Echoed count(mcp::CallContext& context, schema::Empty) {
  context.progress(1, 2, "half");
  context.progress(1, 2, "no step forward, so it is not sent");
  context.progress(2, 2);
  co_return EchoAnswer{"counted"};
}

inline Echoed wait(mcp::CallContext& context, schema::Empty) {
  co_await base::sleep_for(context.loop(), std::chrono::seconds(30));
  co_return EchoAnswer{"waited"};
}

inline Echoed refuse(mcp::CallContext&, schema::Empty) {
  co_return base::fail(base::Code::kConflict, "No. Ask for something else.", "a detail that stays here");
}

inline Echoed say(mcp::CallContext& context, schema::Empty) {
  context.log(mcp::Severity::kDebug, "too quiet for most", "transcripts");
  context.log(mcp::Severity::kWarning, "mind the step", "transcripts");
  co_return EchoAnswer{"said"};
}

inline mcp::Question name_form() {
  json::Object properties{{"name", json::Object{{"type", "string"}}}};
  return mcp::Question::form("name", "What is your name?",
                             json::Object{{"type", "object"}, {"properties", std::move(properties)}});
}

// Asks whatever this client can answer, and says what came back.
inline Echoed ask(mcp::CallContext& context, schema::Empty) {
  json::Object message{{"role", "user"}, {"content", json::Object{{"type", "text"}, {"text", "Say something."}}}};
  std::vector<mcp::Question> questions;
  questions.push_back(name_form());
  questions.push_back(mcp::Question::sampling(
      "model", json::Object{{"messages", json::Array{std::move(message)}}, {"maxTokens", 10}}));
  questions.push_back(mcp::Question::roots("roots"));
  std::erase_if(questions, [&](const mcp::Question& question) { return !context.can_ask(question); });
  if (questions.empty()) co_return EchoAnswer{"This client answers no questions."};
  CO_TRY(const mcp::Answers answers, co_await context.ask_all(std::move(questions)));
  std::string text;
  for (const auto& [key, answer] : answers) text += key + " " + json::write(answer) + " ";
  co_return EchoAnswer{std::move(text)};
}

// Goes on as a task where the client knows tasks, and asks for a name there.
inline Echoed work(mcp::CallContext& context, schema::Empty) {
  if (!context.go_on_as_task()) co_return EchoAnswer{"worked at once"};
  CO_TRY(const json::Object answer, co_await context.ask(name_form()));
  co_return EchoAnswer{"worked for " + json::write(answer)};
}

// Tells of everything that may change.
inline Echoed publish(mcp::Server& server) {
  using Kind = mcp::Event::Kind;
  for (const Kind kind : {Kind::kToolsChanged, Kind::kPromptsChanged, Kind::kResourcesChanged}) server.publish({kind});
  server.publish({Kind::kResourceUpdated, "note://today"});
  server.publish({Kind::kResourceUpdated, "note://day/that-nobody-has-subscribed-to"});
  co_return EchoAnswer{"published"};
}

inline base::Task<base::Result<mcp::PromptResult>> greeting(mcp::CallContext&, Texts arguments) {
  mcp::PromptResult result{"A greeting.", {}};
  result.messages.push_back({"user", mcp::Content::text("Greet " + arguments.at("whom") + ".")});
  co_return result;
}

inline base::Task<Values> names(mcp::CallContext&, std::string, std::string typed, Texts) {
  std::vector<std::string> found;
  for (const std::string name : {"Ada", "Alan", "Grace"}) {
    if (name.starts_with(typed)) found.push_back(name);
  }
  co_return found;
}

inline base::Task<base::Result<std::vector<mcp::ResourceContents>>> read(mcp::CallContext&, std::string uri,
                                                                          Texts variables) {
  std::vector<mcp::ResourceContents> contents;
  const auto day = variables.find("day");
  if (day != variables.end() && day->second == "never") {
    co_return base::fail(base::Code::kNotFound, "There is no such day.");
  }
  contents.push_back({std::move(uri), "text/plain", day == variables.end() ? "today" : "the day " + day->second});
  co_return contents;
}

inline void add_offer(mcp::Server& server) {
  const auto info = [](std::string name, std::string about, mcp::Tasks tasks = mcp::Tasks::kNever) {
    return mcp::ToolInfo{.name = std::move(name),
                         .title = "T",
                         .description = std::move(about),
                         .effect = mcp::Effect::kRead,
                         .tasks = tasks};
  };
  server.add(mcp::tool<EchoArguments, EchoAnswer>(info("echo", "Gives back the text."), echo));
  server.add(mcp::tool<schema::Empty, EchoAnswer>(info("count", "Reports progress."), count));
  server.add(mcp::tool<schema::Empty, EchoAnswer>(info("wait", "Takes half a minute."), wait));
  server.add(mcp::tool<schema::Empty, EchoAnswer>(info("refuse", "Fails."), refuse));
  server.add(mcp::tool<schema::Empty, EchoAnswer>(info("say", "Writes to the client's log."), say));
  server.add(mcp::tool<schema::Empty, EchoAnswer>(info("ask", "Asks the client."), ask));
  server.add(mcp::tool<schema::Empty, EchoAnswer>(info("work", "Takes long.", mcp::Tasks::kOffered), work));
  server.add(mcp::tool<schema::Empty, EchoAnswer>(
      info("publish", "Tells of changes."),
      [&server](mcp::CallContext&, schema::Empty) { return publish(server); }));
  server.add(mcp::Prompt{.name = "greeting",
                         .title = "G",
                         .description = "Greets.",
                         .arguments = {{"whom", "A name.", true}},
                         .get = greeting,
                         .complete = names});
  server.add(mcp::Resource{.uri = "note://today",
                           .name = "today",
                           .title = "N",
                           .description = "Today.",
                           .mime_type = "text/plain",
                           .read = read});
  server.add(mcp::ResourceTemplate{.uri_template = "note://day/{day}",
                                   .name = "day",
                                   .title = "D",
                                   .description = "A day.",
                                   .mime_type = "text/plain",
                                   .read = read,
                                   .complete = names});
}

}  // namespace transcripts

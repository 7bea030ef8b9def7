// The tools and the prompt of the fixture that ask the client. Each is written once: the core asks in the way of the
// client's era.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "json/parse.h"
#include "json/write.h"
#include "tests/conformance/fixture.h"

namespace fixture {
namespace detail {

inline json::Object parsed(std::string_view text) { return std::move(json::parse(text)->object()); }

inline mcp::Question form(std::string key, std::string message, std::string_view properties_and_required) {
  json::Object schema = parsed(properties_and_required);
  json::Object whole{{"type", "object"}};
  for (auto& [name, value] : schema) whole.append(name, std::move(value));
  return mcp::Question::form(std::move(key), std::move(message), std::move(whole));
}

inline mcp::Question name_question(std::string key, std::string message) {
  return form(std::move(key), std::move(message), R"({"properties":{"name":{"type":"string"}},"required":["name"]})");
}
inline mcp::Question confirm_question() {
  return form("confirm", "Please confirm", R"({"properties":{"ok":{"type":"boolean"}},"required":["ok"]})");
}
inline mcp::Question sampling(std::string key, std::string prompt, int tokens_max) {
  json::Object message{{"role", "user"}, {"content", mcp::Content::text(std::move(prompt)).block}};
  return mcp::Question::sampling(
      std::move(key), json::Object{{"messages", json::Array{std::move(message)}}, {"maxTokens", tokens_max}});
}

inline std::string word(const json::Object& answer, std::string_view name) {
  const json::Value* content = answer.find("content");
  return content == nullptr ? "" : std::string(content->text_or_empty(name));
}
inline std::string content_json(const json::Object& answer) {
  const json::Value* content = answer.find("content");
  return content == nullptr ? "{}" : json::write(*content);
}
inline std::string action(const json::Object& answer) { return answer.find("action")->string(); }

// What a tool makes of the answers, in one place.
using Say = std::string (*)(const mcp::Answers& answers);

inline base::Task<mcp::ToolResult> ask_then_say(mcp::CallContext& context, std::vector<mcp::Question> questions,
                                                Say say) {
  auto answers = co_await context.ask_all(std::move(questions));
  if (!answers) co_return mcp::ToolResult::failure(answers.error());
  co_return text(say(*answers));
}

inline base::Task<mcp::ToolResult> ask_twice(mcp::CallContext& context) {
  mcp::Question first = name_question("step1", "Step 1: What is your name?");
  auto name = co_await context.ask(std::move(first));
  if (!name) co_return mcp::ToolResult::failure(name.error());
  mcp::Question second = form("step2", "Step 2: What is your favorite color?",
                              R"({"properties":{"color":{"type":"string"}},"required":["color"]})");
  auto color = co_await context.ask(std::move(second));
  if (!color) co_return mcp::ToolResult::failure(color.error());
  co_return text("Hello " + word(*name, "name") + ", who likes " + word(*color, "color"));
}

inline base::Task<base::Result<mcp::PromptResult>> ask_for_prompt(mcp::CallContext& context) {
  mcp::Question question = form("user_context", "What context should the prompt use?",
                                R"({"properties":{"context":{"type":"string"}},"required":["context"]})");
  CO_TRY(const json::Object answer, co_await context.ask(std::move(question)));
  mcp::PromptResult result;
  result.messages.push_back({"user", mcp::Content::text("Context: " + word(answer, "context"))});
  co_return result;
}

// Asks what this client can answer: a form where it shows one, its model where it has one.
inline base::Task<mcp::ToolResult> ask_what_it_can(mcp::CallContext& context) {
  std::vector<mcp::Question> questions;
  mcp::Question name = name_question("user_name", "What is your name?");
  mcp::Question capital = sampling("capital_question", "What is the capital of France?", 100);
  if (context.can_ask(name)) questions.push_back(std::move(name));
  if (context.can_ask(capital)) questions.push_back(std::move(capital));
  if (questions.empty()) co_return text("This client answers no questions.");
  auto answers = co_await context.ask_all(std::move(questions));
  if (!answers) co_return mcp::ToolResult::failure(answers.error());
  co_return text("Thank you.");
}

inline void add_asking(mcp::Server& server, std::string name, std::vector<mcp::Question> questions, Say say) {
  add_tool(server, std::move(name), "Asks the client, then answers.", no_arguments(),
           [questions = std::move(questions), say](mcp::CallContext& context, json::Value) {
             return ask_then_say(context, questions, say);
           });
}

inline std::string completed(const mcp::Answers& answers) {
  const json::Object& answer = answers.begin()->second;
  return "Elicitation completed: action=" + action(answer) + ", content=" + content_json(answer);
}

// Tools of both eras, by the names that the legacy scenarios use.
inline void add_legacy_named(mcp::Server& server) {
  add_tool(server, "test_sampling", "Asks the client's model.", one_text("prompt", "What to ask it."),
           [](mcp::CallContext& context, json::Value arguments) {
             return ask_then_say(
                 context, {sampling("answer", std::string(arguments.text_or_empty("prompt")), 100)},
                 [](const mcp::Answers& answers) { return "LLM response: " + word(answers.at("answer"), "text"); });
           });
  add_tool(server, "test_elicitation", "Asks the person.", one_text("message", "What to ask."),
           [](mcp::CallContext& context, json::Value arguments) {
             const std::string message(arguments.text_or_empty("message"));
             const std::string_view fields =
                 R"({"properties":{"username":{"type":"string","description":"User's response"},
                     "email":{"type":"string","description":"User's email address"}},
                     "required":["username","email"]})";
             return ask_then_say(context, {form("user", message, fields)}, [](const mcp::Answers& answers) {
               const json::Object& answer = answers.at("user");
               return "User response: action=" + action(answer) + ", content=" + content_json(answer);
             });
           });
  add_asking(server, "test_elicitation_sep1034_defaults", {form("user", "Please review the values", R"({"properties":{
               "name":{"type":"string","description":"User name","default":"John Doe"},
               "age":{"type":"integer","description":"User age","default":30},
               "score":{"type":"number","description":"User score","default":95.5},
               "status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},
               "verified":{"type":"boolean","default":true}},"required":[]})")},
             completed);
  add_asking(server, "test_elicitation_sep1330_enums", {form("user", "Please select options", R"({"properties":{
               "untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
               "titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},
                 {"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
               "legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],
                 "enumNames":["Option One","Option Two","Option Three"]},
               "untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
               "titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},
                 {"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}},
               "required":[]})")},
             completed);
}

}  // namespace detail

inline void add_asking_tools(mcp::Server& server) {
  using detail::add_asking;
  detail::add_legacy_named(server);
  const auto greet = [](const mcp::Answers& answers) {
    return "Hello, " + detail::word(answers.at("user_name"), "name") + "!";
  };
  add_asking(server, "test_input_required_result_elicitation",
             {detail::name_question("user_name", "What is your name?")}, greet);
  add_asking(server, "test_streaming_elicitation", {detail::name_question("user_name", "What is your name?")}, greet);
  const auto say_sampled = [](const mcp::Answers& answers) { return detail::word(answers.begin()->second, "text"); };
  add_asking(server, "test_input_required_result_sampling",
             {detail::sampling("capital_question", "What is the capital of France?", 100)}, say_sampled);
  add_asking(server, "test_missing_capability", {detail::sampling("question", "Are you there?", 100)}, say_sampled);
  add_tool(server, "test_input_required_result_capabilities", "Asks what the client can answer.", no_arguments(),
           [](mcp::CallContext& context, json::Value) { return detail::ask_what_it_can(context); });
  add_asking(
      server, "test_input_required_result_list_roots", {mcp::Question::roots("client_roots")},
      [](const mcp::Answers& answers) { return "Roots: " + json::write(*answers.at("client_roots").find("roots")); });
  const auto say_state = [](const mcp::Answers&) { return std::string("state-ok"); };
  add_asking(server, "test_input_required_result_request_state", {detail::confirm_question()}, say_state);
  add_asking(server, "test_input_required_result_tampered_state", {detail::confirm_question()}, say_state);
  add_asking(server, "test_input_required_result_multiple_inputs",
             {detail::name_question("user_name", "What is your name?"),
              detail::sampling("greeting", "Generate a greeting", 50), mcp::Question::roots("client_roots")},
             [](const mcp::Answers& answers) {
               return detail::word(answers.at("greeting"), "text") + ", " +
                      detail::word(answers.at("user_name"), "name");
             });
  add_tool(server, "test_input_required_result_multi_round", "Asks twice.", no_arguments(),
           [](mcp::CallContext& context, json::Value) { return detail::ask_twice(context); });
}

}  // namespace fixture

// The tools of the fixture for the extension io.modelcontextprotocol/tasks.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "json/parse.h"
#include "tests/conformance/fixture_asking.h"

namespace fixture {
namespace detail {

using Handler = base::Task<mcp::ToolResult> (*)(mcp::CallContext& context, json::Value arguments);

inline base::Task<mcp::ToolResult> greet(mcp::CallContext&, json::Value arguments) {
  co_return text("Hello, " + std::string(arguments.text_or_empty("name")) + "!");
}

inline base::Task<mcp::ToolResult> slow_compute(mcp::CallContext& context, json::Value arguments) {
  const json::Value* given = arguments.find("seconds");
  const int64_t seconds = given != nullptr && given->is_integer() ? given->integer() : 0;
  if (seconds > 0) {
    context.go_on_as_task();
    co_await base::sleep_for(context.loop(), std::chrono::seconds(seconds));
  }
  co_return text("Computed for " + std::to_string(seconds) + " s");
}

inline base::Task<mcp::ToolResult> failing_job(mcp::CallContext& context, json::Value) {
  context.go_on_as_task();
  co_await base::sleep_for(context.loop(), std::chrono::seconds(1));
  mcp::ToolResult result = text("This job always fails");
  result.is_error = true;
  co_return result;
}

inline base::Task<mcp::ToolResult> protocol_error_job(mcp::CallContext& context, json::Value) {
  context.go_on_as_task();
  co_await base::sleep_for(context.loop(), std::chrono::milliseconds(100));
  throw std::runtime_error("a bug of this tool");
}

inline base::Task<mcp::ToolResult> confirm_delete(mcp::CallContext& context, json::Value arguments) {
  context.go_on_as_task();
  mcp::Question question = form("confirm", "Delete " + std::string(arguments.text_or_empty("filename")) + "?",
                                R"({"properties":{"confirm":{"type":"boolean"}},"required":["confirm"]})");
  auto answer = co_await context.ask(std::move(question));
  if (!answer) co_return mcp::ToolResult::failure(answer.error());
  co_return text("The person chose to " + action(*answer));
}

inline base::Task<mcp::ToolResult> multi_input(mcp::CallContext& context, json::Value) {
  context.go_on_as_task();
  std::vector<mcp::Question> questions;
  // Both fields: an answer with one that the form does not have would be refused.
  const std::string_view fields =
      R"({"properties":{"name":{"type":"string"},"confirm":{"type":"boolean"}},"required":[]})";
  questions.push_back(form("first", "Who begins, and shall it?", fields));
  questions.push_back(form("second", "Who ends, and shall it?", fields));
  auto answers = co_await context.ask_all(std::move(questions));
  if (!answers) co_return mcp::ToolResult::failure(answers.error());
  co_return text("Both questions are answered");
}

inline base::Task<mcp::ToolResult> ask_then_go_on(mcp::CallContext& context, json::Value) {
  mcp::Question question = name_question("user_name", "What is your name?");
  auto answer = co_await context.ask(std::move(question));
  if (!answer) co_return mcp::ToolResult::failure(answer.error());
  context.go_on_as_task();
  co_await base::sleep_for(context.loop(), std::chrono::milliseconds(100));
  co_return text("Hello " + word(*answer, "name"));
}

}  // namespace detail

inline void add_task_tools(mcp::Server& server) {
  const auto add = [&server](std::string name, std::string about, mcp::Tasks tasks, std::string_view properties,
                             detail::Handler handler) {
    json::Object schema{{"type", "object"}, {"properties", detail::parsed(properties)}};
    mcp::ToolInfo info{.name = std::move(name),
                       .title = {},
                       .description = std::move(about),
                       .effect = mcp::Effect::kRead,
                       .world = mcp::World::kClosed,
                       .tasks = tasks};
    server.add(mcp::Tool{std::move(info), std::move(schema), std::nullopt, handler});
  };
  add("greet", "Greets.", mcp::Tasks::kNever, R"({"name":{"type":"string"}})", detail::greet);
  add("slow_compute", "Takes as long as it is told.", mcp::Tasks::kOffered,
      R"({"seconds":{"type":"integer"},"label":{"type":"string"}})", detail::slow_compute);
  add("failing_job", "Fails after a second.", mcp::Tasks::kRequired, "{}", detail::failing_job);
  add("protocol_error_job", "Breaks.", mcp::Tasks::kRequired, "{}", detail::protocol_error_job);
  add("confirm_delete", "Asks before it deletes nothing.", mcp::Tasks::kRequired,
      R"({"filename":{"type":"string"}})", detail::confirm_delete);
  add("multi_input", "Asks two questions at once.", mcp::Tasks::kRequired, "{}", detail::multi_input);
  add("test_tool_with_task", "Asks, and then takes a while.", mcp::Tasks::kRequired, "{}", detail::ask_then_go_on);
}

}  // namespace fixture

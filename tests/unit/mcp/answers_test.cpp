// Answers to forms that do not fit them, in each way in which a client may give one.
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view kForm =
    R"({"type":"object","properties":{"name":{"type":"string","default":"Ada"},)"
    R"("sure":{"type":"boolean","default":true}},"required":["name"]})";

base::Task<mcp::ToolResult> ask_name(mcp::CallContext* context, int* given, bool as_task) {
  if (as_task) context->go_on_as_task();
  auto asking = context->ask(mcp::Question::form("name", "Who?", test::parsed(kForm).object()));
  const auto answer = co_await std::move(asking);
  if (!answer) co_return mcp::ToolResult::failure(answer.error());
  ++*given;
  mcp::ToolResult result;
  result.content.push_back(mcp::Content::text(json::write(*answer)));
  co_return result;
}

struct AskingWorld : test::World {
  int given = 0;  // Answers that reached the tool.

  AskingWorld() {
    for (const bool as_task : {false, true}) {
      server.add(mcp::Tool{{.name = as_task ? "name_later" : "name",
                            .title = {},
                            .description = "Asks who.",
                            .effect = mcp::Effect::kWrite,
                            .tasks = as_task ? mcp::Tasks::kOffered : mcp::Tasks::kNever},
                           {{"type", "object"}},
                           std::nullopt,
                           [this, as_task](mcp::CallContext& context, json::Value) {
                             return ask_name(&context, &given, as_task);
                           }});
    }
  }

  std::string send(std::string_view method, std::string_view params) {
    constexpr std::string_view kCapabilities =
        R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";
    return handle(test::request("1", method, fmt::format("{},{}", params,
                                                         test::meta("", test::kModernVersion, kCapabilities))))
        .text;
  }
};

// Contents that do not fit, and the field that is named.
const std::vector<std::pair<std::string_view, std::string_view>> kMisfits{
    {R"({"name":5})", "name"},
    {"{}", "name"},
    {R"({"name":{"nested":"x"}})", "name"},
    {R"({"name":"Ada","sure":"yes"})", "sure"},
    {R"({"name":"Ada","is_admin":true})", "is_admin"},
};

}  // namespace

TEST_CASE("answers: in the modern era one that does not fit its form is refused, and nothing is spent") {
  AskingWorld world;
  const std::string state = test::at(world.send("tools/call", R"("name":"name")"), "result/requestState").string();
  const auto answer = [&](std::string_view content) {
    return world.send("tools/call",
                      fmt::format(R"("name":"name","requestState":"{}","inputResponses":{{"name":{{"action":"accept",)"
                                  R"("content":{}}}}})",
                                  state, content));
  };
  for (const auto& [content, field] : kMisfits) {
    CAPTURE(content);
    const std::string refused = answer(content);
    CHECK(test::code_of(refused) == mcp::code::kInvalidParams);
    CHECK(test::message_of(refused).contains(fmt::format("\"{}\"", field)));
  }
  CHECK(world.given == 0);
  CHECK(test::text_of(answer(R"({"name":"Ada"})")).contains("Ada"));
  CHECK(world.given == 1);
}

TEST_CASE("answers: of an older client the handler is told that its answer does not fit") {
  AskingWorld world;
  test::Client client(world);
  client.initialize("2025-11-25", R"({"elicitation":{}})");
  int id = 0;
  for (const auto& [content, field] : kMisfits) {
    CAPTURE(content);
    ++id;
    const Strings asked = client.send(test::call(std::to_string(id), "name"));
    REQUIRE(asked.size() == 1);
    const std::string answered = client.ask(fmt::format(
        R"({{"jsonrpc":"2.0","id":{},"result":{{"action":"accept","content":{}}}}})", id, content));
    CHECK(test::is_error_result(answered));
    CHECK(test::text_of(answered).contains("does not fit the form"));
    CHECK(test::text_of(answered).contains(fmt::format("\"{}\"", field)));
  }
  CHECK(world.given == 0);
}

TEST_CASE("answers: to a task one that does not fit is refused with all that came with it, and the question stays") {
  AskingWorld world;
  const std::string id = test::at(world.send("tools/call", R"("name":"name_later")"), "result/taskId").string();
  const auto update = [&](std::string_view content) {
    return world.send("tasks/update",
                      fmt::format(R"("taskId":"{}","inputResponses":{{"name":{{"action":"accept","content":{}}}}})", id,
                                  content));
  };
  for (const auto& [content, field] : kMisfits) {
    CAPTURE(content);
    const std::string refused = update(content);
    CHECK(test::code_of(refused) == mcp::code::kInvalidParams);
    CHECK(test::message_of(refused).contains(fmt::format("\"{}\"", field)));
  }
  const auto status = [&] {
    return test::at(world.send("tasks/get", fmt::format(R"("taskId":"{}")", id)), "result/status").string();
  };
  CHECK(status() == "input_required");
  CHECK(world.given == 0);
  CHECK(test::code_of(update(R"({"name":"Ada"})")) == 0);
  world.loop.run_until_idle();
  CHECK(status() == "completed");
  CHECK(world.given == 1);
}

TEST_CASE("answers: a form asks an older client for nothing that its revision does not know") {
  for (const std::string_view version : {"2025-06-18", "2025-11-25"}) {
    CAPTURE(version);
    AskingWorld world;
    test::Client client(world);
    client.initialize(version, R"({"elicitation":{}})");
    const Strings asked = client.send(test::call("1", "name"));
    REQUIRE(asked.size() == 1);
    const bool knows = version == "2025-11-25";
    const json::Value fields = test::at(asked[0], "params/requestedSchema/properties");
    // Only a boolean had a default from the beginning.
    CHECK((test::inside(fields, "name").find("default") != nullptr) == knows);
    CHECK(test::inside(fields, "sure").find("default") != nullptr);
    CHECK((test::at(asked[0], "params").find("mode") != nullptr) == knows);
  }
}

// The auditor hears of every handle that is not its sender's: a requestState, a cursor, the id of a task. An ordinary
// mistake, such as a task that is over, is not worth its time.
#include <string>
#include <utility>
#include <vector>

#include "mcp/auditor.h"
#include "mcp/transport/memory_client.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using Why = mcp::RefusedRequest::Why;

class Silent final : public mcp::AuditedCall {
 public:
  base::Task<base::Result<void>> end(std::optional<base::Code>) override { co_return {}; }
};

class Heard final : public mcp::Auditor {
 public:
  std::vector<mcp::RefusedRequest> refusals;

  base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> begin(mcp::CallFacts) override {
    co_return std::make_unique<Silent>();
  }
  base::Task<void> refused(mcp::RefusedRequest request) override {
    refusals.push_back(std::move(request));
    co_return;
  }
  void session_opened(const mcp::Principal&, mcp::Revision) override {}
  void session_ended(const mcp::Principal&, mcp::Revision) override {}

  // What was heard since the last time, each as a kind.
  std::vector<Why> take() {
    std::vector<Why> kinds;
    for (const auto& each : std::exchange(refusals, {})) kinds.push_back(each.why);
    return kinds;
  }
};

base::Task<mcp::ToolResult> confirm(mcp::CallContext& context) {
  const json::Object properties{{"sure", json::Object{{"type", "boolean"}}}};
  const json::Object schema{{"type", "object"}, {"properties", properties}};
  auto asking = context.ask(mcp::Question::form("sure", "Really?", schema));
  const auto answer = co_await std::move(asking);
  if (!answer) co_return mcp::ToolResult::failure(answer.error());
  co_return mcp::ToolResult{.content = {mcp::Content::text("done")}};
}

base::Task<mcp::ToolResult> work(mcp::CallContext& context) {
  context.go_on_as_task();
  co_await base::sleep_for(context.loop(), std::chrono::seconds(30));
  co_return mcp::ToolResult{};
}

const json::Object kCapabilities{{"elicitation", json::Object{}},
                                 {"extensions", json::Object{{"io.modelcontextprotocol/tasks", json::Object{}}}}};

struct World {
  Heard heard;
  test::World world;

  World() : world(options(&heard)) {
    add("delete", mcp::Effect::kDestroy, mcp::Tasks::kNever, confirm);
    add("work", mcp::Effect::kRead, mcp::Tasks::kOffered, work);
  }
  static mcp::ServerOptions options(Heard* heard) {
    auto options = test::World::default_options();
    options.page_size = 2;
    options.auditor = heard;
    options.visible = [](const mcp::Tool&, const mcp::Principal&) { return true; };
    return options;
  }
  void add(std::string name, mcp::Effect effect, mcp::Tasks tasks,
           base::Task<mcp::ToolResult> (*call)(mcp::CallContext&)) {
    world.server.add(mcp::Tool{
        {.name = std::move(name), .title = {}, .description = "A tool.", .effect = effect, .tasks = tasks},
        {{"type", "object"}},
        std::nullopt,
        [call](mcp::CallContext& context, json::Value) { return call(context); }});
  }
  // The result, or the error with its code.
  json::Value call(std::string user, std::string method, json::Object params) {
    mcp::MemoryClient client(world.server,
                             {.capabilities = kCapabilities, .principal = {std::move(user), "192.0.2.7"}});
    auto outcome = world.loop.run(client.call(std::move(method), std::move(params)));
    return outcome ? *std::move(outcome) : json::Value(json::Object{{"code", outcome.error().code}});
  }
  std::string state(std::string user) {
    return std::string(call(std::move(user), "tools/call", {{"name", "delete"}}).text_or_empty("requestState"));
  }
  json::Value answer(std::string user, std::string state, std::string tool = "delete") {
    const json::Object yes{{"action", "accept"}, {"content", json::Object{{"sure", true}}}};
    return call(std::move(user), "tools/call",
                {{"name", std::move(tool)},
                 {"inputResponses", json::Object{{"sure", yes}}},
                 {"requestState", std::move(state)}});
  }
};

int code_of(const json::Value& answer) {
  const json::Value* code = answer.find("code");
  return code == nullptr ? 0 : static_cast<int>(code->integer());
}

}  // namespace

TEST_CASE("handles: a requestState of another user, of another tool, changed, too old or used is refused and told of") {
  World world;
  const std::string state = world.state("alice");
  REQUIRE_FALSE(state.empty());
  CHECK(code_of(world.answer("bob", state)) == mcp::code::kInvalidParams);
  REQUIRE(world.heard.refusals.size() == 1);
  const mcp::RefusedRequest& told = world.heard.refusals.front();
  CHECK(told.principal.id == "bob");
  CHECK(told.source == "192.0.2.7");
  CHECK(told.value == state);
  CHECK(world.heard.take() == std::vector{Why::kState});

  CHECK(code_of(world.answer("alice", state, "work")) == mcp::code::kInvalidParams);
  CHECK(code_of(world.answer("alice", state + "A")) == mcp::code::kInvalidParams);
  CHECK(world.heard.take() == std::vector{Why::kState, Why::kState});

  CHECK(code_of(world.answer("alice", state)) == 0);
  CHECK(world.heard.take().empty());
  CHECK(code_of(world.answer("alice", state)) == mcp::code::kInvalidParams);
  CHECK(world.heard.take() == std::vector{Why::kReplay});
}

TEST_CASE("handles: what confirms a deletion is too old after two minutes") {
  World world;
  const std::string early = world.state("alice");
  world.world.clock.advance(mcp::RequestStates::kConfirmLifetime);
  CHECK(code_of(world.answer("alice", early)) == 0);
  const std::string late = world.state("alice");
  world.world.clock.advance(mcp::RequestStates::kConfirmLifetime + std::chrono::milliseconds(1));
  CHECK(code_of(world.answer("alice", late)) == mcp::code::kInvalidParams);
  CHECK(world.heard.take() == std::vector{Why::kState});
}

TEST_CASE("handles: a task of another user is told of, one that never was is not") {
  World world;
  const std::string id(world.call("alice", "tools/call", {{"name", "work"}}).text_or_empty("taskId"));
  REQUIRE_FALSE(id.empty());
  for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    const json::Object params{{"taskId", id}, {"inputResponses", json::Object{}}};
    CHECK(code_of(world.call("bob", method, params)) == mcp::code::kInvalidParams);
    REQUIRE(world.heard.refusals.size() == 1);
    CHECK(world.heard.refusals.front().value == id);
    CHECK(world.heard.take() == std::vector{Why::kTask});
    CHECK(code_of(world.call("bob", method, {{"taskId", "no-such"}})) == mcp::code::kInvalidParams);
    CHECK(world.heard.take().empty());
  }
  CHECK(world.call("alice", "tasks/get", {{"taskId", id}}).text_or_empty("status") == "working");
}

TEST_CASE("handles: a cursor of another user or list is told of") {
  World world;
  const std::string cursor(world.call("alice", "tools/list", {}).text_or_empty("nextCursor"));
  REQUIRE_FALSE(cursor.empty());
  CHECK(code_of(world.call("bob", "tools/list", {{"cursor", cursor}})) == mcp::code::kInvalidParams);
  CHECK(code_of(world.call("alice", "prompts/list", {{"cursor", cursor}})) == mcp::code::kInvalidParams);
  CHECK(world.heard.take() == std::vector{Why::kCursor, Why::kCursor});
  CHECK(code_of(world.call("alice", "tools/list", {{"cursor", cursor}})) == 0);
  CHECK(world.heard.take().empty());
}

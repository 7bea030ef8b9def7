// Calls that go on as tasks (the extension io.modelcontextprotocol/tasks), through the in-memory pair.
#include <malloc.h>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "mcp/transport/memory_client.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

using namespace std::chrono_literals;

namespace {

using mcp::MemoryClient;

struct Counts {
  int begun = 0;
  int finished = 0;
  int dropped = 0;
};

class Run {
 public:
  explicit Run(Counts& counts) : counts_(counts) { ++counts_.begun; }
  ~Run() { ++(done_ ? counts_.finished : counts_.dropped); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  void finish() { done_ = true; }

 private:
  Counts& counts_;
  bool done_ = false;
};

mcp::ToolResult text(std::string words) {
  mcp::ToolResult result;
  result.content.push_back(mcp::Content::text(std::move(words)));
  return result;
}

// Waits a second as a call, then a minute as a task, and then asks two things.
base::Task<mcp::ToolResult> work(mcp::CallContext& context, Counts& counts, bool asks) {
  Run run(counts);
  co_await base::sleep_for(context.loop(), 1s);
  const bool is_task = context.go_on_as_task();
  context.progress(1);
  co_await base::sleep_for(context.loop(), 30s);
  std::string name = "nobody";
  if (asks) {
    std::vector<mcp::Question> questions;
    for (const char* key : {"a", "b"}) questions.push_back(mcp::Question::form(key, "?", {{"type", "object"}}));
    auto answers = co_await context.ask_all(std::move(questions));
    name = answers ? json::write(answers->at("b")) : answers.error().message;
  }
  run.finish();
  co_return text((is_task ? "task for " : "call for ") + name);
}

base::Task<mcp::ToolResult> break_down(mcp::CallContext& context) {
  context.go_on_as_task();
  co_await base::sleep_for(context.loop(), 1s);
  throw std::runtime_error("a secret of the inside");
}

const json::Object kCapabilities{{"elicitation", json::Object{}},
                                 {"extensions", json::Object{{"io.modelcontextprotocol/tasks", json::Object{}}}}};

struct World {
  test::ManualLoop loop;
  test::ManualClock clock;
  test::SeededRandom random{7};
  test::RecordingLog log;
  Counts counts;
  mcp::Server server;

  explicit World(mcp::ServerOptions options = {.info = {.name = "unit", .version = "1"}})
      : server(mcp::Services{loop, clock, random, log}, std::move(options)) {
    const auto add = [this](std::string name, mcp::Tasks tasks, mcp::ToolFunction call) {
      server.add(mcp::Tool{{.name = std::move(name),
                            .title = {},
                            .description = "A tool.",
                            .effect = mcp::Effect::kRead,
                            .tasks = tasks},
                           {{"type", "object"}},
                           std::nullopt,
                           std::move(call)});
    };
    const auto working = [this](bool asks) {
      return [this, asks](mcp::CallContext& context, json::Value) { return work(context, counts, asks); };
    };
    add("never", mcp::Tasks::kNever, working(false));
    add("offered", mcp::Tasks::kOffered, working(false));
    add("required", mcp::Tasks::kRequired, working(false));
    add("asking", mcp::Tasks::kRequired, working(true));
    add("broken", mcp::Tasks::kOffered, [](mcp::CallContext& context, json::Value) { return break_down(context); });
  }
};

// A client that can do everything, and the words of its answers.
struct Client {
  World& world;
  MemoryClient client;

  explicit Client(World& shared, json::Object capabilities = kCapabilities, std::string principal = "user-a")
      : world(shared),
        client(world.server, {.capabilities = std::move(capabilities), .principal = {std::move(principal)}}) {}

  json::Value call(std::string method, json::Object params) {
    auto outcome = world.loop.run(client.call(std::move(method), std::move(params)));
    if (outcome) return *std::move(outcome);
    return json::Object{{"code", outcome.error().code}, {"data", outcome.error().data.value_or(json::Value())}};
  }
  json::Value tool(std::string name) { return call("tools/call", {{"name", std::move(name)}}); }
  std::string task(std::string name, json::Object arguments = {}) {
    const json::Value created =
        call("tools/call", {{"name", std::move(name)}, {"arguments", std::move(arguments)}});
    CHECK(created.text_or_empty("resultType") == "task");
    return std::string(created.text_or_empty("taskId"));
  }
  json::Value get(const std::string& id) { return call("tasks/get", {{"taskId", id}}); }
  std::string status(const std::string& id) { return std::string(get(id).text_or_empty("status")); }
  json::Value update(const std::string& id, json::Object responses) {
    return call("tasks/update", {{"taskId", id}, {"inputResponses", std::move(responses)}});
  }
};

json::Object accepted(std::string word) {
  return {{"action", "accept"}, {"content", json::Object{{"word", std::move(word)}}}};
}
int code_of(const json::Value& answer) {
  const json::Value* code = answer.find("code");
  return code == nullptr ? 0 : static_cast<int>(code->integer());
}
std::string words_of(const json::Value& result) {
  return std::string(test::inside(result, "content").array().at(0).text_or_empty("text"));
}

}  // namespace

TEST_CASE("tasks: a call becomes a task when its handler says so, and its result waits to be fetched") {
  World world;
  Client client(world);
  const json::Value created =
      client.call("tools/call", {{"name", "offered"}, {"_meta", json::Object{{"progressToken", 1}}}});
  CHECK(created.text_or_empty("resultType") == "task");
  CHECK(created.text_or_empty("status") == "working");
  for (const char* later : {"result", "error", "inputRequests", "requestState"}) CHECK(created.find(later) == nullptr);
  const std::string id(created.text_or_empty("taskId"));
  CHECK(id.size() >= 32);
  world.clock.advance(5s);
  CHECK(client.status(id) == "working");
  world.loop.advance(30s);
  const json::Value done = client.get(id);
  CHECK(done.text_or_empty("status") == "completed");
  CHECK(done.text_or_empty("resultType") == "complete");
  CHECK(done.text_or_empty("lastUpdatedAt") > done.text_or_empty("createdAt"));
  CHECK(words_of(test::inside(done, "result")) == "task for nobody");
  // It is the whole result of the call, which says what it is.
  CHECK(test::inside(done, "result/resultType") == json::Value("complete"));
  CHECK(test::inside(done, "result/_meta").is_null());
  // What came too late for the request goes nowhere.
  CHECK(client.client.take_notifications().empty());
}

TEST_CASE("tasks: an answer whose members are written already is kept as any other") {
  World world;
  world.server.use([](const mcp::Tool&, mcp::CallContext&, json::Value arguments, auto next) {
    return [](base::Task<mcp::ToolResult> running) -> base::Task<mcp::ToolResult> {
      const mcp::ToolResult result = co_await std::move(running);
      auto members = std::make_shared<const std::string>(mcp::write_members(result));
      co_return mcp::ToolResult{.content = {}, .written = std::move(members)};
    }(next(std::move(arguments)));
  });
  Client client(world);
  const std::string id = client.task("offered");
  world.loop.advance(30s);
  CHECK(words_of(test::inside(client.get(id), "result")) == "task for nobody");
  Client plain(world, {});
  CHECK(words_of(plain.tool("offered")) == "call for nobody");
}

TEST_CASE("tasks: without the extension a call stays a call, and one that needs it is refused before it runs") {
  World world;
  Client client(world, {});
  CHECK(words_of(client.tool("offered")) == "call for nobody");
  const json::Value refused = client.tool("required");
  CHECK(code_of(refused) == mcp::code::kMissingClientCapability);
  CHECK(test::inside(refused, "data/requiredCapabilities/extensions").find("io.modelcontextprotocol/tasks") != nullptr);
  CHECK(world.counts.begun == 1);
  for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    CHECK(code_of(client.call(method, {{"taskId", "x"}})) == mcp::code::kMissingClientCapability);
  }
  // A tool that knows nothing of tasks never becomes one.
  Client other(world);
  CHECK(words_of(other.tool("never")) == "call for nobody");
}

TEST_CASE("tasks: an older client is told in the result that it cannot have one") {
  World world;
  MemoryClient client(world.server, {.revision = mcp::Revision::k2025_11_25, .capabilities = kCapabilities});
  const auto refused = world.loop.run(client.call_tool("required"));
  REQUIRE(refused);
  CHECK(test::inside(*refused, "isError") == json::Value(true));
  CHECK(world.counts.begun == 0);
  const auto called = world.loop.run(client.call_tool("offered"));
  REQUIRE(called);
  CHECK(words_of(*called) == "call for nobody");
}

TEST_CASE("tasks: a server without such tools has none of it") {
  test::World world;
  MemoryClient client(world.server, {.capabilities = kCapabilities});
  const auto got = world.loop.run(client.call("tasks/get", {{"taskId", "x"}}));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == mcp::code::kMethodNotFound);
  const auto discovered = world.loop.run(client.call("server/discover"));
  REQUIRE(discovered);
  CHECK(test::inside(*discovered, "capabilities/extensions").is_null());
}

TEST_CASE("tasks: a task that needs answers shows its questions, takes them one by one, and goes on") {
  World world;
  Client client(world);
  const std::string id = client.task("asking");
  world.loop.advance(30s);
  json::Value task = client.get(id);
  CHECK(task.text_or_empty("status") == "input_required");
  CHECK(test::inside(task, "inputRequests/a").text_or_empty("method") == "elicitation/create");
  // Odd ones are ignored, and the question stays.
  client.update(id, {{"nobody", accepted("x")}, {"a", json::Object{{"action", "maybe"}}}, {"b", 5}});
  client.update(id, {{"a", accepted("one")}});
  task = client.get(id);
  CHECK(task.text_or_empty("status") == "input_required");
  CHECK(test::inside(task, "inputRequests").object().begin()->name == "b");
  client.update(id, {{"a", accepted("again")}, {"b", accepted("two")}});
  world.loop.run_until_idle();
  task = client.get(id);
  CHECK(task.text_or_empty("status") == "completed");
  CHECK(words_of(test::inside(task, "result")).contains("two"));
  CHECK(code_of(client.call("tasks/update", {{"taskId", id}})) == mcp::code::kInvalidParams);
}

TEST_CASE("tasks: a cancelled task drops its handler; cancelling again, or after the end, changes nothing") {
  World world;
  Client client(world);
  for (const char* tool : {"offered", "asking"}) {
    const std::string id = client.task(tool);
    world.loop.advance(29s);
    CHECK(client.call("tasks/cancel", {{"taskId", id}}).find("taskId") == nullptr);
    CHECK(client.status(id) == "cancelled");
    CHECK(client.call("tasks/cancel", {{"taskId", id}}).text_or_empty("resultType") == "complete");
  }
  CHECK(world.counts.dropped == 2);
  const std::string ended = client.task("offered");
  world.loop.advance(30s);
  client.call("tasks/cancel", {{"taskId", ended}});
  CHECK(client.status(ended) == "completed");
}

TEST_CASE("tasks: a request that goes away before there is a task takes the handler with it, and not after") {
  World world;
  MemoryClient client(world.server, {.capabilities = kCapabilities});
  base::TaskGroup group(world.loop);
  const auto call = [](MemoryClient& asked) -> base::Task<void> {
    static_cast<void>(co_await asked.call_tool("offered"));
  };
  const uint64_t early = group.spawn(call(client));
  world.loop.run_until_idle();
  CHECK(world.counts.begun == 1);
  group.cancel(early);
  world.loop.run_until_idle();
  CHECK(world.counts.dropped == 1);
  group.spawn(call(client));
  world.loop.advance(2s);
  CHECK(group.size() == 0);
  CHECK(world.counts.begun - world.counts.finished - world.counts.dropped == 1);
}

// What the heap holds; 0 where another allocator stands in for that of the C library, as under AddressSanitizer.
size_t held_bytes() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST_CASE("tasks: what a call was sent with is held neither while its task runs nor after it") {
  constexpr size_t kTexts = 8'000;  // About as many as a message may have.
  constexpr size_t kListBytes = kTexts * sizeof(json::Value);
  const json::Array many(kTexts, json::Value("a text that is too long to stand in a value itself"));
  for (const bool in_capabilities : {false, true}) {
    World world;
    json::Object capabilities = kCapabilities;
    json::Object arguments;
    (in_capabilities ? capabilities : arguments).append("many", many);
    Client client(world, std::move(capabilities));
    const std::string first = client.task("offered", arguments);  // What is made once is made.
    world.loop.advance(30s);
    CHECK(client.status(first) == "completed");
    const size_t before = held_bytes();
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) ids.push_back(client.task("offered", arguments));
    // What the client can do is needed while it may be asked.
    if (!in_capabilities) CHECK(held_bytes() < before + kListBytes);
    world.loop.advance(30s);
    for (const std::string& id : ids) CHECK(client.status(id) == "completed");
    CHECK(held_bytes() < before + kListBytes);
    ids.push_back(client.task("offered", arguments));
    client.call("tasks/cancel", {{"taskId", ids.back()}});
    CHECK(held_bytes() < before + kListBytes);
  }
}

TEST_CASE("tasks: an exception ends the task as failed, with nothing of the inside") {
  World world;
  Client client(world);
  const std::string id = client.task("broken");
  world.loop.advance(1s);
  const json::Value task = client.get(id);
  CHECK(task.text_or_empty("status") == "failed");
  CHECK(test::inside(task, "error/code") == json::Value(mcp::code::kInternal));
  CHECK(test::inside(task, "error/message") == json::Value(task.text_or_empty("statusMessage")));
  CHECK(task.find("result") == nullptr);
  CHECK_FALSE(json::write(task).contains("secret"));
}

TEST_CASE("tasks: cve_2026_52870: they belong to their principal, and are forgotten when their life is over") {
  World world({.info = {.name = "unit", .version = "1"}, .task_life = 60s});
  Client client(world);
  Client stranger(world, kCapabilities, "user-b");
  const std::string id = client.task("asking");
  for (const char* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
    CHECK(code_of(stranger.call(method, {{"taskId", id}, {"inputResponses", json::Object{}}})) ==
          mcp::code::kInvalidParams);
  }
  world.loop.advance(59s);
  CHECK(client.status(id) == "input_required");
  world.loop.advance(1s);
  CHECK(code_of(client.get(id)) == mcp::code::kInvalidParams);
  CHECK(world.counts.dropped == 1);
  CHECK(world.loop.timer_count() == 0);
}

TEST_CASE("tasks: where there is no room for another, the call stays a call") {
  World world({.info = {.name = "unit", .version = "1"}, .tasks_max = 3, .tasks_per_principal_max = 2});
  Client client(world);
  Client other(world, kCapabilities, "user-b");
  const std::string first = client.task("offered");
  const std::string second = client.task("offered");
  CHECK(words_of(client.tool("offered")) == "call for nobody");
  const std::string third = other.task("offered");
  CHECK(words_of(other.tool("offered")) == "call for nobody");
  CHECK(client.status(first) == "completed");
  CHECK(client.status(second) == "completed");
  CHECK(other.status(third) == "completed");
}

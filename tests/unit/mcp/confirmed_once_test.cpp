// A change that a person confirmed happens once, whoever sends the confirmed request again (2026-07-28
// basic/utilities/mrtr). A question of a tool that only reads may be answered as often as anybody likes.
#include <fmt/format.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/ask.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

struct Yes {
  bool sure = false;
  static constexpr auto fields() { return schema::Fields{schema::required("sure", &Yes::sure, "Whether to.")}; }
};

base::Task<mcp::ToolResult> confirmed(mcp::CallContext* context, int* done) {
  auto asking = mcp::ask_form<Yes>(*context, "sure", "Really?");
  const auto given = co_await std::move(asking);
  if (!given) co_return mcp::ToolResult::failure(given.error());
  if (*given && (*given)->sure) ++*done;
  mcp::ToolResult result;
  result.content.push_back(mcp::Content::text("done"));
  co_return result;
}

struct AskingWorld : test::World {
  explicit AskingWorld(mcp::Effect effect, mcp::ServerOptions options = default_options())
      : test::World(std::move(options)) {
    mcp::Tool tool;
    tool.info = {.name = "wipe", .title = "Wipe", .description = "Asks, and does it.", .effect = effect};
    tool.input_schema = {{"type", "object"}};
    tool.call = [this](mcp::CallContext& context, json::Value) { return confirmed(&context, &done); };
    server.add(std::move(tool));
  }

  std::string send(std::string_view more) {
    return handle(test::request("1", "tools/call",
                                fmt::format(R"("name":"wipe","arguments":{{}}{},{})", more,
                                            test::meta("", test::kModernVersion, R"({"elicitation":{}})"))))
        .text;
  }
  std::string state() { return test::at(send(""), "result/requestState").string(); }
  std::string answer(std::string_view state) {
    return send(fmt::format(
        R"(,"requestState":"{}","inputResponses":{{"sure":{{"action":"accept","content":{{"sure":true}}}}}})", state));
  }

  int done = 0;
};

// One store for two servers.
struct SharedStates final : mcp::SpentStates {
  base::Task<bool> spend(std::string id, base::Wall) override { co_return ids.insert(std::move(id)).second; }
  std::set<std::string> ids;
};

std::vector<crypto::Key> keys_of(std::string_view seed) {
  test::SeededRandom random{seed.size()};
  std::vector<crypto::Key> keys;
  keys.push_back(crypto::Key::generate(random));
  return keys;
}

}  // namespace

TEST_CASE("confirmed once: a change is not repeated by sending its confirmed request again") {
  for (const mcp::Effect effect : {mcp::Effect::kWrite, mcp::Effect::kDestroy}) {
    AskingWorld world(effect);
    const std::string state = world.state();
    CHECK(test::text_of(world.answer(state)) == "done");
    CHECK(world.done == 1);
    const std::string again = world.answer(state);
    CHECK(test::code_of(again) == mcp::code::kInvalidParams);
    CHECK(test::message_of(again).contains("used already"));
    CHECK(world.done == 1);
    // Asked anew, it may be done anew.
    CHECK(test::text_of(world.answer(world.state())) == "done");
    CHECK(world.done == 2);
  }
}

TEST_CASE("confirmed once: a question of a tool that reads may be answered again") {
  AskingWorld world(mcp::Effect::kRead);
  const std::string state = world.state();
  CHECK(test::text_of(world.answer(state)) == "done");
  CHECK(test::text_of(world.answer(state)) == "done");
}

TEST_CASE("confirmed once: among servers that share their keys and what was spent, too") {
  SharedStates spent;
  const auto options = [&spent] {
    mcp::ServerOptions options = test::World::default_options();
    options.state_keys = keys_of("shared");
    options.spent_states = &spent;
    return options;
  };
  AskingWorld one(mcp::Effect::kWrite, options());
  AskingWorld two(mcp::Effect::kWrite, options());
  const std::string state = one.state();
  CHECK(test::text_of(two.answer(state)) == "done");
  CHECK(test::code_of(one.answer(state)) == mcp::code::kInvalidParams);
  CHECK(one.done == 0);
  CHECK(two.done == 1);
  // After a change of keys the old states open no more.
  const std::string before = one.state();
  one.server.set_state_keys(keys_of("another"));
  CHECK(test::code_of(one.answer(before)) == mcp::code::kInvalidParams);
}

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

struct Wiping {
  std::string question = "Really?";
  bool asks_twice = false;
  int done = 0;
};

base::Task<mcp::ToolResult> confirmed(mcp::CallContext* context, Wiping* wiping) {
  auto asking = mcp::ask_form<Yes>(*context, "sure", wiping->question);
  const auto given = co_await std::move(asking);
  if (!given) co_return mcp::ToolResult::failure(given.error());
  if (wiping->asks_twice) {
    auto again = mcp::ask_form<Yes>(*context, "again", "Once more?");
    const auto sure = co_await std::move(again);
    if (!sure) co_return mcp::ToolResult::failure(sure.error());
  }
  if (*given && (*given)->sure) ++wiping->done;
  mcp::ToolResult result;
  result.content.push_back(mcp::Content::text("done"));
  co_return result;
}

struct AskingWorld : test::World, Wiping {
  explicit AskingWorld(mcp::Effect effect, mcp::ServerOptions options = default_options())
      : test::World(std::move(options)) {
    mcp::Tool tool;
    tool.info = {.name = "wipe", .title = "Wipe", .description = "Asks, and does it.", .effect = effect};
    tool.input_schema = {{"type", "object"}};
    tool.call = [this](mcp::CallContext& context, json::Value) { return confirmed(&context, this); };
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
};

// One store for two servers.
struct SharedStates final : mcp::SpentStates {
  base::Task<Spending> spend(std::string, std::string id, base::Wall) override {
    co_return ids.insert(std::move(id)).second ? Spending::kFirst : Spending::kAgain;
  }
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

constexpr std::string_view kYes = R"("inputResponses":{"sure":{"action":"accept","content":{"sure":true}}})";

TEST_CASE("confirmed once: an answer that nobody asked for confirms nothing") {
  for (const mcp::Effect effect : {mcp::Effect::kWrite, mcp::Effect::kDestroy}) {
    AskingWorld world(effect);
    // At first sight, and after a round that was gone through in order.
    for (int round = 0; round < 2; ++round) {
      const std::string asked = world.send(fmt::format(",{}", kYes));
      CHECK(test::at(asked, "result/resultType").string() == "input_required");
      CHECK(world.done == round);
      if (round == 0) CHECK(test::text_of(world.answer(world.state())) == "done");
    }
  }
}

TEST_CASE("confirmed once: an answer counts for the very question that it was given to") {
  AskingWorld world(mcp::Effect::kDestroy);
  const std::string state = world.state();
  // What would be wiped has changed since.
  world.question = "Really all of it?";
  const std::string asked = world.answer(state);
  CHECK(test::at(asked, "result/resultType").string() == "input_required");
  CHECK(asked.contains("Really all of it?"));
  CHECK(world.done == 0);
  // The new state goes with the new question.
  CHECK(test::text_of(world.answer(test::at(asked, "result/requestState").string())) == "done");
  CHECK(world.done == 1);
  // The request is the same one in all its rounds, so the first state is used up too.
  world.question = "Really?";
  CHECK(test::message_of(world.answer(state)).contains("used already"));
  CHECK(world.done == 1);
}

TEST_CASE("confirmed once: an answer to a later question does not come before it is asked") {
  AskingWorld world(mcp::Effect::kWrite);
  world.asks_twice = true;
  const std::string first = world.state();
  constexpr std::string_view kBoth =
      R"({"sure":{"action":"accept","content":{"sure":true}},"again":{"action":"accept","content":{"sure":true}}})";
  const auto answer_both = [&](std::string_view state) {
    return world.send(fmt::format(R"(,"requestState":"{}","inputResponses":{})", state, kBoth));
  };
  const std::string second = answer_both(first);
  CHECK(test::at(second, "result/resultType").string() == "input_required");
  CHECK(world.done == 0);
  CHECK(test::text_of(answer_both(test::at(second, "result/requestState").string())) == "done");
  CHECK(world.done == 1);
}

TEST_CASE("confirmed once: a state whose questions were not answered is not used up") {
  AskingWorld world(mcp::Effect::kWrite);
  const std::string state = world.state();
  for (int i = 0; i < 3; ++i) {
    const std::string open = world.send(fmt::format(R"(,"requestState":"{}")", state));
    CHECK(test::at(open, "result/resultType").string() == "input_required");
  }
  CHECK(test::text_of(world.answer(state)) == "done");
}

TEST_CASE("confirmed once: a question of a tool that reads may be answered again, or before it is asked") {
  AskingWorld world(mcp::Effect::kRead);
  CHECK(test::text_of(world.send(fmt::format(",{}", kYes))) == "done");
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

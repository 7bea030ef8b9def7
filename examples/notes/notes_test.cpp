// The notes through the in-memory pair, which goes the way of every message of a real client.
#include "notes.h"

#define DOCTEST_CONFIG_SUPER_FAST_ASSERTS
#include <doctest/doctest.h>

#include "crypto/os_random.h"
#include "json/write.h"
#include "mcp/transport/memory_client.h"
#include "net/loop.h"
#include "os/system_clock.h"

namespace {

struct World {
  net::AsioLoop loop;
  os::SystemClock clock;
  crypto::OsRandom random;
  base::NullLog log;
  notes::Notes notes{{"milk", "buy milk"}, {"tea", "milk goes into tea"}};
  mcp::Server server{{loop, clock, random, log}, {.info = {.name = "notes", .version = "1"}}};

  explicit World(notes::Access access = notes::Access::kReadWrite) { notes::offer(server, notes, access); }
};

// What a host with a person before it does: it agrees, or not.
mcp::MemoryClientOptions asking(bool sure, mcp::Revision revision = mcp::Revision::k2026_07_28) {
  return {.revision = revision,
          .capabilities = {{"elicitation", json::Object{}}},
          .answer = [sure](std::string_view, const json::Object&) {
            return json::Object{{"action", "accept"}, {"content", json::Object{{"sure", sure}}}};
          }};
}

bool failed(const mcp::MemoryClient::Outcome& outcome) {
  REQUIRE(outcome);
  const json::Value* is_error = outcome->find("isError");
  return is_error != nullptr && *is_error == json::Value(true);
}

}  // namespace

TEST_CASE("a note that was written is found, and the search tells how far it is") {
  World world;
  mcp::MemoryClient client(world.server);
  const auto written = world.loop.run(client.call_tool("write_note", {{"name", "sugar"}, {"text", "none in tea"}}));
  CHECK_FALSE(failed(written));
  const auto found = world.loop.run(client.call("tools/call", {{"name", "find_notes"},
                                                               {"arguments", json::Object{{"words", "tea"}}},
                                                               {"_meta", json::Object{{"progressToken", 1}}}}));
  REQUIRE(found);
  CHECK(json::write(*found->find("structuredContent")) == R"({"names":["sugar","tea"]})");
  CHECK(client.take_notifications().size() == 3);
}

TEST_CASE("a search through many notes becomes a task, for a client that knows tasks") {
  World world;
  for (int i = 0; i < 101; ++i) world.notes.emplace("note " + std::to_string(i), "text");
  const json::Object tasks{{"extensions", json::Object{{"io.modelcontextprotocol/tasks", json::Object{}}}}};
  mcp::MemoryClient client(world.server, {.capabilities = tasks});
  const auto created = world.loop.run(client.call_tool("find_notes", {{"words", "text"}}));
  REQUIRE(created);
  const json::Object which{{"taskId", *created->find("taskId")}};
  CHECK(world.loop.run(client.call("tasks/cancel", which)));
  const auto task = world.loop.run(client.call("tasks/get", which));
  REQUIRE(task);
  CHECK(*task->find("status") == json::Value("cancelled"));
}

TEST_CASE("a search that nobody waits for any more ends") {
  World world;
  mcp::MemoryClient client(world.server);
  base::TaskGroup group(world.loop);
  bool ended = false;
  const auto search = [](mcp::MemoryClient& asked, bool& done) -> base::Task<void> {
    static_cast<void>(co_await asked.call_tool("find_notes", {{"words", "tea"}}));
    done = true;
  };
  group.cancel(group.spawn(search(client, ended)));
  CHECK(world.loop.run(client.call("prompts/list")));
  CHECK_FALSE(ended);
}

TEST_CASE("a note is deleted when the person agrees, in both eras") {
  for (const mcp::Revision revision : {mcp::Revision::k2025_11_25, mcp::Revision::k2026_07_28}) {
    World world;
    mcp::MemoryClient no(world.server, asking(false, revision));
    CHECK(failed(world.loop.run(no.call_tool("delete_note", {{"name", "tea"}}))));
    CHECK(world.notes.contains("tea"));
    mcp::MemoryClient yes(world.server, asking(true, revision));
    CHECK_FALSE(failed(world.loop.run(yes.call_tool("delete_note", {{"name", "tea"}}))));
    CHECK_FALSE(world.notes.contains("tea"));
  }
}

TEST_CASE("where the notes are read-only, nothing is written") {
  World world(notes::Access::kReadOnly);
  mcp::MemoryClient client(world.server);
  CHECK(failed(world.loop.run(client.call_tool("write_note", {{"name", "a"}, {"text", "b"}}))));
  CHECK(world.notes.size() == 2);
}

TEST_CASE("the prompt, the resources and their completion see the notes") {
  World world;
  mcp::MemoryClient client(world.server);
  const auto prompt = world.loop.run(
      client.call("prompts/get", {{"name", "summarise"}, {"arguments", json::Object{{"name", "milk"}}}}));
  REQUIRE(prompt);
  CHECK(json::write(*prompt).contains("buy milk"));
  const auto index = world.loop.run(client.call("resources/read", {{"uri", "notes://index"}}));
  REQUIRE(index);
  CHECK(json::write(*index).contains(R"("text":"milk\ntea\n")"));
  CHECK(world.loop.run(client.call("resources/read", {{"uri", "notes://note/tea"}})));
  CHECK_FALSE(world.loop.run(client.call("resources/read", {{"uri", "notes://note/none"}})));
  const auto completed = world.loop.run(
      client.call("completion/complete", {{"ref", json::Object{{"type", "ref/prompt"}, {"name", "summarise"}}},
                                          {"argument", json::Object{{"name", "name"}, {"value", "m"}}}}));
  REQUIRE(completed);
  CHECK(json::write(*completed).contains(R"("values":["milk"])"));
}

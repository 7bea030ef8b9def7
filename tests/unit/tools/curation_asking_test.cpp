// How the person is asked before a change, over a whole server in both eras: by the question of the era where the
// client can ask, by a ticket where it cannot.
#include <string>
#include <vector>

#include "mcp/server.h"
#include "mcp/transport/memory_client.h"
#include "tests/unit/tools/curation_bench.h"

#include "tests/test.h"

namespace tools {
namespace {

using mcp::Revision;

struct Talk {
  explicit Talk(CurationBench& bench, Revision revision, json::Object capabilities, json::Object reply)
      : server({bench.loop, bench.loop, bench.random, bench.log}, options()),
        client(server, {.revision = revision,
                        .capabilities = std::move(capabilities),
                        .answer = [this, reply](std::string_view method, const json::Object&) {
                          asked.emplace_back(method);
                          return reply;
                        }}) {
    for (const mcp::Tool& tool : bench.tools) server.add(tool);
    server.use(bench.chain);
  }

  json::Value call(CurationBench& bench, std::string tool, json::Object arguments) {
    const auto outcome = bench.loop.run(client.call_tool(std::move(tool), std::move(arguments)));
    REQUIRE(outcome);
    const json::Value* structured = outcome->find("structuredContent");
    REQUIRE(structured != nullptr);
    return *structured;
  }

  static mcp::ServerOptions options() {
    mcp::ServerOptions options;
    options.info = {.name = "curation", .title = "Curation", .version = "1"};
    return options;
  }

  std::vector<std::string> asked;
  mcp::Server server;
  mcp::MemoryClient client;
};

TEST_CASE("both eras ask before a playlist is changed, and a no changes nothing") {
  for (const Revision revision : {Revision::k2026_07_28, Revision::k2025_11_25, Revision::k2025_06_18}) {
    for (const bool agrees : {true, false}) {
      INFO(mcp::revision_name(revision) << (agrees ? " yes" : " no"));
      CurationBench bench;
      const std::string id = bench.playlist_id("Twice as nice");
      const Uris before = bench.now(id);
      Talk talk(bench, revision, {{"elicitation", json::Object{}}},
                agrees ? yes() : json::Object{{"action", "decline"}});
      const auto answer = talk.call(bench, "dedupe_playlist", json::Object{{"playlist_id", id}});
      CHECK(talk.asked == std::vector<std::string>{"elicitation/create"});
      CHECK(status(answer) == (agrees ? "verified" : "unchanged"));
      CHECK((bench.now(id) == before) == !agrees);
      CHECK((bench.writes() == 0) == !agrees);
    }
  }
}

TEST_CASE("a client that cannot ask gets a ticket, in both eras, and is not asked") {
  for (const Revision revision : {Revision::k2026_07_28, Revision::k2025_06_18}) {
    CurationBench bench;
    const std::string id = bench.playlist_id("Twice as nice");
    Talk talk(bench, revision, {}, yes());
    json::Object arguments{{"playlist_id", id}};
    const auto refused = talk.call(bench, "dedupe_playlist", arguments);
    CHECK(status(refused) == "unchanged");
    CHECK(bench.writes() == 0);
    arguments.set("confirm", text(refused, "confirm"));
    CHECK(status(talk.call(bench, "dedupe_playlist", arguments)) == "verified");
    CHECK(talk.asked.empty());
  }
}

}  // namespace
}  // namespace tools

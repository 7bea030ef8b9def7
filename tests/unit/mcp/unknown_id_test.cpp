// What stands in the place of an id that could not be read: see UnknownId in mcp/message.h.
#include <string>
#include <utility>

#include "mcp/transport/streamable_http.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

// No JSON, two ids, an id of a wrong kind, an empty batch, a response without a request.
constexpr const char* kUnreadable[] = {R"({"jsonrpc":)", R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})",
                                       R"({"jsonrpc":"2.0","id":null,"method":"ping"})", "[]",
                                       R"({"jsonrpc":"2.0","result":{}})"};

// Whether the error has the member, and whether it is null.
enum class IdIs { kAbsent, kNull, kOther };
IdIs id_of(const json::Value& error) {
  CHECK(error.find("error") != nullptr);
  const json::Value* id = error.find("id");
  if (id == nullptr) return IdIs::kAbsent;
  return id->is_null() ? IdIs::kNull : IdIs::kOther;
}

}  // namespace

TEST_CASE("unknown id: on a line it is null to an older client, and left out for everyone else") {
  for (const char* text : kUnreadable) {
    CAPTURE(text);
    test::World world;
    test::Client before(world);
    CHECK(id_of(test::parsed(before.ask(text))) == IdIs::kAbsent);
    for (const mcp::Revision revision : mcp::kAllRevisions) {
      if (mcp::era_of(revision) == mcp::Era::kModern) continue;
      CAPTURE(mcp::revision_name(revision));
      test::Client client(world);
      client.initialize(mcp::revision_name(revision));
      const bool older = revision < mcp::Revision::k2025_11_25;
      CHECK(id_of(test::parsed(client.ask(text))) == (older ? IdIs::kNull : IdIs::kAbsent));
    }
  }
}

TEST_CASE("unknown id: over HTTP it is left out in every revision, but for the messages of a batch") {
  test::World world;
  mcp::StreamableHttp handler(world.server, world.random, nullptr, {.sessions_per_principal_max = 100});
  const auto post = [&](std::string body, std::string_view revision, std::string_view session = "") {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = {
        {"Host", "127.0.0.1"}, {"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
    if (!revision.empty()) request.headers.add("MCP-Protocol-Version", std::string(revision));
    if (!session.empty()) request.headers.add("Mcp-Session-Id", std::string(session));
    request.body = std::move(body);
    return world.loop.run(handler.handle(std::move(request)));
  };
  for (const mcp::Revision revision : mcp::kAllRevisions) {
    const std::string_view name = mcp::revision_name(revision);
    CAPTURE(name);
    std::string session;
    if (mcp::era_of(revision) == mcp::Era::kLegacy) {
      const auto opened = post(test::request("0", "initialize",
                                             fmt::format(R"("protocolVersion":"{}","capabilities":{{}},)"
                                                         R"("clientInfo":{{"name":"unit","version":"1"}})",
                                                         name)),
                               "");
      session = opened.headers.find("Mcp-Session-Id").value_or("");
      REQUIRE_FALSE(session.empty());
    }
    for (const char* text : kUnreadable) {
      CAPTURE(text);
      const auto response = post(text, name, session);
      CHECK(response.status == 400);
      CHECK(id_of(test::parsed(response.body)) == IdIs::kAbsent);
    }
    if (revision != mcp::Revision::k2025_03_26) continue;
    const auto batch = post("[1," + test::request("1", "ping") + "]", name, session);
    CHECK(batch.status == 200);
    const json::Value replies = test::parsed(batch.body);
    CHECK(id_of(replies.array().at(0)) == IdIs::kNull);
    CHECK(replies.array().at(1).find("result") != nullptr);
  }
}

// A client that closes its connection while a call runs, over a real socket: in 2026-07-28 that is the cancellation of
// the request, in the older revisions it is none, and the client may come back for the answer.
#include <fmt/format.h>
#include <memory>
#include <string>
#include <thread>

#include "mcp/server.h"
#include "mcp/transport/streamable_http.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "schema/fields.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/running_server.h"

#include "tests/test.h"

namespace {

using tests::RaisesAtDeath;
using tests::RawClient;

struct Answer {
  std::string text;
  static constexpr auto fields() { return schema::Fields{schema::required("text", &Answer::text)}; }
};
using Answering = base::Task<base::Result<Answer>>;

// The tool "hold" tells of its progress where it is asked to, and waits at a gate; the tool "open" opens the gate.
struct Served {
  Served() {
    server.add(mcp::tool<schema::Empty, Answer>(
        info("hold"), [this](mcp::CallContext& context, schema::Empty) { return hold(this, &context); }));
    server.add(mcp::tool<schema::Empty, Answer>(
        info("open"), [this](mcp::CallContext&, schema::Empty) { return open(this); }));
    http = std::move(net::HttpServer::start(loop, handler, log, {.port = 0, .limits = {}})).value();
    thread = std::thread([this] { loop.run(); });
  }
  ~Served() {
    on_loop([this] { http.reset(); });
    loop.stop();
    thread.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  static mcp::ToolInfo info(std::string name) {
    return {.name = std::move(name), .title = "T", .description = "A tool.", .effect = mcp::Effect::kRead};
  }
  static Answering hold(Served* self, mcp::CallContext* context) {
    const RaisesAtDeath gone(self->gone);
    const base::Completion<bool> opened(self->loop);
    self->gate.emplace(opened.setter());
    context->progress(1, 2, "holding");
    self->entered.raise();
    co_await opened;
    self->finished.raise();
    co_return Answer{"held to its end"};
  }
  static Answering open(Served* self) {
    (*self->gate)(true);
    co_return Answer{"open"};
  }
  template <class F>
  void on_loop(F work) {
    tests::Signal done;
    loop.post([&] {
      work();
      done.raise();
    });
    REQUIRE(done.wait());
  }
  // Until the server has seen that all connections but so many are closed.
  void wait_for_connections(size_t left) {
    size_t open = left + 1;
    while (open > left) on_loop([&] { open = http->connections(); });
  }

  net::AsioLoop loop;
  test::ManualClock clock;
  test::SeededRandom random{5};
  base::NullLog log;
  mcp::Server server{mcp::Services{loop, clock, random, log}, {.info = {.name = "closing", .version = "1"}}};
  mcp::StreamableHttp handler{server, random, nullptr, {}};
  std::unique_ptr<net::HttpServer> http;
  tests::Signal entered;
  tests::Signal gone;
  tests::Signal finished;
  std::optional<base::Completion<bool>::Setter> gate;  // Of the loop's thread.
  std::thread thread;
};

std::string post(const std::string& body, const std::string& headers) {
  return fmt::format("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                     "Accept: application/json, text/event-stream\r\n{}Content-Length: {}\r\n\r\n{}",
                     headers, body.size(), body);
}
std::string modern_hold(bool tells) {
  return post(fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"hold","_meta":{{)"
                          R"({}"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                          R"("io.modelcontextprotocol/clientCapabilities":{{}}}}}}}})",
                          tells ? R"("progressToken":1,)" : ""),
              "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: hold\r\n");
}
std::string legacy_call(int id, std::string_view tool, const std::string& session, bool tells) {
  return post(fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"{}"{}}}}})", id, tool,
                          tells ? R"(,"_meta":{"progressToken":1})" : ""),
              fmt::format("MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {}\r\n", session));
}
std::string open_session(const Served& served) {
  RawClient client(served.http->port());
  client.send(post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
                   R"("capabilities":{},"clientInfo":{"name":"t","version":"1"}}})",
                   ""));
  const std::string response = client.response().value_or("");
  constexpr std::string_view kName = "Mcp-Session-Id: ";
  const size_t begin = response.find(kName) + kName.size();
  return response.substr(begin, response.find("\r\n", begin) - begin);
}

}  // namespace

TEST_CASE("closed stream: in 2026-07-28 the handler is cancelled, whether the stream has begun or not") {
  for (const bool tells : {true, false}) {
    CAPTURE(tells);
    Served served;
    {
      RawClient client(served.http->port());
      REQUIRE(client.send(modern_hold(tells)));
      REQUIRE(served.entered.wait());
      if (tells) REQUIRE(client.wait_for("holding"));
      CHECK_FALSE(served.gone.raised());
    }
    CHECK(served.gone.wait());
    CHECK_FALSE(served.finished.raised());
  }
}

TEST_CASE("closed stream: in 2025-11-25 the handler goes on, and its answer waits for a client that comes back") {
  Served served;
  const std::string session = open_session(served);
  {
    RawClient client(served.http->port());
    REQUIRE(client.send(legacy_call(1, "hold", session, true)));
    REQUIRE(client.wait_for("holding"));
  }
  served.wait_for_connections(0);
  CHECK_FALSE(served.gone.raised());
  RawClient later(served.http->port());
  REQUIRE(later.send(legacy_call(2, "open", session, false)));
  REQUIRE(later.wait_for(R"("text":"open")"));
  CHECK(served.finished.wait());
  RawClient back(served.http->port());
  REQUIRE(back.send(fmt::format("GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                                "Mcp-Session-Id: {}\r\nLast-Event-ID: 1-1\r\n\r\n",
                                session)));
  CHECK(back.wait_for("held to its end"));
}

TEST_CASE("closed stream: in 2025-11-25 the handler goes on also where no event was sent yet") {
  Served served;
  const std::string session = open_session(served);
  {
    RawClient client(served.http->port());
    REQUIRE(client.send(legacy_call(1, "hold", session, false)));
    REQUIRE(served.entered.wait());
  }
  served.wait_for_connections(0);
  CHECK_FALSE(served.gone.raised());
  RawClient later(served.http->port());
  REQUIRE(later.send(legacy_call(2, "open", session, false)));
  CHECK(served.finished.wait());
  CHECK(served.gone.wait());
}

// A Streamable HTTP server for many users: the bearer "NAME" is the principal NAME, and the tool echo says who called
// it.
#pragma once

#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "http/message.h"
#include "mcp/server.h"
#include "mcp/transport/streamable_http.h"
#include "schema/fields.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"

namespace tests {

struct EchoArguments {
  schema::Text<1, 200> text;

  static constexpr auto fields() {
    return schema::Fields{schema::required("text", &EchoArguments::text, "What to give back.")};
  }
};

struct EchoAnswer {
  std::string text;
  std::string principal;

  static constexpr auto fields() {
    return schema::Fields{schema::required("text", &EchoAnswer::text),
                          schema::required("principal", &EchoAnswer::principal)};
  }
};

class Bearers final : public mcp::Authenticator {
 public:
  base::Task<base::Result<mcp::Principal>> authenticate(const http::Request& request) override {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string value(request.authorization.reveal());
    if (!value.starts_with(kScheme)) co_return base::fail(base::Code::kUnauthenticated, "Send a bearer.");
    // "NAME" may do everything, "NAME/SCOPE" only that.
    std::string name = value.substr(kScheme.size());
    const size_t slash = name.find('/');
    if (slash == std::string::npos) co_return mcp::Principal{std::move(name)};
    co_return mcp::Principal{.id = name.substr(0, slash), .scopes = {{name.substr(slash + 1)}}};
  }
};

struct HttpWorld {
  static constexpr size_t kCallsMax = 2000;  // Those of a thousand clients at once.

  explicit HttpWorld(base::Loop& loop, mcp::StreamableHttpOptions options = {},
                     mcp::ServerOptions server_options = {.info = {.name = "security", .version = "1"},
                                                          .calls_max = kCallsMax})
      : server(mcp::Services{loop, clock, random, log}, std::move(server_options)),
        handler(server, random, &bearers, std::move(options)) {
    server.add(mcp::tool<EchoArguments, EchoAnswer>(
        {.name = "echo", .title = "Echo", .description = "Gives back the text.", .effect = mcp::Effect::kRead},
        [this](mcp::CallContext& context, EchoArguments arguments) {
          return echo(this, &context, std::move(arguments));
        }));
    server.add(mcp::tool<EchoArguments, EchoAnswer>(
        {.name = "steps", .title = "Steps", .description = "Says how far it is.", .effect = mcp::Effect::kRead},
        [](mcp::CallContext& context, EchoArguments arguments) { return steps(&context, std::move(arguments)); }));
  }
  HttpWorld(const HttpWorld&) = delete;
  HttpWorld& operator=(const HttpWorld&) = delete;

  // It waits a moment, so that the calls of many clients overlap.
  static base::Task<base::Result<EchoAnswer>> echo(HttpWorld* world, mcp::CallContext* context,
                                                   EchoArguments arguments) {
    ++world->runs;
    co_await base::sleep_for(context->loop(), std::chrono::milliseconds(1));
    co_return EchoAnswer{arguments.text.value(), context->principal().id};
  }

  // With a progressToken this becomes a stream.
  static base::Task<base::Result<EchoAnswer>> steps(mcp::CallContext* context, EchoArguments arguments) {
    context->progress(1, 2, arguments.text.value());
    co_await base::sleep_for(context->loop(), std::chrono::milliseconds(1));
    const mcp::Principal& caller = context->principal();
    co_return EchoAnswer{arguments.text.value(), fmt::format("{} from {}", caller.id, caller.source)};
  }

  test::ManualClock clock;
  test::SeededRandom random{5};
  base::NullLog log;
  Bearers bearers;
  mcp::Server server;
  mcp::StreamableHttp handler;
  int runs = 0;  // Of the tool.
};

inline constexpr std::string_view kMeta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                                          R"("io.modelcontextprotocol/clientCapabilities":{},)"
                                          R"("io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}})";

inline std::string echo_body(std::string_view text) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":0,"method":"tools/call","params":{{"name":"echo",)"
                     R"("arguments":{{"text":"{}"}},{}}}}})",
                     text, kMeta);
}
inline std::string legacy_echo_body(std::string_view text) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":0,"method":"tools/call","params":{{"name":"echo",)"
                     R"("arguments":{{"text":"{}"}}}}}})",
                     text);
}
inline std::string legacy_steps_body(int id, std::string_view text) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"steps",)"
                     R"("arguments":{{"text":"{}"}},"_meta":{{"progressToken":1}}}}}})",
                     id, text);
}
inline constexpr std::string_view kInitialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},)"
    R"("clientInfo":{"name":"t","version":"1"}}})";

inline http::Headers post_headers() {
  return {
      {"Host", "127.0.0.1"}, {"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
}
inline http::Headers modern_headers() {
  http::Headers headers = post_headers();
  headers.add("MCP-Protocol-Version", "2026-07-28");
  headers.add("Mcp-Method", "tools/call");
  headers.add("Mcp-Name", "echo");
  return headers;
}
inline http::Headers session_headers(std::string session) {
  http::Headers headers = post_headers();
  headers.add("MCP-Protocol-Version", "2025-11-25");
  headers.add("Mcp-Session-Id", std::move(session));
  return headers;
}

}  // namespace tests

#include "mcp/server.h"

#include <fmt/format.h>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

using namespace std::chrono_literals;

namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view kLatest = "2025-11-25";
constexpr std::string_view kLegacyVersions[] = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
const Strings kTools{"echo", "wait", "count", "refuse", "break", "ask"};

Strings names_of(std::string_view page, std::string_view list = "tools") {
  Strings names;
  const json::Value entries = test::at(page, fmt::format("result/{}", list));
  REQUIRE(entries.is_array());
  for (const json::Value& entry : entries.array()) names.emplace_back(entry.text_or_empty("name"));
  return names;
}

std::string list_from(std::string_view cursor) {
  return test::modern("1", "tools/list", fmt::format(R"("cursor":{})", cursor));
}

void add_prompts(mcp::Server& server) {
  for (const char* name : {"mood", "digest", "move"}) {
    mcp::Prompt prompt;
    prompt.name = name;
    prompt.description = "A prompt.";
    prompt.arguments.push_back({.name = "word", .description = "A word.", .required = true});
    prompt.get = [](mcp::CallContext&, std::map<std::string, std::string> arguments) {
      return [](std::string word) -> base::Task<base::Result<mcp::PromptResult>> {
        mcp::PromptResult result;
        result.messages.push_back({"user", mcp::Content::text(std::move(word))});
        co_return result;
      }(arguments["word"]);
    };
    server.add(std::move(prompt));
  }
}

}  // namespace

TEST_CASE("lists: pages hold every entry once and in order, whatever their size") {
  for (const size_t size : {size_t{1}, size_t{2}, size_t{4}, size_t{6}, size_t{100}}) {
    CAPTURE(size);
    auto options = test::World::default_options();
    options.page_size = size;
    test::World world(std::move(options));
    Strings names;
    std::string page = world.handle(test::modern("1", "tools/list")).text;
    for (int pages = 1; pages <= 10; ++pages) {
      for (std::string& name : names_of(page)) names.push_back(std::move(name));
      const json::Value cursor = test::at(page, "result/nextCursor");
      if (cursor.is_null()) break;
      CHECK(names.size() == static_cast<size_t>(pages) * size);
      page = world.handle(list_from(json::write(cursor))).text;
    }
    CHECK(names == kTools);
  }
}

TEST_CASE("lists: a tool that someone may not see is not listed, not callable and not suggested") {
  auto options = test::World::default_options();
  options.visible = [](const mcp::Tool& tool, const mcp::Principal& principal) {
    return tool.info.name != "echo" || principal.id == "user-a";
  };
  test::World world(std::move(options));
  const std::string call = test::modern("1", "tools/call", R"("name":"echo","arguments":{"text":"a"})");
  CHECK(names_of(world.handle(test::modern("1", "tools/list"), {"user-a"}).text).size() == 6);
  CHECK(test::text_of(world.handle(call, {"user-a"}).text) == R"({"text":"a"})");
  const std::string listed = world.handle(test::modern("1", "tools/list"), {"user-b"}).text;
  CHECK(names_of(listed).size() == 5);
  CHECK(test::at(listed, "result/cacheScope") == json::Value("private"));
  const std::string refused = world.handle(call, {"user-b"}).text;
  CHECK(test::code_of(refused) == mcp::code::kInvalidParams);
  CHECK(test::message_of(refused).starts_with(R"(Unknown tool: "echo".)"));
  const std::string near = world.handle(test::modern("1", "tools/call", R"("name":"ech")"), {"user-b"}).text;
  CHECK(test::message_of(near).find("echo") == std::string::npos);
  CHECK(world.plain.begun == 1);
}

TEST_CASE("tools/call: an unknown tool is an error of the protocol with a suggestion, and no echo of odd bytes") {
  test::World world;
  const auto message = [&](std::string_view params) {
    const auto reply = world.handle(test::modern("1", "tools/call", params));
    CHECK(test::code_of(reply.text) == mcp::code::kInvalidParams);
    CHECK(reply.http_status == 200);
    return test::message_of(reply.text);
  };
  CHECK(message(R"("name":"ecko")") == R"(Unknown tool: "ecko". Did you mean echo?)");
  CHECK(message(R"("name":"Echo")").find("Did you mean echo?") != std::string::npos);
  CHECK(message(R"("name":"\u001b[31m\u202ex")") == R"(Unknown tool: "?[31m???x".)");
  CHECK(message(fmt::format(R"("name":"{}")", std::string(100'000, 'x'))).size() < 200);
  message(R"("name":"")");
  message(R"("name":7)");
  message(R"("arguments":{})");
  message(R"("name":"echo","arguments":[1])");
  message(R"("name":"echo","arguments":null)");
  CHECK(world.plain.begun == 0);
}

TEST_CASE("tools/call: every problem of the arguments is said at once, to the model, and the handler does not run") {
  test::World world;
  const std::string reply =
      world.handle(test::modern("1", "tools/call", R"("name":"echo","arguments":{"times":9,"txet":"a","x":1})")).text;
  CHECK(test::is_error_result(reply));
  CHECK(test::at(reply, "result/structuredContent").is_null());
  const std::string text = test::text_of(reply);
  CAPTURE(text);
  for (const std::string_view name : {"text", "times", "txet", "x"}) CHECK(text.find(name) != std::string::npos);
  for (const std::string_view arguments :
       {R"({})", R"({"text":""})", R"({"text":1})", R"({"text":null})", R"({"text":"a","times":0})",
        R"({"text":"a","times":6})", R"({"text":"a","times":1.5})", R"({"text":"a","times":"1"})",
        R"({"text":"123456789012345678901"})", R"({"text":"a","Times":1})"}) {
    CAPTURE(arguments);
    CHECK(test::is_error_result(
        world.handle(test::modern("1", "tools/call", fmt::format(R"("name":"echo","arguments":{})", arguments))).text));
  }
  CHECK(world.plain.begun == 0);
}

TEST_CASE("tools/call: a handler's error is a result, its detail and an exception's words stay inside") {
  test::World world;
  const auto refused = world.handle(test::modern("1", "tools/call", R"("name":"refuse")"));
  CHECK(refused.http_status == 200);
  CHECK(test::is_error_result(refused.text));
  CHECK(test::text_of(refused.text) == "No. Ask for something else.");
  CHECK(refused.text.find("detail") == std::string::npos);
  CHECK(world.log.events.empty());
  const auto broken = world.handle(test::modern("1", "tools/call", R"("name":"break")"));
  CHECK(test::is_error_result(broken.text));
  CHECK(broken.text.find("secret") == std::string::npos);
  REQUIRE(world.log.events.size() == 1);
  CHECK(world.log.events[0] == "mcp.handler_threw tools/call a secret of the inside");
}

TEST_CASE("methods: each era has its own, and an unknown one is not found") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  for (const std::string_view method :
       {"no/such", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "initialize",
        "Tools/list", "tools/list ", "notifications/initialized"}) {
    CAPTURE(method);
    const auto reply = world.handle(test::modern("1", method));
    CHECK(test::code_of(reply.text) == mcp::code::kMethodNotFound);
    CHECK(reply.http_status == 404);
  }
  for (const std::string_view method : {"no/such", "server/discover", "subscriptions/listen", "logging/setLevel"}) {
    CAPTURE(method);
    CHECK(test::code_of(client.ask(test::request("1", method))) == mcp::code::kMethodNotFound);
  }
  const std::string odd = client.ask(test::request("1", R"(a\u0007b)"));
  CHECK(test::message_of(odd) == R"(Method not found: "a?b")");
}

TEST_CASE("middleware: the first is outermost, may change the arguments, and may answer itself") {
  test::World world;
  Strings order;
  const auto link = [&](std::string name) -> mcp::ToolMiddleware {
    return [&order, name](const mcp::Tool&, mcp::CallContext&, json::Value arguments, auto next) {
      order.push_back(name);
      arguments.object().set("text", std::string(arguments.text_or_empty("text")) + name);
      return next(std::move(arguments));
    };
  };
  world.server.use(link("a"));
  world.server.use(link("b"));
  const std::string call = test::modern("1", "tools/call", R"("name":"echo","arguments":{"text":"x"})");
  CHECK(test::text_of(world.handle(call).text) == R"({"text":"xab"})");
  CHECK(order == Strings{"a", "b"});
  world.server.use([](const mcp::Tool&, mcp::CallContext&, json::Value, auto) {
    return mcp::detail::refuse({base::Code::kForbidden, "Not now.", {}, {}});
  });
  CHECK(test::text_of(world.handle(call).text) == "Not now.");
  CHECK(world.plain.begun == 1);
}

TEST_CASE("initialize: a version that we speak comes back, any other becomes the latest legacy one") {
  const auto answered = [](std::string_view asked) {
    test::World world;
    test::Client client(world);
    const std::string answer = client.initialize(asked);
    CHECK(test::at(answer, "result/serverInfo/name") == json::Value("unit"));
    CHECK(test::at(answer, "result/instructions") == json::Value("Use it."));
    CHECK(test::at(answer, "result/resultType").is_null());
    return std::string(test::at(answer, "result").text_or_empty("protocolVersion"));
  };
  for (const std::string_view version : kLegacyVersions) CHECK(answered(version) == version);
  for (const std::string_view version : {"2026-07-28", "2024-10-07", "1999-01-01", "2099-01-01", "", "2025-11-25 "}) {
    CHECK(answered(version) == kLatest);
  }
}

TEST_CASE("initialize: what cannot be read is refused and leaves the connection open for another try") {
  test::World world;
  test::Client client(world);
  for (const std::string_view params :
       {R"("capabilities":{})", R"("protocolVersion":20251125)", R"("protocolVersion":null)",
        R"("protocolVersion":"2025-11-25","capabilities":[])"}) {
    CAPTURE(params);
    CHECK(test::code_of(client.ask(test::request("1", "initialize", params))) == mcp::code::kInvalidParams);
  }
  CHECK(test::code_of(client.ask(test::request("2", "tools/list"))) == mcp::code::kInvalidRequest);
  client.initialize(kLatest);
  CHECK(names_of(client.ask(test::request("3", "tools/list"))) == kTools);
}

TEST_CASE("initialize: a second one is refused and changes nothing") {
  test::World world;
  test::Client client(world);
  client.initialize("2024-11-05");
  const std::string again =
      client.ask(test::request("9", "initialize", R"("protocolVersion":"2025-11-25","capabilities":{})"));
  CHECK(test::code_of(again) == mcp::code::kInvalidRequest);
  CHECK(test::at(again, "id") == json::Value(9));
  // Still the revision of the first: it knows no annotations.
  const std::string listed = client.ask(test::request("1", "tools/list"));
  CHECK(listed.find("annotations") == std::string::npos);
}

TEST_CASE("before initialize: only ping and modern requests are answered, and a probe pins nothing") {
  test::World world;
  test::Client client(world);
  CHECK(client.ask(test::request("1", "ping")) == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  for (const std::string_view method : {"tools/list", "tools/call", "server/discover", "resources/subscribe"}) {
    const std::string refused = client.ask(test::request("2", method, R"("name":"echo","arguments":{"text":"a"})"));
    CHECK(test::code_of(refused) == mcp::code::kInvalidRequest);
  }
  CHECK(world.plain.begun == 0);
  CHECK(client.send(test::notification("notifications/initialized")).empty());
  CHECK(client.send(R"({"jsonrpc":"2.0","id":1,"result":{}})").empty());
  const std::string found = client.ask(test::modern("3", "server/discover"));
  CHECK(test::at(found, "result/supportedVersions") == test::parsed(R"(["2026-07-28"])"));
  CHECK(test::at(found, "result/capabilities") == test::parsed(R"({"tools":{"listChanged":true}})"));
  CHECK(test::at(found, "result/ttlMs").is_integer());
  CHECK(test::at(found, "result/cacheScope") == json::Value("public"));
  client.initialize(kLatest);
  CHECK(names_of(client.ask(test::request("4", "tools/list"))) == kTools);
  CHECK(names_of(client.ask(test::modern("5", "tools/list"))) == kTools);
}

TEST_CASE("results: modern ones say their type and who answers, legacy ones do not") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  for (const std::string_view method : {"tools/list", "prompts/list", "resources/list", "resources/templates/list"}) {
    CAPTURE(method);
    const std::string now = client.ask(test::modern("1", method));
    CHECK(test::at(now, "result/resultType") == json::Value("complete"));
    const json::Value meta = test::at(now, "result/_meta");
    CHECK(meta.find("io.modelcontextprotocol/serverInfo")->text_or_empty("name") == "unit");
    CHECK(test::at(now, "result/ttlMs") == json::Value(300'000));
    const std::string before = client.ask(test::request("1", method));
    for (const std::string_view member : {"resultType", "_meta", "ttlMs", "cacheScope"}) {
      CHECK(test::at(before, "result").find(member) == nullptr);
    }
  }
}

TEST_CASE("revisions: an older client gets no member that it does not know") {
  for (const std::string_view version : kLegacyVersions) {
    CAPTURE(version);
    test::World world;
    test::Client client(world);
    client.initialize(version);
    const std::string listed = client.ask(test::request("1", "tools/list"));
    CHECK((listed.find(R"("annotations")") != std::string::npos) == (version >= "2025-03-26"));
    CHECK((listed.find(R"("outputSchema")") != std::string::npos) == (version >= "2025-06-18"));
    const std::string called = client.ask(test::call("1", "echo", R"({"text":"a"})"));
    CHECK(test::at(called, "result/structuredContent").is_object() == (version >= "2025-06-18"));
    CHECK(test::text_of(called) == R"({"text":"a"})");
  }
}

TEST_CASE("batches: only 2025-03-26 has them") {
  const std::string two = '[' + test::request("1", "ping") + ',' + test::notification("notifications/x") + ',' +
                          test::call(R"("a")", "echo", R"({"text":"a"})") + ']';
  for (const std::string_view version : kLegacyVersions) {
    CAPTURE(version);
    test::World world;
    test::Client client(world);
    CHECK(test::code_of(client.ask(two)) == mcp::code::kInvalidRequest);
    client.initialize(version);
    const std::string answer = client.ask(two);
    if (version == "2025-03-26") {
      const json::Value replies = test::parsed(answer);
      REQUIRE(replies.is_array());
      REQUIRE(replies.array().size() == 2);
      CHECK(test::inside(replies.array()[0], "id") == json::Value(1));
      CHECK(test::inside(replies.array()[1], "id") == json::Value("a"));
      CHECK(client.send('[' + test::notification("notifications/x") + ']').empty());
    } else {
      CHECK(test::code_of(answer) == mcp::code::kInvalidRequest);
      CHECK(world.plain.begun == 0);
    }
  }
}

TEST_CASE("prompts: unknown names, missing arguments, arguments that are no texts") {
  test::World world;
  add_prompts(world.server);
  const auto get = [&](std::string_view params) { return world.handle(test::modern("1", "prompts/get", params)).text; };
  const json::Value messages = test::at(get(R"("name":"mood","arguments":{"word":"calm"})"), "result/messages");
  CHECK(messages == test::parsed(R"([{"role":"user","content":{"type":"text","text":"calm"}}])"));
  for (const std::string_view params :
       {R"("name":"mod")", R"("name":1)", R"("arguments":{})", R"("name":"mood")", R"("name":"mood","arguments":{})",
        R"("name":"mood","arguments":{"word":1})", R"("name":"mood","arguments":[])"}) {
    CAPTURE(params);
    CHECK(test::code_of(get(params)) == mcp::code::kInvalidParams);
  }
  CHECK(test::message_of(get(R"("name":"mod")")).find("Did you mean mood?") != std::string::npos);
}

TEST_CASE("an answer whose members are written already goes out as the same bytes") {
  const std::vector<std::string> calls{test::call("7", "echo", R"({"text":"a \"b\" \u00e9"})")};
  test::World plain;
  test::World written;
  written.server.use([](const mcp::Tool&, mcp::CallContext&, json::Value arguments, auto next) {
    return [](base::Task<mcp::ToolResult> running) -> base::Task<mcp::ToolResult> {
      const mcp::ToolResult result = co_await std::move(running);
      auto members = std::make_shared<const std::string>(mcp::write_members(result));
      co_return mcp::ToolResult{.content = {}, .written = std::move(members)};
    }(next(std::move(arguments)));
  });
  const std::string modern = test::modern("7", "tools/call", R"("name":"echo","arguments":{"text":"a \"b\""})");
  CHECK(written.handle(modern).text == plain.handle(modern).text);
  for (const char* version : {"2025-06-18", "2025-11-25"}) {
    CAPTURE(version);
    test::Client first(plain);
    test::Client second(written);
    first.initialize(version);
    second.initialize(version);
    for (const std::string& call : calls) CHECK(second.ask(call) == first.ask(call));
  }
}

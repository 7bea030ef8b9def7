// What ends a call beside its answer: cancellation, the deadline, the limits; and what it may say on its way.
#include <string>
#include <vector>

#include "mcp/run.h"
#include "mcp/transport/lines.h"
#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

using namespace std::chrono_literals;

namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view kLatest = "2025-11-25";

base::Task<int> give(base::Loop& loop, base::Duration after, test::Runs* runs) {
  ++runs->begun;
  if (after > 0ns) co_await base::sleep_for(loop, after);
  ++runs->finished;
  co_return 7;
}

base::Task<int> fail_after(base::Loop& loop, base::Duration after) {
  co_await base::sleep_for(loop, after);
  throw std::runtime_error("thrown");
}

base::Task<std::optional<int>> run(base::Task<int> task, mcp::RunControl& control) {
  mcp::Run<int> running(std::move(task), control);
  co_return co_await running;
}

base::Task<std::string> words_of(base::Task<std::optional<int>> task) {
  try {
    co_await std::move(task);
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing thrown";
}

base::Task<void> keep(base::Task<std::optional<int>> task, std::vector<std::optional<int>>* out) {
  out->push_back(co_await std::move(task));
}

}  // namespace

TEST_CASE("cancel: the handler is dropped where it stands, and no answer is ever written") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  for (const std::string_view id : {"1", R"("a")"}) {
    CAPTURE(id);
    const int dropped = world.waits.dropped;
    CHECK(client.send(test::call(id, "wait")).empty());
    CHECK(world.waits.running() == 1);
    CHECK(client.send(test::cancelled(id)).empty());
    CHECK(world.waits.dropped == dropped + 1);
    CHECK(client.wait(5min).empty());
    CHECK(world.waits.finished == 0);
    // The id is free again.
    CHECK(test::text_of(client.ask(test::call(id, "echo", R"({"text":"a"})"))) == R"({"text":"a"})");
  }
}

TEST_CASE("cancel: a modern request is cancelled by either era's notification") {
  test::World world;
  test::Client client(world);
  const std::string wait = test::modern("1", "tools/call", R"("name":"wait")");
  CHECK(client.send(wait).empty());
  CHECK(client.send(test::cancelled("1")).empty());
  CHECK(world.waits.dropped == 1);
  CHECK(client.send(wait).empty());
  CHECK(client.send(test::notification("notifications/cancelled", R"("requestId":1,)" + test::meta())).empty());
  CHECK(world.waits.dropped == 2);
  CHECK(client.wait(5min).empty());
}

TEST_CASE("cancel: what names no request that runs is ignored") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  CHECK(client.send(test::call("1", "wait")).empty());
  for (const std::string_view id : {"2", R"("1")", "0", "null", "1.5", "[1]", "{}"}) {
    CAPTURE(id);
    CHECK(client.send(test::cancelled(id)).empty());
  }
  CHECK(client.send(test::notification("notifications/cancelled")).empty());
  CHECK(client.send(test::notification("notifications/no_such", R"("requestId":1)")).empty());
  CHECK(world.waits.running() == 1);
  const Strings written = client.wait(30s);
  REQUIRE(written.size() == 1);
  CHECK(test::text_of(written[0]) == R"({"text":"waited"})");
  // Too late: the answer is out.
  CHECK(client.send(test::cancelled("1")).empty());
}

TEST_CASE("cancel: initialize cannot be cancelled, and the session goes on") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  CHECK(client.send(test::cancelled("0")).empty());
  CHECK(client.ask(test::request("1", "ping")) == R"({"jsonrpc":"2.0","id":1,"result":{}})");
}

TEST_CASE("cancel: the end of input drops what listens at once and lets calls end for a while") {
  test::World world;
  test::Client client(world, {.drain = 10s});
  const std::string listen = test::modern("1", "subscriptions/listen", R"("notifications":{"toolsListChanged":true})");
  CHECK(client.ask(listen).find("acknowledged") != std::string::npos);
  CHECK(client.send(test::modern("2", "tools/call", R"("name":"wait")")).empty());
  CHECK(client.close().empty());
  world.server.publish({mcp::Event::Kind::kToolsChanged});
  CHECK(client.wait(9s).empty());
  CHECK_FALSE(client.ended());
  CHECK(world.waits.running() == 1);
  CHECK(client.wait(1s).empty());
  CHECK(client.ended());
  CHECK(world.waits.dropped == 1);
}

TEST_CASE("interest: who listens to a resource is known in both eras, from the first moment to the last") {
  test::World world;
  const auto nothing =
      [](mcp::CallContext&, std::string,
         std::map<std::string, std::string>) -> base::Task<base::Result<std::vector<mcp::ResourceContents>>> {
    co_return std::vector<mcp::ResourceContents>();
  };
  world.server.add(mcp::Resource{.uri = "thing://1",
                                 .name = "one",
                                 .title = "One",
                                 .description = "A thing.",
                                 .mime_type = "text/plain",
                                 .read = nothing});
  int changes = 0;
  world.server.set_interest_changed([&changes] { ++changes; });
  const auto audience = [&] { return world.server.audience_of("thing://1").size(); };
  {
    test::Client legacy(world);
    legacy.initialize(kLatest);
    CHECK(audience() == 0);
    legacy.ask(test::request("1", "resources/subscribe", R"("uri":"thing://1")"));
    CHECK(audience() == 1);
    CHECK(world.server.audience_of("thing://2").empty());
    legacy.ask(test::request("2", "resources/unsubscribe", R"("uri":"thing://1")"));
    CHECK(audience() == 0);
    legacy.ask(test::request("3", "resources/subscribe", R"("uri":"thing://1")"));
    test::Client modern(world);
    const int before = changes;
    modern.send(test::modern("1", "subscriptions/listen",
                             R"("notifications":{"resourceSubscriptions":["thing://1","thing://3"]})"));
    CHECK(changes == before + 1);
    CHECK(audience() == 1);  // One principal, however many listen.
    legacy.close();
    CHECK(audience() == 1);
    modern.send(test::cancelled("1"));
    CHECK(audience() == 0);
    CHECK(changes > before + 1);
  }
  world.server.set_interest_changed(nullptr);
}

TEST_CASE("progress: the token comes back as it was given, and the number only increases") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  for (const std::string_view token : {R"("t")", "7", R"("7")"}) {
    CAPTURE(token);
    const Strings written = client.send(test::request(
        "1", "tools/call", fmt::format(R"("name":"count","arguments":{{}},"_meta":{{"progressToken":{}}})", token)));
    REQUIRE(written.size() == 4);
    const auto progress = [&](std::string_view rest) {
      return fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{},{}}}}})",
                         token, rest);
    };
    CHECK(written[0] == progress(R"("progress":1,"total":4,"message":"one")"));
    CHECK(written[1] == progress(R"("progress":2.5)"));
    CHECK(written[2] == progress(R"("progress":4,"total":4)"));
    CHECK(test::text_of(written[3]) == R"({"text":"counted"})");
  }
}

TEST_CASE("progress: nothing is sent to who did not ask, or asked in a way that is none") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  for (const std::string_view meta : {"", R"(,"_meta":{})", R"(,"_meta":{"progressToken":null})",
                                      R"(,"_meta":{"progressToken":1.5})", R"(,"_meta":1)", R"(,"progressToken":1)"}) {
    CAPTURE(meta);
    CHECK(client.send(test::request("1", "tools/call", fmt::format(R"("name":"count"{})", meta))).size() == 1);
  }
  CHECK(client.send(test::modern("1", "tools/call", R"("name":"count")")).size() == 1);
  CHECK(client.send(test::request("1", "tools/call", R"("name":"count",)" + test::meta(R"(,"progressToken":1)")))
            .size() == 4);
}

TEST_CASE("progress: the oldest revision gets no message with it") {
  test::World world;
  test::Client client(world);
  client.initialize("2024-11-05");
  const Strings written =
      client.send(test::request("1", "tools/call", R"("name":"count","_meta":{"progressToken":1})"));
  REQUIRE(written.size() == 4);
  CHECK(test::at(written[0], "params") == test::parsed(R"({"progressToken":1,"progress":1,"total":4})"));
}

TEST_CASE("log messages: only where the server has them on, and only from the level that was asked for") {
  const auto logged = [](mcp::Logging logging, std::string_view level) {
    auto options = test::World::default_options();
    options.logging = logging;
    test::World world(std::move(options));
    test::Client client(world);
    const std::string member = level.empty() ? "" : fmt::format(R"(,"io.modelcontextprotocol/logLevel":"{}")", level);
    const Strings written = client.send(test::request("1", "tools/call", R"("name":"count",)" + test::meta(member)));
    return written.size() - 1;
  };
  CHECK(logged(mcp::Logging::kOff, "debug") == 0);
  CHECK(logged(mcp::Logging::kOn, "") == 0);
  CHECK(logged(mcp::Logging::kOn, "debug") == 1);
  CHECK(logged(mcp::Logging::kOn, "error") == 1);
  CHECK(logged(mcp::Logging::kOn, "critical") == 0);
}

TEST_CASE("deadline: a call ends when its time is over, says what to do, and its handler is dropped") {
  auto options = test::World::default_options();
  options.call_deadline = 10s;
  test::World world(std::move(options));
  test::Client client(world);
  client.initialize(kLatest);
  CHECK(client.send(test::call("1", "wait")).empty());
  CHECK(client.wait(10s - 1ns).empty());
  CHECK(world.waits.running() == 1);
  const Strings written = client.wait(1ns);
  REQUIRE(written.size() == 1);
  CHECK(test::is_error_result(written[0]));
  CHECK(test::text_of(written[0]).find("Try again") != std::string::npos);
  CHECK(world.waits.dropped == 1);
  CHECK(client.wait(5min).empty());
  CHECK(world.loop.timer_count() == 0);
}

TEST_CASE("limits: more calls than one client may have at once are refused, and come in when others have ended") {
  test::World world;
  test::Client client(world, {.calls_in_flight_max = 2});
  client.initialize(kLatest);
  CHECK(client.send(test::call("1", "wait")).empty());
  CHECK(client.send(test::call("2", "wait")).empty());
  const std::string refused = client.ask(test::call("3", "wait"));
  CHECK(test::code_of(refused) == mcp::code::kInternal);
  CHECK(test::at(refused, "id") == json::Value(3));
  CHECK(world.waits.begun == 2);
  CHECK(client.send(test::cancelled("2")).empty());
  CHECK(client.send(test::call("4", "wait")).empty());
  CHECK(client.wait(30s).size() == 2);
}

TEST_CASE("limits: an id that still runs is refused and the first request is not disturbed") {
  test::World world;
  test::Client client(world);
  client.initialize(kLatest);
  CHECK(client.send(test::call("1", "wait")).empty());
  CHECK(test::code_of(client.ask(test::call("1", "echo", R"({"text":"a"})"))) == mcp::code::kInvalidRequest);
  CHECK(world.plain.begun == 0);
  CHECK(client.send(test::call(R"("1")", "wait")).empty());
  CHECK(client.wait(30s).size() == 2);
}

TEST_CASE("limits: a server that is full says so, of every client, and has room again afterwards") {
  auto options = test::World::default_options();
  options.calls_max = 1;
  test::World world(std::move(options));
  test::Client one(world);
  test::Client two(world);
  one.initialize(kLatest);
  two.initialize(kLatest);
  CHECK(one.send(test::call("1", "wait")).empty());
  const std::string busy = two.ask(test::call("1", "echo", R"({"text":"a"})"));
  CHECK(test::is_error_result(busy));
  CHECK(test::text_of(busy).find("busy") != std::string::npos);
  CHECK(world.plain.begun == 0);
  // What runs no handler is answered all the same.
  CHECK(two.ask(test::request("2", "ping")) == R"({"jsonrpc":"2.0","id":2,"result":{}})");
  CHECK(one.send(test::cancelled("1")).empty());
  CHECK_FALSE(test::is_error_result(two.ask(test::call("3", "echo", R"({"text":"a"})"))));
}

TEST_CASE("run: a task that does not wait needs no timer") {
  test::ManualLoop loop;
  test::Runs runs;
  mcp::RunControl control(loop, loop.now() + 1s);
  std::vector<std::optional<int>> out;
  base::TaskGroup group(loop);
  group.spawn(keep(run(give(loop, 0ns, &runs), control), &out));
  CHECK(out == std::vector<std::optional<int>>{7});
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("run: the deadline, a later deadline, none at all, and stop") {
  test::ManualLoop loop;
  test::Runs runs;
  std::vector<std::optional<int>> out;
  const auto begin = [&](base::TaskGroup& group, mcp::RunControl& control) {
    out.clear();
    group.spawn(keep(run(give(loop, 5s, &runs), control), &out));
    CHECK(out.empty());
  };
  {
    mcp::RunControl control(loop, loop.now() + 2s);
    base::TaskGroup group(loop);
    begin(group, control);
    loop.advance(2s);
    CHECK(out == std::vector<std::optional<int>>{std::nullopt});
  }
  {
    mcp::RunControl control(loop, loop.now() + 2s);
    base::TaskGroup group(loop);
    begin(group, control);
    control.set_deadline(loop.now() + 6s);
    loop.advance(5s);
    CHECK(out == std::vector<std::optional<int>>{7});
  }
  {
    mcp::RunControl control(loop, base::Instant::never());
    base::TaskGroup group(loop);
    begin(group, control);
    CHECK(loop.timer_count() == 1);
    loop.advance(5s);
    CHECK(out == std::vector<std::optional<int>>{7});
  }
  {
    mcp::RunControl control(loop, base::Instant::never());
    base::TaskGroup group(loop);
    begin(group, control);
    control.stop();
    // Whoever stops it is not re-entered.
    CHECK(out.empty());
    loop.run_until_idle();
    CHECK(out == std::vector<std::optional<int>>{std::nullopt});
    CHECK(control.stopped());
  }
  CHECK(runs.begun == 4);
  CHECK(runs.finished == 2);
  CHECK(loop.timer_count() == 0);
}

TEST_CASE("run: an exception of the task comes out where it is awaited") {
  test::ManualLoop loop;
  mcp::RunControl control(loop, base::Instant::never());
  CHECK(loop.run(words_of(run(fail_after(loop, 1s), control))) == "thrown");
}

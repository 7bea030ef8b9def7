// Self-tests that need parts of a server: a trail that fails, a seal, a bearer, a handler that breaks, a server that
// sends elsewhere. Each part is the real one, on scratch data and on loopback.
#include <fmt/format.h>
#include <string>
#include <utility>

#include "app/audited_server.h"
#include "app/commands/check_facts.h"
#include "app/local_bearer.h"
#include "app/pages.h"
#include "app/process.h"
#include "app/seal.h"
#include "checks/self_tests.h"
#include "json/write.h"
#include "mcp/server.h"
#include "mcp/transport/memory_client.h"
#include "mcp/transport/streamable_http.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "os/files.h"

namespace app::commands {
namespace {

using checks::SelfTest;

void expect(SelfTest& test, bool holds, std::string what) {
  ++test.cases;
  if (!holds) test.failures.push_back(std::move(what));
}

class FailingTrail final : public audit::Trail {
 public:
  void note(audit::Entry) override {}
  base::Task<base::Result<void>> record(audit::Entry) override {
    co_return base::fail(base::Code::kUnavailable, "The trail cannot be written.");
  }
  bool is_failing() const override { return true; }
};

mcp::CallFacts a_change() {
  return {.method = "tools/call",
          .name = "unfollow_playlist",
          .principal = {},
          .touch = mcp::CallFacts::Touch::kChanges,
          .arguments = "{}"};
}

SelfTest test_pages() {
  SelfTest test;
  for (const std::string& text : checks::hostile_html()) {
    const http::Response response = page(400, text, text);
    const bool inert = !response.body.contains(text);
    expect(test, inert && response.headers.find("Content-Security-Policy").has_value(),
           fmt::format("case {}", test.cases + 1));
  }
  return test;
}

base::Task<base::Result<void>> try_trail(Process* process, SelfTest* test) {
  FailingTrail trail;
  AuditedServer auditor(process->loop, trail);
  const auto begun = co_await auditor.begin(a_change());
  expect(*test, !begun, "a change without a record");
  expect(*test, !begun && begun.error().code == base::Code::kUnavailable, "the reason");
  co_return base::Result<void>();
}

base::Task<base::Result<void>> try_seal(Process* process, std::string scratch, SelfTest* test) {
  audit::NullTrail trail;
  AuditedServer next(process->loop, trail);
  const Seal seal(scratch);
  SealedCalls calls(process->loop, seal, trail, next);
  {
    const auto open = co_await calls.begin(a_change());
    expect(*test, open.has_value(), "a call before the seal");
  }
  CO_TRY_VOID(seal.put_on(process->clock.wall()));
  const auto closed = co_await calls.begin(a_change());
  expect(*test, !closed, "a call under the seal");
  mcp::CallFacts reading = a_change();
  reading.touch = mcp::CallFacts::Touch::kReads;
  const auto read = co_await calls.begin(std::move(reading));
  expect(*test, !read, "a read under the seal");
  CO_TRY_VOID(seal.take_off());
  co_return base::Result<void>();
}

base::Task<base::Result<void>> try_bearer(Process* process, std::string scratch, SelfTest* test) {
  constexpr size_t kTokenBytesMax = 4096;
  const auto with = [](base::Secret authorization) {
    http::Request request;
    request.authorization = std::move(authorization);
    return request;
  };
  const auto header = [&scratch]() -> base::Result<base::Secret> {
    TRY(std::string token, os::read_private_file(LocalBearer::file_in(scratch), kTokenBytesMax));
    token.resize(token.find_last_not_of("\r\n") + 1);
    return base::Secret("Bearer " + token);
  };
  CO_TRY(LocalBearer bearer, LocalBearer::open(scratch, process->random));
  CO_TRY(base::Secret old, header());
  const http::Request request = with(std::move(old));
  const auto good = co_await bearer.authenticate(request);
  expect(*test, good.has_value(), "the token before");
  CO_TRY_VOID(LocalBearer::renew(scratch, process->random));
  CO_TRY_VOID(bearer.reload());
  const auto revoked = co_await bearer.authenticate(request);
  expect(*test, !revoked, "the revoked token");
  CO_TRY(base::Secret fresh, header());
  const http::Request again = with(std::move(fresh));
  const auto renewed = co_await bearer.authenticate(again);
  expect(*test, renewed.has_value(), "the new token");
  const http::Request empty;
  const auto none = co_await bearer.authenticate(empty);
  expect(*test, !none, "no token");
  co_return base::Result<void>();
}

class Broken final : public mcp::Authenticator {
 public:
  explicit Broken(base::Code code) : code_(code) {}
  base::Task<base::Result<mcp::Principal>> authenticate(const http::Request&) override {
    co_return base::fail(code_, "Refused.", "an inner detail");
  }

 private:
  base::Code code_;
};

http::Request a_call(std::string body) {
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/mcp";
  request.headers = {
      {"Host", "127.0.0.1"}, {"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  request.body = std::move(body);
  return request;
}

constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

base::Task<base::Result<void>> try_broken_login(Process* process, SelfTest* test) {
  mcp::Server server({process->loop, process->clock, process->random, process->log},
                     {.info = {.name = "self-test", .version = "1"}});
  for (const base::Code code : {base::Code::kInternal, base::Code::kUnavailable, base::Code::kDeadline,
                                base::Code::kUnauthenticated, base::Code::kForbidden, base::Code::kUpstream}) {
    Broken broken(code);
    mcp::StreamableHttp handler(server, process->random, &broken, {});
    const http::Response response = co_await handler.handle(a_call(std::string(kPing)));
    expect(*test, response.status >= 400 && !response.body.contains("inner detail"),
           fmt::format("a check that ends with {}", base::code_name(code)));
  }
  co_return base::Result<void>();
}

// Answers with an address elsewhere, and counts who comes there.
class Elsewhere final : public http::Handler {
 public:
  base::Task<http::Response> handle(http::Request request) override {
    ++requests;
    http::Response response;
    response.status = request.target == "/" ? 302 : 200;
    response.headers = {{"Location", "/inner"}};
    co_return response;
  }
  int requests = 0;
};

http::Request get(const std::string& server, base::Loop& loop) {
  http::Request request;
  request.server_url = server;
  request.deadline = loop.now() + std::chrono::seconds(5);
  return request;
}

base::Task<base::Result<void>> try_redirect(Process* process, SelfTest* test) {
  Elsewhere elsewhere;
  CO_TRY(const auto server, net::HttpServer::start(process->loop, elsewhere, process->log, {}));
  const std::string url = fmt::format("http://127.0.0.1:{}", server->port());
  net::CurlClient client(process->loop, {.allowed_servers = {url}});
  const auto answer = co_await client.send(get(url, process->loop));
  expect(*test, answer && answer->status == 302, "a redirect is given back");
  expect(*test, elsewhere.requests == 1, "and not followed");
  net::CurlClient other(process->loop, {.allowed_servers = {"https://api.spotify.com"}});
  const auto refused = co_await other.send(get(url, process->loop));
  expect(*test, !refused && elsewhere.requests == 1, "a server that is not allowed is not asked");
  co_return base::Result<void>();
}

base::Task<base::Result<void>> try_upstream(Process* process, SelfTest* test) {
  Elsewhere nobody;
  std::string url;
  {
    CO_TRY(const auto server, net::HttpServer::start(process->loop, nobody, process->log, {}));
    url = fmt::format("http://127.0.0.1:{}", server->port());
  }
  net::CurlClient client(process->loop, {.allowed_servers = {url}});
  const base::Instant before = process->loop.now();
  const auto answer = co_await client.send(get(url, process->loop));
  expect(*test, !answer, "a server that is gone");
  expect(*test, process->loop.now() - before < std::chrono::seconds(6), "within its deadline");
  http::Request late = get(url, process->loop);
  late.deadline = process->loop.now();
  const auto too_late = co_await client.send(std::move(late));
  expect(*test, !too_late, "a deadline that has passed");
  co_return base::Result<void>();
}

// A handler that breaks: out of range, as a bug of ours would be.
base::Task<base::Result<schema::Empty>> break_down(mcp::CallContext&, schema::Empty) {
  static_cast<void>(std::string().at(1));
  co_return schema::Empty{};
}

base::Task<base::Result<void>> try_broken_handler(Process* process, SelfTest* test) {
  base::NullLog log;
  mcp::Server server({process->loop, process->clock, process->random, log},
                     {.info = {.name = "self-test", .version = "1"}});
  server.add(mcp::tool<schema::Empty, schema::Empty>(
      {.name = "break", .title = "Break", .description = "Breaks.", .effect = mcp::Effect::kRead}, break_down));
  mcp::MemoryClient client(server);
  for (int round = 0; round < 2; ++round) {
    const auto outcome = co_await client.call_tool("break");
    const std::string said = outcome ? json::write(*outcome) : outcome.error().message;
    const json::Value* is_error = outcome ? outcome->find("isError") : nullptr;
    expect(*test, !outcome || (is_error != nullptr && *is_error == json::Value(true)), "it is told as an error");
    expect(*test, !said.contains("basic_string") && !said.contains("at:"), "nothing of the inside is told");
  }
  co_return base::Result<void>();
}

void run_tasks(const std::string& scratch, const os::Environment& environment, checks::Facts& facts) {
  // Nothing that is tried here belongs into the log of an operator.
  Process process(environment, base::Level::kError, Signals::kEnd);
  const auto run = [&](const char* id, auto make) {
    SelfTest test;
    if (const auto ended = run_to_end(process.loop, make(test)); !ended) test.failures.push_back(ended.error().message);
    facts.self_tests[id] = std::move(test);
  };
  run("SLF-07", [&](SelfTest& test) { return try_trail(&process, &test); });
  run("SLF-08", [&](SelfTest& test) { return try_broken_login(&process, &test); });
  run("SLF-09", [&](SelfTest& test) { return try_broken_handler(&process, &test); });
  run("SLF-10", [&](SelfTest& test) { return try_upstream(&process, &test); });
  run("SLF-11", [&](SelfTest& test) { return try_seal(&process, scratch, &test); });
  run("AUT-09", [&](SelfTest& test) { return try_bearer(&process, scratch, &test); });
  run("NET-04", [&](SelfTest& test) { return try_bad_servers(&process, scratch, &test); });
  run("NET-15", [&](SelfTest& test) { return try_redirect(&process, &test); });
}

}  // namespace

void run_self_tests(const CheckRequest& request, const std::string& scratch, checks::Facts& facts) {
  if (request.asks("CFG") || request.asks("SLF")) facts.self_tests["SLF-05"] = checks::test_sanitiser();
  if (request.asks("CRY")) facts.self_tests["CRY-01"] = checks::test_primitives();
  if (request.asks("SLF")) {
    facts.self_tests["SLF-01"] = checks::test_sql(scratch);
    facts.self_tests["SLF-02"] = test_pages();
    facts.self_tests["SLF-03"] = checks::test_header_values();
    facts.self_tests["SLF-04"] = checks::test_log_lines();
    facts.self_tests["SLF-06"] = checks::test_json();
    facts.self_tests["SLF-12"] = checks::test_damaged_files(scratch);
  }
  if (request.asks("AUT")) facts.self_tests["AUT-11"] = checks::test_foreign_boxes();
  if (request.asks("NET")) facts.self_tests["NET-14"] = checks::test_addresses();
  if (request.asks("SLF") || request.asks("AUT") || request.asks("NET")) {
    run_tasks(scratch, request.io.environment, facts);
  }
}

}  // namespace app::commands

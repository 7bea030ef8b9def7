// The trail in the program: every event of the catalogue, provoked by what it tells of.
#include "app/audit_trail.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "app/account.h"
#include "app/admin_server.h"
#include "app/audited_server.h"
#include "app/commands/cli.h"
#include "app/connection_watch.h"
#include "app/commands/commands.h"
#include "app/content_watch.h"
#include "app/local_bearer.h"
#include "app/master_key.h"
#include "app/reloader.h"
#include "app/report_signature.h"
#include "audit/journal.h"
#include "audit/prune.h"
#include "audit/record.h"
#include "audit/segments.h"
#include "audit/verifier.h"
#include "mcp/transport/memory_client.h"
#include "mcp/transport/streamable_http.h"
#include "schema/fields.h"
#include "store/memory_archive.h"
#include "tests/support/memory_disk.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/app/login_bench.h"
#include "tests/unit/net/tls_server.h"
#include "tools/guard.h"

#include "tests/test.h"

namespace {

using audit::Event;

base::Task<bool> succeed(base::Task<void> task) {
  co_await std::move(task);
  co_return true;
}
void finish(net::AsioLoop& loop, base::Task<void> task) { REQUIRE(loop.run(succeed(std::move(task)))); }

// A process with its own home.
struct Home {
  explicit Home(std::string on_failure = "deny")
      : process(os::Environment({{"HOME", place.path()}}), base::Level::kError, app::Signals::kEnd) {
    settings.storage.directory = place.path() + "/data";
    if (on_failure == "warn") settings.audit.on_failure = config::AuditFailure::kWarn;
  }

  std::string records() {
    auto stored = app::find_trail(settings, process.environment, process.random);
    REQUIRE(stored);
    const auto extent = audit::measure(*stored->disk);
    REQUIRE(extent);
    std::string text;
    for (const auto& [name, size] : extent->segments) {
      const auto read = audit::read_lines(*stored->disk, name, 0, size, [&text](const audit::Line& line) {
        text.append(line.text) += '\n';
        return true;
      });
      REQUIRE(read);
    }
    return text;
  }
  audit::Report verify() {
    auto stored = app::find_trail(settings, process.environment, process.random);
    REQUIRE(stored);
    auto report = audit::verify(stored->keys, *stored->disk);
    REQUIRE(report);
    return *std::move(report);
  }

  test::TemporaryDirectory place;
  app::Process process;
  config::Settings settings;
};

mcp::CallFacts facts_of(std::string tool) {
  return {.method = "tools/call",
          .name = std::move(tool),
          .principal = {},
          .touch = mcp::CallFacts::Touch::kReads,
          .arguments = "{}"};
}

struct Words {
  std::string text;
  static constexpr auto fields() { return schema::Fields{schema::required("text", &Words::text, "Anything.")}; }
};
base::Task<base::Result<Words>> give_back(mcp::CallContext&, Words words) { co_return words; }

// A server with a tool that reads, one that writes, a resource and a prompt, whose auditor writes to a trail in memory.
struct Served {
  Served() {
    server.add(mcp::tool<Words, Words>(
        {.name = "look", .title = "Look", .description = "Reads.", .effect = mcp::Effect::kRead}, give_back));
    server.add(mcp::tool<Words, Words>(
        {.name = "change", .title = "Change", .description = "Writes.", .effect = mcp::Effect::kWrite},
        [this](mcp::CallContext& context, Words words) {
          ++changes;
          return give_back(context, std::move(words));
        }));
    server.add(mcp::Resource{.uri = "thing://one",
                             .name = "one",
                             .title = "One",
                             .description = "A thing.",
                             .mime_type = "text/plain",
                             .read = [](mcp::CallContext&, std::string uri, std::map<std::string, std::string>)
                                 -> base::Task<base::Result<std::vector<mcp::ResourceContents>>> {
                               std::vector<mcp::ResourceContents> contents{{std::move(uri), "text/plain", "one"}};
                               co_return contents;
                             }});
    server.add(mcp::Prompt{.name = "ask",
                           .title = "Ask",
                           .description = "A prompt.",
                           .arguments = {},
                           .get = [](mcp::CallContext&, std::map<std::string, std::string>)
                               -> base::Task<base::Result<mcp::PromptResult>> { co_return mcp::PromptResult{}; }});
  }
  static mcp::ServerOptions options(mcp::Auditor* auditor) {
    mcp::ServerOptions options{.info = {.name = "test", .version = "1"}};
    options.auditor = auditor;
    return options;
  }
  int post(std::initializer_list<std::pair<std::string, std::string>> headers, std::string bearer = "Bearer wrong") {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = headers;
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json, text/event-stream");
    request.authorization = base::Secret(std::move(bearer));
    request.peer = "192.0.2.7";
    request.body = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
    auto opened = app::LocalBearer::open(place.path(), random);
    REQUIRE(opened);
    mcp::StreamableHttp handler(server, random, &*opened, {});
    return loop.run(handler.handle(std::move(request))).status;
  }
  mcp::MemoryClient::Outcome change(std::string text) {
    mcp::MemoryClient client(server);
    return loop.run(client.call_tool("change", {{"text", std::move(text)}}));
  }

  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::ManualClock clock;
  test::SeededRandom random;
  base::NullLog log;
  test::MemoryTrail trail;
  app::AuditedServer auditor{loop, trail};
  mcp::Server server{{loop, clock, random, log}, options(&auditor)};
  int changes = 0;
};

std::string names_of_calls(mcp::Revision revision) {
  Served served;
  {
    mcp::MemoryClient client(served.server, {.revision = revision});
    REQUIRE(served.loop.run(client.call_tool("look", {{"text", "planted-secret"}})));
    REQUIRE(served.loop.run(client.call_tool("change", {{"text", "planted-secret"}})));
    REQUIRE(served.loop.run(client.call("resources/read", {{"uri", "thing://one"}})));
    REQUIRE(served.loop.run(client.call("prompts/get", {{"name", "ask"}})));
  }
  served.loop.run_until_idle();
  return served.trail.names();
}

// ------------------------------------------------------------------------------------ what provokes each of the events

std::string of_a_process() {
  Home home;
  {
    app::AuditTrail trail(home.process, home.settings, nullptr);
    trail.begin("serve");
    REQUIRE(home.process.loop.run(trail.start(app::NoKeyFile::kMake)));
    finish(home.process.loop, base::sleep_for(home.process.loop, std::chrono::milliseconds(30)));
    finish(home.process.loop, trail.close());
  }
  return home.records();
}

std::string of_legacy_calls() { return names_of_calls(mcp::Revision::k2025_06_18); }

app::LoginOptions pasted() {
  app::LoginOptions options;
  options.answer = app::Answer::kPasted;
  return options;
}

std::string of_logins() {
  app::LoginBench bench(pasted());
  const std::string address = bench.visit(bench.begin().url);
  REQUIRE(!bench.complete("http://127.0.0.1/callback?code=AQ-fake&state=forged"));
  REQUIRE(bench.complete(address));
  REQUIRE(bench.run(bench.login.logout(bench.owner)));
  bench.simulator.set_consent(sim::spotify::Consent::kDeny);
  REQUIRE(!bench.complete(bench.visit(bench.begin().url)));
  return bench.trail.names();
}

// What the trail hears when an account wants a new token from the server at that address.
std::string of_a_refresh_at(const std::string& accounts_url) {
  Home home;
  home.settings.api.accounts_url = accounts_url;
  home.settings.api.base_url = "http://127.0.0.1:1/v1";
  test::MemoryTrail trail;
  app::AccountOptions options;
  options.key_made = [](const std::string&) {};
  options.trail = &trail;
  auto account = app::Account::make(home.process, home.settings, std::move(options));
  REQUIRE(account);
  store::Grant grant;
  grant.access_token = base::Secret(std::string("fake-access"));
  grant.refresh_token = base::Secret(std::string("fake-refresh"));
  net::AsioLoop& loop = home.process.loop;
  REQUIRE(loop.run((*account)->store().replace("owner", std::move(grant))));
  REQUIRE(!loop.run((*account)->refresher().token(loop.now() + std::chrono::seconds(5))));
  for (const audit::Entry& entry : trail.entries) CHECK(entry.reason.find("127.0.0.1") == std::string::npos);
  return trail.names();
}

std::string of_a_refresh() { return of_a_refresh_at("http://127.0.0.1:1"); }

// A name that every machine resolves to itself, and a server whose certificate nobody has signed.
std::string of_wrong_servers() {
  const tests::Certificate certificate;
  const tests::TlsServer server(certificate);
  return of_a_refresh_at("https://localhost:1") + " " +
         of_a_refresh_at(fmt::format("https://127.0.0.1:{}", server.port()));
}

// Nobody asks who it is, and it sends an array of nothing.
std::string of_a_malformed_request() {
  Served served;
  mcp::StreamableHttp handler(served.server, served.random, nullptr, {});
  for (const char* body : {"[]", "{", R"({"jsonrpc":"2.0","id":1,"method":"ping"})"}) {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = {{"Host", "127.0.0.1"}, {"Content-Type", "application/json"}};
    request.headers.set("Accept", "application/json, text/event-stream");
    request.peer = "192.0.2.7";
    request.body = body;
    CHECK(served.loop.run(handler.handle(std::move(request))).status == 400);
  }
  served.auditor.tell_counted();
  CHECK(served.trail.entries.size() == 2);
  CHECK(served.trail.entries.back().times == 2);
  CHECK(served.trail.entries.back().source == "192.0.2.7");
  return served.trail.names();
}

std::string of_bad_requests() {
  Served served;
  CHECK(served.post({{"Host", "evil.example"}}) == 403);
  CHECK(served.post({{"Host", "127.0.0.1"}, {"Origin", "https://evil.example"}}) == 403);
  CHECK(served.post({{"Host", "127.0.0.1"}}) == 401);
  for (const audit::Entry& entry : served.trail.entries) CHECK(entry.source == "192.0.2.7");
  return served.trail.names();
}

class Flooded final : public mcp::Authenticator {
 public:
  base::Task<base::Result<mcp::Principal>> authenticate(const http::Request&) override {
    co_return base::fail(base::Code::kRateLimited, "Too many.");
  }
};

// Whoever says a name is believed.
class Named final : public mcp::Authenticator {
 public:
  base::Task<base::Result<mcp::Principal>> authenticate(const http::Request& request) override {
    co_return mcp::Principal{.id = std::string(request.authorization.reveal())};
  }
};

// A session that one user opens and another one uses.
std::string of_a_foreign_session() {
  Served served;
  Named named;
  mcp::StreamableHttp handler(served.server, served.random, &named, {});
  std::string session;
  for (const char* user : {"alice", "mallory"}) {
    http::Request request;
    request.method = http::Method::kPost;
    request.target = "/mcp";
    request.headers = {{"Host", "127.0.0.1"}};
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json, text/event-stream");
    if (!session.empty()) request.headers.set("Mcp-Session-Id", session);
    request.authorization = base::Secret(std::string(user));
    request.peer = "192.0.2.7";
    request.body = session.empty()
                       ? R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
                         R"("capabilities":{},"clientInfo":{"name":"t","version":"1"}}})"
                       : R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
    const http::Response response = served.loop.run(handler.handle(std::move(request)));
    CHECK(response.status == (session.empty() ? 200 : 404));
    session = std::string(response.headers.find("Mcp-Session-Id").value_or(session));
  }
  CHECK(served.trail.entries.back().user == "mallory");
  return served.trail.names();
}

// A requestState that nobody gave to this user, for a change that is not made.
std::string of_a_forged_state() {
  Served served;
  mcp::MemoryClient client(served.server, {.principal = {"mallory", "192.0.2.7"}});
  const json::Object params{
      {"name", "change"}, {"arguments", json::Object{{"text", "x"}}}, {"requestState", "a state of Alice"}};
  CHECK_FALSE(served.loop.run(client.call("tools/call", params)).has_value());
  CHECK(served.changes == 0);
  const auto refused = std::ranges::find(served.trail.entries, Event::kHandleRefused, &audit::Entry::event);
  REQUIRE(refused != served.trail.entries.end());
  CHECK(refused->user == "mallory");
  CHECK(refused->source == "192.0.2.7");
  // Of use to whoever reads the trail it must not be.
  REQUIRE(refused->request.size() == 1);
  CHECK(std::holds_alternative<audit::Hidden>(refused->request.front().value));
  return served.trail.names();
}

std::string of_a_flood() {
  Served served;
  Flooded flooded;
  mcp::StreamableHttp handler(served.server, served.random, &flooded, {});
  http::Request request;
  request.target = "/mcp";
  request.headers = {{"Host", "127.0.0.1"}};
  CHECK(served.loop.run(handler.handle(std::move(request))).status == 429);
  return served.trail.names();
}

std::string of_a_bad_disk() {
  test::MemoryDisk disk;
  test::SeededRandom random;
  test::ManualClock clock;
  test::ManualLoop loop;
  test::InlineWorker worker;
  base::NullLog log;
  const auto keys = audit::Keys::derive(crypto::Key::generate(random));
  audit::Recorder recorder({loop, worker, clock, log}, {},
                           [&](base::Wall now) { return audit::Journal::open(keys.clone(), disk, random, {}, now); });
  REQUIRE(loop.run(recorder.start()));
  const auto tell = [&] { return loop.run(recorder.record({.event = Event::kLoginBegun})).has_value(); };
  REQUIRE(tell());
  disk.last() += "half a li";
  REQUIRE(tell());
  disk.fail_from_now(2);
  REQUIRE(!tell());
  clock.advance(std::chrono::hours(1));
  REQUIRE(tell());
  return disk.text();
}

std::string of_a_pruning() {
  test::MemoryDisk disk;
  test::SeededRandom random;
  test::ManualClock clock;
  const auto keys = audit::Keys::derive(crypto::Key::generate(random));
  // Each process begins with a new epoch, and each epoch of so small a trail with a new segment.
  for (int day = 0; day < 3; ++day) {
    auto journal = audit::Journal::open(keys.clone(), disk, random, {.segment_bytes_max = 1}, clock.wall());
    REQUIRE(journal);
    const audit::Entry entry{.event = Event::kLoginBegun, .time = clock.wall()};
    REQUIRE(journal->append(std::span(&entry, 1), clock.wall()));
    REQUIRE(journal->close(clock.wall()));
    clock.advance(std::chrono::hours(24));
  }
  const auto pruned = audit::prune(keys, disk, random, clock.wall() + -std::chrono::hours(30), clock.wall());
  REQUIRE(pruned);
  CHECK(pruned->segments > 0);
  return disk.text();
}

std::string of_an_administrator() {
  Served served;
  mcp::StreamableHttp handler(served.server, served.random, nullptr, {});
  const app::Metrics metrics;
  const app::Seal seal(served.place.path());
  app::AdminServer admin({.loop = served.loop,
                          .clock = served.clock,
                          .trail = served.trail,
                          .sessions = handler.sessions(),
                          .metrics = metrics,
                          .seal = seal,
                          .connections = [] { return size_t{0}; },
                          .cache = [] { return spotify::CacheStats(); },
                          .quota = [] { return std::vector<spotify::BucketUsage>(); },
                          .reload_bearer = nullptr,
                          .stop = [](app::Ending) {}});
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/stop";
  request.peer = "user 1000";
  CHECK(served.loop.run(admin.handle(std::move(request))).status == 200);
  CHECK(served.trail.entries.front().user == "user 1000");

  app::SealedCalls sealed(served.loop, seal, served.trail, served.auditor);
  REQUIRE(seal.put_on({}));
  CHECK_FALSE(served.loop.run(sealed.begin(facts_of("change"))).has_value());
  return served.trail.names();
}

std::string of_a_loop() {
  Served served;
  store::MemoryArchive archive;
  tools::Desk desk({archive, served.clock, served.random});
  policy::Budget budget({.per_minute = 1});
  served.server.use(
      tools::guard_over({.desk = desk,
                         .clock = served.clock,
                         .budget = &budget,
                         .refused = [&served](mcp::Principal principal, std::string tool, policy::OverBudget why) {
                           return app::tell_spent(served.trail, std::move(principal), std::move(tool), why);
                         }}));
  REQUIRE(served.change("x"));
  CHECK(served.change("x")->find("isError") != nullptr);
  CHECK(served.changes == 1);
  return served.trail.names();
}

// What the trail holds after these commands of a person at the keyboard.
std::string of_commands(const std::vector<std::vector<std::string>>& lines) {
  Home home;
  REQUIRE(app::master_key(app::key_places(home.settings, home.process.environment), home.process.environment,
                          home.process.random, app::NoKeyFile::kMake, nullptr));
  const std::string config = home.place.path() + "/config.json";
  std::ofstream(config) << fmt::format(R"({{"storage":{{"directory":"{}"}}}})", home.settings.storage.directory);
  for (std::vector<std::string> line : lines) {
    for (std::string& word : line) {
      if (word == "HERE") word = home.place.path() + "/made";
    }
    line.insert(line.end(), {"--config", config});
    std::ostringstream out;
    std::ostringstream err;
    app::Io io{.environment = os::Environment({{"HOME", home.place.path()}}), .out = out, .err = err};
    CHECK(app::commands::run(line, app::commands::every_command(), io) <= 1);
    CHECK(err.str().empty());
  }
  return home.records();
}

std::string of_an_api_key() {
  Home home;
  const std::string config = home.place.path() + "/config.json";
  std::ofstream(config) << fmt::format(R"({{"storage":{{"directory":"{}"}}}})", home.settings.storage.directory);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config});
    std::ostringstream out;
    std::ostringstream err;
    app::Io io{.environment = os::Environment({{"HOME", home.place.path()}}), .out = out, .err = err};
    CHECK(app::commands::run(arguments, app::commands::every_command(), io) == 0);
    return out.str();
  };
  const std::string key = run({"api-key", "create", "--label", "a test", "--scopes", "smcp:read"});
  REQUIRE(key.starts_with("smcp_k_"));
  run({"api-key", "revoke", key.substr(7, 16)});
  const std::string records = home.records();
  CHECK(records.find(key.substr(24, 40)) == std::string::npos);
  return records;
}

std::string of_a_call_beyond_its_scopes() {
  Served served;
  CHECK(served.loop.run(succeed(served.auditor.refused({.why = mcp::RefusedRequest::Why::kScope,
                                                        .code = base::Code::kForbidden,
                                                        .source = "192.0.2.7",
                                                        .value = {},
                                                        .reason = "lacks smcp:playback",
                                                        .principal = {.id = "api-key 1"}}))));
  CHECK(served.trail.entries.front().user == "api-key 1");
  CHECK(served.trail.entries.front().reason == "lacks smcp:playback");
  return served.trail.names();
}

std::string of_connections() {
  Served served;
  app::ConnectionWatch watch(served.loop, served.trail, {"10.0.0.0/8"});
  watch.handshake_ended({.peer = "192.0.2.7", .server_name = "h", .version = "TLSv1.3", .cipher = "c", .problem = ""});
  watch.handshake_ended({.peer = "192.0.2.7", .server_name = "", .version = "", .cipher = "", .problem = "no cipher"});
  for (int i = 0; i < 1000; ++i) watch.turned_away("192.0.2.7");
  CHECK(served.trail.entries.size() == 3);  // A flood of connections is no flood of records.
  CHECK(watch.speaks_for_many("10.1.2.3"));
  CHECK_FALSE(watch.speaks_for_many("192.0.2.7"));
  return served.trail.names();
}

std::string of_a_reload() {
  Served served;
  test::InlineWorker worker;
  base::NullLog log;
  const os::Environment environment({{"HOME", served.place.path()}});
  app::Reloader reloader({served.loop, worker, served.trail, log, environment}, {}, {},
                         {.apply = [](const config::Settings&) {}});
  CHECK(served.loop.run(reloader.reload()));
  return served.trail.names();
}

std::string of_a_name_that_gives_orders() {
  test::MemoryTrail trail;
  app::Metrics metrics;
  app::ContentWatch watch(metrics, trail);
  tools::Signs signs;
  signs.add(tools::Sign::kInstruction);
  for (int n = 0; n < 3; ++n) watch.hear({"spotify:playlist:Inv3ntedInv3ntedInv3nt", signs});
  CHECK(trail.entries.size() == 1);
  return trail.names();
}

std::string of_keys() { return of_commands({{"keys", "rotate"}}); }
std::string of_a_seal() { return of_commands({{"admin", "seal"}, {"admin", "unseal"}}); }
std::string of_an_erasure() { return of_commands({{"admin", "erase"}}); }
std::string of_an_incident() { return of_commands({{"incident", "config-exposure", "--evidence", "HERE"}}); }
std::string of_a_backup() {
  return of_commands({{"admin", "unseal"}, {"backup", "create", "HERE"}, {"backup", "restore", "HERE", "--force"}});
}

std::string of_a_report() {
  Home home;
  REQUIRE(app::master_key(app::key_places(home.settings, home.process.environment), home.process.environment,
                          home.process.random, app::NoKeyFile::kMake, nullptr));
  const crypto::Ed25519 key(crypto::Key::generate(home.process.random));
  REQUIRE(app::tell_trail(home.process, home.settings, app::describe_signed(key, "compliance", "{}")));
  return home.records();
}
std::string of_maintenance() { return of_commands({{"maintain", "monthly", "--owner", "a test", "--offline"}}); }

struct Provoked {
  std::vector<Event> events;
  std::string (*provoke)();
};
const std::vector<Provoked>& all_provoked() {
  static const std::vector<Provoked> kAll{
      {{Event::kServerStarted, Event::kServerStopped, Event::kConfigLoaded, Event::kKeyMade, Event::kAuditOpened},
       of_a_process},
      {{Event::kSessionOpened, Event::kSessionEnded, Event::kCallBegun, Event::kCallEnded, Event::kChangeBegun,
        Event::kChangeEnded},
       of_legacy_calls},
      {{Event::kLoginBegun, Event::kLoginSucceeded, Event::kLoginFailed, Event::kLoginForeign, Event::kLoginForgotten},
       of_logins},
      {{Event::kRefreshFailed}, of_a_refresh},
      {{Event::kEgressDenied, Event::kTlsRefused}, of_wrong_servers},
      {{Event::kContentSuspicious}, of_a_name_that_gives_orders},
      {{Event::kHostRefused, Event::kOriginRefused, Event::kBearerRefused}, of_bad_requests},
      {{Event::kSessionForeign}, of_a_foreign_session},
      {{Event::kHandleRefused}, of_a_forged_state},
      {{Event::kRequestMalformed}, of_a_malformed_request},
      {{Event::kRateLimited}, of_a_flood},
      {{Event::kApiKeyMade, Event::kApiKeyRevoked}, of_an_api_key},
      {{Event::kScopeRefused}, of_a_call_beyond_its_scopes},
      {{Event::kConnectionsLimited, Event::kTlsAccepted, Event::kTlsClientRefused}, of_connections},
      {{Event::kAdminCommand, Event::kSealedRefused}, of_an_administrator},
      {{Event::kBudgetSpent}, of_a_loop},
      {{Event::kServerSealed, Event::kServerUnsealed}, of_a_seal},
      {{Event::kUserErased}, of_an_erasure},
      {{Event::kKeyRotated}, of_keys},
      {{Event::kConfigReloaded}, of_a_reload},
      {{Event::kIncidentBegun, Event::kIncidentEnded}, of_an_incident},
      {{Event::kAuditPruned}, of_a_pruning},
      {{Event::kBackupMade, Event::kBackupRestored}, of_a_backup},
      {{Event::kReportSigned}, of_a_report},
      {{Event::kMaintenanceRun}, of_maintenance},
      {{Event::kClockStepped, Event::kAuditRecovered, Event::kAuditGap}, of_a_bad_disk},
  };
  return kAll;
}

}  // namespace

TEST_CASE("every event of the catalogue is written when what it tells of happens") {
  std::vector<bool> fired(audit::kEvents, false);
  for (const Provoked& each : all_provoked()) {
    const std::string told = each.provoke();
    for (const Event event : each.events) {
      CAPTURE(info_of(event).name);
      CHECK(told.find(info_of(event).name) != std::string::npos);
      fired[static_cast<size_t>(event)] = true;
    }
  }
  for (const audit::EventInfo& info : audit::catalogue()) {
    CAPTURE(info.name);
    CHECK(fired[static_cast<size_t>(info.event)]);
  }
}

TEST_CASE("tools, resources and prompts go through one hook, in both eras") {
  const std::string calls =
      "call.begun call.ended change.begun change.ended call.begun call.ended call.begun call.ended";
  CHECK(names_of_calls(mcp::Revision::k2026_07_28) == calls);
  CHECK(of_legacy_calls() == "session.opened " + calls + " session.ended");
}

TEST_CASE("a change that cannot be recorded does not happen, and a read does") {
  Served served;
  served.trail.refuses = true;
  const auto refused = served.change("x");
  REQUIRE(refused);
  CHECK(refused->find("isError") != nullptr);
  CHECK(json::Value(*refused).find("content")->array().front().text_or_empty("text").find("audit trail") !=
        std::string_view::npos);
  CHECK(served.changes == 0);
  mcp::MemoryClient client(served.server);
  const auto read = served.loop.run(client.call_tool("look", {{"text", "x"}}));
  REQUIRE(read);
  CHECK(read->find("isError") == nullptr);
  served.trail.refuses = false;
  CHECK(served.change("x")->find("isError") == nullptr);
  CHECK(served.changes == 1);
}

TEST_CASE("what a client sends stands in the trail as a digest and a length only") {
  Served served;
  REQUIRE(served.change("planted-secret"));
  test::SeededRandom random;
  audit::Pseudonyms names(crypto::Key::generate(random));
  for (const audit::Entry& entry : served.trail.entries) {
    const std::string body = audit::write_body(entry, 0, 0, names);
    CHECK(body.find("planted-secret") == std::string::npos);
    CHECK(body.find("owner") == std::string::npos);
  }
  CHECK(served.trail.entries.front().request.back().name == "bytes");
}

TEST_CASE("nobody is told that they are logged in before the trail knows") {
  app::LoginBench bench(pasted());
  const std::string address = bench.visit(bench.begin().url);
  bench.trail.refuses = true;
  const auto status = bench.complete(address);
  REQUIRE(!status);
  CHECK(status.error().code == base::Code::kUnavailable);
  CHECK(!bench.run(bench.login.begin(bench.owner)));
}

TEST_CASE("the files of a trail are their owner's alone, and two processes after one another make one trail") {
  Home home;
  for (int run = 0; run < 2; ++run) {
    app::AuditTrail trail(home.process, home.settings, nullptr);
    trail.begin("stdio");
    REQUIRE(home.process.loop.run(trail.start(app::NoKeyFile::kMake)));
    REQUIRE(home.process.loop.run(trail.trail().record({.event = Event::kLoginBegun})));
    finish(home.process.loop, trail.close());
  }
  size_t files = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(home.settings.storage.directory + "/audit")) {
    struct stat status{};
    REQUIRE(::stat(each.path().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == (each.is_directory() ? 0700U : 0600U));
    files += each.is_directory() ? 0 : 1;
  }
  CHECK(files == 4);  // A segment, the state, the lock and the checkpoints.
  const audit::Report report = home.verify();
  CHECK(!report.finding);
  CHECK(report.records >= 10);
}

TEST_CASE("two processes at once make one trail") {
  Home home;
  app::Process other(home.process.environment, base::Level::kError, app::Signals::kEnd);
  app::AuditTrail first(home.process, home.settings, nullptr);
  app::AuditTrail second(other, home.settings, nullptr);
  first.begin("stdio");
  second.begin("stdio");
  REQUIRE(home.process.loop.run(first.start(app::NoKeyFile::kMake)));
  REQUIRE(other.loop.run(second.start(app::NoKeyFile::kMake)));
  constexpr int kEach = 40;
  for (int i = 0; i < kEach; ++i) {
    second.trail().note({.event = Event::kCallEnded});
    REQUIRE(home.process.loop.run(first.trail().record({.event = Event::kChangeBegun})));
    REQUIRE(other.loop.run(second.trail().record({.event = Event::kChangeEnded})));
  }
  finish(other.loop, second.close());
  finish(home.process.loop, first.close());
  const audit::Report report = home.verify();
  CHECK(!report.finding);
  CHECK(report.records >= 3 * kEach);
}

TEST_CASE("a trail that cannot be opened stops the start, names the way out, and with warn does not") {
  for (const std::string on_failure : {"deny", "warn"}) {
    Home home(on_failure);
    home.settings.audit.directory = home.place.path() + "/open";
    std::filesystem::create_directory(home.settings.audit.directory);
    REQUIRE(::chmod(home.settings.audit.directory.c_str(), 0777) == 0);
    app::AuditTrail trail(home.process, home.settings, nullptr);
    // The directory of the key's trail is private; it is a file that stands in its way.
    const auto key = app::master_key(app::key_places(home.settings, home.process.environment), home.process.environment,
                                     home.process.random, app::NoKeyFile::kMake, nullptr);
    REQUIRE(key);
    std::ofstream(home.settings.audit.directory + "/" + audit::Keys::derive(*key).id) << "in the way";
    trail.begin("serve");
    const auto started = home.process.loop.run(trail.start(app::NoKeyFile::kMake));
    CHECK(started.has_value() == (on_failure == "warn"));
    CHECK(trail.trail().is_failing());
    if (!started) CHECK(started.error().message.find("audit.on_failure") != std::string::npos);
    finish(home.process.loop, trail.close());
  }
}

TEST_CASE("a trail that is switched off touches nothing") {
  Home home;
  home.settings.audit.enabled = false;
  app::AuditTrail trail(home.process, home.settings, nullptr);
  trail.begin("serve");
  REQUIRE(home.process.loop.run(trail.start(app::NoKeyFile::kMake)));
  auto call = home.process.loop.run(trail.auditor().begin(facts_of("play")));
  REQUIRE(call);
  REQUIRE(home.process.loop.run((*call)->end(std::nullopt)));
  finish(home.process.loop, trail.close());
  CHECK(std::filesystem::is_empty(home.place.path()));
}

#include "app/admin_server.h"

#include <utility>

#include "app/version.h"
#include "crypto/key.h"
#include "http/url.h"
#include "json/parse.h"
#include "json/write.h"
#include "mcp/transport/http_checks.h"
#include "mcp/version.h"
#include "os/process.h"
#include "os/sandbox.h"

namespace app {
namespace {

http::Response json_response(int status, json::Object body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = json::write(std::move(body));
  return response;
}

http::Response problem(int status, std::string message) {
  return json_response(status, {{"error", std::move(message)}});
}

int64_t whole_seconds(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

}  // namespace

std::string admin_directory(const std::string& data_directory) { return data_directory + "/admin"; }

base::Task<http::Response> AdminServer::handle(http::Request request) {
  std::string path(http::split_target(request.target).path);
  const bool reads = path == "/status" || path == "/sessions" || path == "/metrics";
  const bool acts = path == "/revoke" || path == "/stop" || path == "/reload";
  if (!reads && !acts) co_return problem(404, "There is no such command.");
  if (request.method != (reads ? http::Method::kGet : http::Method::kPost)) {
    auto refused = problem(405, reads ? "This is for GET." : "This is for POST.");
    refused.headers.set("Allow", reads ? "GET" : "POST");
    co_return refused;
  }
  if (path == "/status") co_return status();
  if (path == "/sessions") co_return sessions();
  if (path == "/metrics") co_return metrics();
  co_return co_await command(std::move(path), std::move(request.body), std::move(request.peer));
}

base::Task<http::Response> AdminServer::command(std::string path, std::string body, std::string peer) {
  constexpr size_t kBodyMax = 4096;
  const auto asked = json::parse(body.empty() ? "{}" : body, {.bytes_max = kBodyMax});
  if (!asked || !asked->is_object()) co_return problem(400, "The body has to be a JSON object.");
  if (path == "/stop") {
    const json::Value* now = asked->find("now");
    const bool at_once = now != nullptr && *now == json::Value(true);
    co_return co_await stop(at_once ? Ending::kAtOnce : Ending::kDrain, std::move(peer));
  }
  if (path == "/reload") co_return co_await reload(std::move(peer));
  const json::Value* all = asked->find("all");
  if (all != nullptr && *all == json::Value(true)) co_return co_await revoke_all(std::move(peer));
  std::string session(asked->text_or_empty("session"));
  if (session.empty()) co_return problem(400, "Name a session, or \"all\": true.");
  co_return co_await revoke(std::move(session), std::move(peer));
}

// A trail that cannot be written does not keep the administrator from closing doors.
base::Task<void> AdminServer::tell(std::string_view command, std::string peer, std::string session, int64_t ended) {
  audit::Entry entry{.event = audit::Event::kAdminCommand,
                     .user = std::move(peer),
                     .source = "local",
                     .request = {{"command", command}},
                     .status = "ok"};
  if (!session.empty()) entry.request.emplace_back("session", audit::Hidden{std::move(session)});
  if (ended > 0) entry.request.emplace_back("ended", ended);
  auto recording = services_.trail.record(std::move(entry));
  static_cast<void>(co_await std::move(recording));
}

base::Task<http::Response> AdminServer::revoke(std::string session, std::string peer) {
  const bool ended = services_.sessions.end_by_handle(session);
  if (ended) co_await tell("revoke", std::move(peer), std::move(session), 1);
  co_return json_response(200, {{"ended", ended ? 1 : 0}});
}

base::Task<http::Response> AdminServer::revoke_all(std::string peer) {
  int64_t ended = 0;
  for (const auto& session : services_.sessions.list()) {
    if (services_.sessions.end_by_handle(session->handle())) ++ended;
  }
  if (services_.end_streams) services_.end_streams();
  std::string why;
  if (services_.reload_bearer) {
    const auto reloaded = services_.reload_bearer();
    if (!reloaded) why = reloaded.error().message;
  }
  co_await tell("revoke all", std::move(peer), "", ended);
  if (!why.empty()) co_return problem(500, "The sessions have ended, and the bearer is still the old one. " + why);
  co_return json_response(200, {{"ended", ended}});
}

base::Task<http::Response> AdminServer::reload(std::string peer) {
  if (!services_.reload) co_return problem(404, "There is nothing to read again here.");
  auto reloading = services_.reload();
  const auto done = co_await std::move(reloading);
  if (!done) {
    // The status is all that the code becomes; `admin` makes an exit code of it again.
    const base::Code code = done.error().code;
    const int status = code == base::Code::kInvalidArgument ? 400 : code == base::Code::kConflict ? 409 : 500;
    co_return problem(status, done.error().message + " The settings of before stay in force.");
  }
  co_await tell("reload", std::move(peer), "", 0);
  json::Array applied(done->applied.begin(), done->applied.end());
  json::Array waiting(done->waiting.begin(), done->waiting.end());
  co_return json_response(200, {{"applied", std::move(applied)}, {"at_next_start", std::move(waiting)}});
}

base::Task<http::Response> AdminServer::stop(Ending ending, std::string peer) {
  co_await tell(ending == Ending::kAtOnce ? "stop at once" : "stop", std::move(peer), "", 0);
  // After this answer has gone out.
  services_.loop.post([ask = services_.stop, ending] { ask(ending); });
  co_return json_response(200, {{"stopping", true}});
}

http::Response AdminServer::status() const {
  const Gauges now = gauges();
  const std::chrono::milliseconds up = services_.clock.wall() - started_;
  return json_response(200, {{"pid", static_cast<int64_t>(os::process_id())},
                             {"version", version()},
                             {"started", base::to_rfc3339(started_)},
                             {"up_seconds", whole_seconds(up)},
                             {"status", now.sealed ? "sealed" : now.audit_failing ? "degraded" : "ok"},
                             {"connections", now.connections},
                             {"sessions", now.sessions},
                             {"listening", json::Array(services_.listening.begin(), services_.listening.end())},
                             {"paths_confined", os::are_paths_confined()},
                             {"keys_locked", crypto::keys_are_locked()}});
}

http::Response AdminServer::sessions() const {
  json::Array all;
  const base::Instant now = services_.loop.now();
  for (const auto& session : services_.sessions.list()) {
    all.emplace_back(json::Object{{"session", session->handle()},
                                  {"protocol", mcp::revision_name(session->session()->revision())},
                                  {"opened_seconds_ago", whole_seconds(now - session->opened())},
                                  {"used_seconds_ago", whole_seconds(now - session->last_used())},
                                  {"running", static_cast<int64_t>(session->running())}});
  }
  return json_response(200, {{"sessions", std::move(all)}});
}

Gauges AdminServer::gauges() const {
  return {.connections = static_cast<int64_t>(services_.connections()),
          .sessions = static_cast<int64_t>(services_.sessions.size()),
          .sealed = services_.seal.is_on(),
          .audit_failing = services_.trail.is_failing(),
          .started = started_,
          .cache = services_.cache(),
          .quota = services_.quota()};
}

http::Response AdminServer::metrics() const {
  metrics::Exposition out;
  write_gauges(out, gauges());
  services_.metrics.write(out);
  http::Response response;
  response.headers = {{"Content-Type", std::string(metrics::kContentType)}, {"Cache-Control", "no-store"}};
  response.body = out.take();
  return response;
}

base::Task<http::Response> MetricsServer::handle(http::Request request) {
  // A web page whose name leads here must not read it.
  if (!mcp::is_allowed_host(request.headers.find("Host"), {})) co_return problem(403, "This is for this machine only.");
  if (http::split_target(request.target).path != "/metrics") co_return problem(404, "The metrics are at /metrics.");
  if (request.method != http::Method::kGet) co_return problem(405, "This is for GET.");
  co_return admin_.metrics();
}

}  // namespace app

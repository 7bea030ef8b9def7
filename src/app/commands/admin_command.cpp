// admin: tells the running servers of this data directory what to do, over the socket that each of them has there; and
// puts the seal on or takes it off, which needs no running server.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands/admin_client.h"
#include "app/commands/admin_erase.h"
#include "app/admin_server.h"
#include "app/audit_trail.h"
#include "app/commands/commands.h"
#include "app/key_notice.h"
#include "app/local_bearer.h"
#include "app/master_key.h"
#include "base/plural.h"
#include "json/parse.h"
#include "json/write.h"
#include "mcp/principal.h"
#include "net/unix_peer.h"
#include "os/files.h"
#include "os/process.h"

namespace app::commands {
namespace {

// A server drains for 5 seconds and then lets a refresh end for as long.
constexpr std::chrono::seconds kStopPatience{12};

struct Call {
  Process& process;
  const config::Settings& settings;
  const Arguments& arguments;
  Io& io;
};

base::Result<int> status(const Call& call) {
  TRY(const AdminAnswers answers, ask_running(call.process, call.settings, {.target = "/status"}));
  json::Array all;
  for (const auto& [pid, response] : answers.answered) {
    TRY(json::Value said, json::parse(response.body, {}));
    if (!call.arguments.has("--json")) {
      call.io.out << fmt::format("process {}: {}, version {}, since {}, {}, {}\n", pid, said.text_or_empty("status"),
                                 said.text_or_empty("version"), said.text_or_empty("started"),
                                 base::count_of(integer_of(said, "connections"), "connection"),
                                 base::count_of(integer_of(said, "sessions"), "session"));
    }
    all.push_back(std::move(said));
  }
  if (call.arguments.has("--json")) call.io.out << json::write_pretty(json::Object{{"servers", std::move(all)}});
  return 0;
}

base::Result<int> sessions(const Call& call) {
  TRY(const AdminAnswers answers, ask_running(call.process, call.settings, {.target = "/sessions"}));
  json::Array all;
  for (const auto& [pid, response] : answers.answered) {
    TRY(json::Value said, json::parse(response.body, {}));
    const json::Value* list = said.find("sessions");
    if (list == nullptr || !list->is_array()) continue;
    for (json::Value session : list->array()) {
      if (!call.arguments.has("--json")) {
        call.io.out << fmt::format("{}  protocol {}, opened {} s ago, used {} s ago, {} running (process {})\n",
                                   session.text_or_empty("session"), session.text_or_empty("protocol"),
                                   integer_of(session, "opened_seconds_ago"), integer_of(session, "used_seconds_ago"),
                                   integer_of(session, "running"), pid);
      }
      session.object().set("pid", pid);
      all.push_back(std::move(session));
    }
  }
  if (call.arguments.has("--json")) {
    call.io.out << json::write_pretty(json::Object{{"sessions", std::move(all)}});
  } else if (all.empty()) {
    call.io.err << "No session is open. Clients of protocol 2026-07-28 have none.\n";
  }
  return 0;
}

base::Result<int> metrics(const Call& call) {
  TRY(const AdminAnswers answers, ask_running(call.process, call.settings, {.target = "/metrics"}));
  for (const auto& [pid, response] : answers.answered) {
    if (answers.answered.size() > 1) call.io.out << "# process " << pid << '\n';
    call.io.out << response.body;
  }
  return 0;
}

base::Result<int> revoke(const Call& call) {
  const bool all = call.arguments.has("--all");
  if (all == !call.arguments.rest.empty()) {
    return base::fail(base::Code::kInvalidArgument,
                      "Name one session of `admin sessions`, or pass --all to end every one and renew the bearer.");
  }
  // The new token first: what a server accepts after its answer is the new one alone.
  if (all) TRY_VOID(LocalBearer::renew(call.settings.storage.directory, call.process.random));
  json::Object body{{"all", all}};
  if (!all) body.set("session", call.arguments.rest.front());
  TRY(const AdminAnswers answers,
      ask_all(call.process, call.settings,
              {.method = http::Method::kPost, .target = "/revoke", .body = json::write(body)}));
  int64_t ended = 0;
  for (const auto& [pid, response] : answers.answered) {
    TRY(const json::Value said, json::parse(response.body, {}));
    ended += integer_of(said, "ended");
  }
  if (!all && ended == 0) {
    return base::fail(base::Code::kNotFound, "There is no such session. `admin sessions` lists those that are open.");
  }
  if (call.arguments.has("--json")) {
    call.io.out << json::write_pretty(json::Object{{"ended", ended}, {"bearer_renewed", all}});
    return 0;
  }
  call.io.out << fmt::format("Ended {}.\n", base::count_of(ended, "session"));
  if (all) call.io.out << "The bearer is a new one; give it to the clients that may go on.\n";
  return 0;
}

base::Result<int> stop(const Call& call) {
  const json::Object body{{"now", call.arguments.has("--now")}};
  TRY(const AdminAnswers answers,
      ask_running(call.process, call.settings,
                  {.method = http::Method::kPost, .target = "/stop", .body = json::write(body)}));
  json::Array stopping;
  for (const auto& [pid, response] : answers.answered) {
    if (!call.arguments.has("--json")) call.io.out << fmt::format("Process {} is stopping.\n", pid);
    stopping.emplace_back(pid);
  }
  if (call.arguments.has("--json")) {
    call.io.out << json::write_pretty(json::Object{{"stopping", std::move(stopping)}});
  }
  return 0;
}

std::string names_in(const json::Value& said, std::string_view member) {
  std::vector<std::string> names;
  const json::Value* list = said.find(member);
  if (list == nullptr || !list->is_array()) return "";
  for (const json::Value& each : list->array()) names.push_back(each.is_string() ? each.string() : "");
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string reloaded(const std::string& applied, const std::string& waiting) {
  if (waiting.empty()) return applied.empty() ? "nothing has changed" : "took over " + applied;
  if (applied.empty()) return "took over nothing; what has changed needs a new start: " + waiting;
  return fmt::format("took over {}; changed as well, and needs a new start: {}", applied, waiting);
}

base::Result<int> reload(const Call& call) {
  TRY(const AdminAnswers answers,
      ask_running(call.process, call.settings, {.method = http::Method::kPost, .target = "/reload"}));
  json::Array all;
  for (const auto& [pid, response] : answers.answered) {
    TRY(json::Value said, json::parse(response.body, {}));
    if (!call.arguments.has("--json")) {
      const std::string applied = names_in(said, "applied");
      const std::string waiting = names_in(said, "at_next_start");
      call.io.out << fmt::format("Process {}: {}\n", pid, reloaded(applied, waiting));
    }
    said.object().set("pid", pid);
    all.push_back(std::move(said));
  }
  if (call.arguments.has("--json")) call.io.out << json::write_pretty(json::Object{{"servers", std::move(all)}});
  return 0;
}

base::Task<base::Result<void>> record(AuditTrail* audit, std::string_view mode, audit::Event event) {
  audit->begin(mode);
  CO_TRY_VOID(co_await audit->start(NoKeyFile::kRefuse));
  audit::Entry entry{.event = event, .source = "local", .status = "ok"};
  const auto recorded = co_await audit->trail().record(std::move(entry));
  co_await audit->close();
  co_return recorded;
}

// The seal comes first, and a trail that cannot be written is told: nothing may keep the administrator from it.
base::Result<void> seal_now(const Call& call, bool on) {
  const Seal seal(call.settings.storage.directory);
  if (on) {
    TRY_VOID(seal.put_on(call.process.clock.wall()));
  } else {
    TRY_VOID(seal.take_off());
  }
  std::string why = "There is no master key here.";
  if (has_master_key(key_places(call.settings, call.io.environment), call.io.environment)) {
    AuditTrail audit(call.process, call.settings, tell_of_key(call.process, call.io));
    const auto event = on ? audit::Event::kServerSealed : audit::Event::kServerUnsealed;
    const auto recorded = run_to_end(call.process.loop, record(&audit, on ? "seal" : "unseal", event));
    why = recorded ? "" : recorded.error().message;
  }
  if (!why.empty()) call.io.err << "warning: This is not in the audit trail. " << why << '\n';
  return {};
}

base::Result<int> set_seal(const Call& call, bool on) {
  TRY_VOID(seal_now(call, on));
  if (call.arguments.has("--json")) {
    call.io.out << json::write_pretty(json::Object{{"sealed", on}});
  } else {
    call.io.out << (on ? "Sealed: no call runs, here and after a restart, until `admin unseal`.\n"
                       : "The seal is off. Calls run again.\n");
  }
  return 0;
}

// The running servers, held so that none is taken for a later process of the same number.
base::Result<std::vector<os::OtherProcess>> hold_servers(const config::Settings& settings) {
  const std::string directory = admin_directory(settings.storage.directory);
  TRY(const std::vector<std::string> names, os::list_directory(directory));
  std::vector<os::OtherProcess> held;
  for (const std::string& name : names) {
    const auto id = net::process_listening_at(directory + "/" + name);
    if (!id) continue;
    auto server = os::OtherProcess::of(*id);
    if (server) held.push_back(*std::move(server));
  }
  return held;
}

// The seal first, so that nothing begins; then what runs may end; whoever has not ended by then is killed.
base::Result<int> emergency_stop(const Call& call) {
  TRY(const std::vector<os::OtherProcess> servers, hold_servers(call.settings));
  TRY_VOID(seal_now(call, true));
  const bool now = call.arguments.has("--now");
  const auto asked = ask_all(call.process, call.settings,
                             {.method = http::Method::kPost,
                              .target = "/stop",
                              .body = json::write(json::Object{{"now", now}}),
                              .patience = std::chrono::seconds(now ? 1 : 5)});
  if (!asked) call.io.err << "warning: " << asked.error().message << '\n';
  json::Array drained;
  json::Array killed;
  for (const os::OtherProcess& server : servers) {
    const bool ended = server.ends_within(asked ? kStopPatience : std::chrono::milliseconds(0));
    if (!ended) TRY_VOID(server.kill());
    if (!ended && !server.ends_within(kStopPatience)) {
      return base::fail(base::Code::kDeadline, fmt::format("Process {} does not end.", server.id()));
    }
    (ended ? drained : killed).emplace_back(static_cast<int64_t>(server.id()));
  }
  if (call.arguments.has("--json")) {
    call.io.out << json::write_pretty(
        json::Object{{"sealed", true}, {"drained", std::move(drained)}, {"killed", std::move(killed)}});
    return 0;
  }
  call.io.out << fmt::format(
      "Sealed. {} servers have ended in order, {} were killed. No call runs, also after a restart, until `admin "
      "unseal`.\n",
      drained.size(), killed.size());
  return 0;
}

base::Result<int> erase(const Call& call) {
  const std::string user = call.arguments.rest.empty() ? mcp::Principal().id : call.arguments.rest.front();
  TRY_VOID(erase_user(call.process, call.settings, user, call.io));
  if (call.arguments.has("--json")) {
    call.io.out << json::write_pretty(json::Object{{"erased", user}});
  } else {
    call.io.out
        << "Erased: the login, what was kept for undoing and comparing, cached answers, counts, and what tells "
           "whose records of the audit trail are theirs. Backups that were made before still hold it; make a new "
           "one, and remove those.\n";
  }
  return 0;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  const std::string& what = arguments.positional;
  if (!arguments.rest.empty() && what != "revoke" && what != "erase") {
    return base::fail(base::Code::kInvalidArgument, fmt::format("admin {} takes no further argument.", what));
  }
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  const Call call{process, loaded.settings, arguments, io};
  if (what == "status") return status(call);
  if (what == "sessions") return sessions(call);
  if (what == "metrics") return metrics(call);
  if (what == "revoke") return revoke(call);
  if (what == "reload") return reload(call);
  if (what == "stop") return stop(call);
  if (what == "erase") return erase(call);
  if (what == "emergency-stop") return emergency_stop(call);
  return set_seal(call, what == "seal");
}

}  // namespace

Command admin_command() {
  return {
      .name = "admin",
      .about = "Look at the running servers, end sessions, reload settings, seal, stop.",
      .options = {config_option(),
                  {.name = "--all",
                   .kind = OptionKind::kSwitch,
                   .about = "revoke: every session, and a new bearer in the place of the old one."},
                  {.name = "--now",
                   .kind = OptionKind::kSwitch,
                   .about = "stop, emergency-stop: without waiting for what runs."},
                  json_option()},
      .positional = Positional{.name = "what",
                               .about = "status, sessions, revoke, reload, seal, unseal, stop, emergency-stop, erase "
                                        "or metrics.",
                               .choices = {"status", "sessions", "revoke", "reload", "seal", "unseal", "stop",
                                           "emergency-stop", "erase", "metrics"}},
      .rest = Rest{.name = "name",
                   .about = "revoke: the session, as `admin sessions` names it; erase: the user, default owner, or "
                            "\"api-key ID\".",
                   .count_max = 1},
      .master_key = MasterKey::kWelcome,
      .run = run};
}

}  // namespace app::commands

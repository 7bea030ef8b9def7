// The duties of the calendar, in the order in which the security guide lists them.
#include "app/commands/maintenance.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <system_error>
#include <utility>

#include "app/attestations.h"
#include "app/audit_trail.h"
#include "app/commands/incident.h"
#include "app/commands/run_inside.h"
#include "audit/event.h"
#include "checks/check.h"
#include "checks/report.h"
#include "checks/words.h"
#include "json/parse.h"
#include "os/files.h"

namespace app::commands {
namespace {

constexpr std::chrono::days kWeek{7};
// A timer that makes one each day may be late.
constexpr std::chrono::hours kTimerSlack{1};
constexpr size_t kListedMax = 8;
// So few are told with their evidence.
constexpr size_t kFewChecks = 3;
// What `security-check` takes of the options of this command.
constexpr std::array<std::string_view, 9> kPassedOn{"--environment", "--advisories", "--advisories-key",
                                                    "--vex",         "--licences",   "--waivers",
                                                    "--baseline",    "--backups",    "--offline"};

std::optional<Ran> run_with_config(Maintenance& maintenance, std::vector<std::string> arguments) {
  if (!maintenance.config_file.empty()) arguments.insert(arguments.end(), {"--config", maintenance.config_file});
  return run_inside(maintenance.io, arguments);
}

// "8 passed, 1 open, 2 for a person to look at, 0 not applicable: DEP-03 (critical) No open advisory ...", out of a
// report in JSON. Of a few checks each says what it has seen.
std::string summary_of_checks(const json::Value& report) {
  std::vector<std::string> said;
  std::map<std::string, int, std::less<>> counts;
  const json::Value* results = report.find("results");
  if (results == nullptr || !results->is_array()) return "there is no report";
  const bool few = results->array().size() <= kFewChecks;
  for (const json::Value& each : results->array()) {
    const std::string_view status = each.text_or_empty("status");
    ++counts[std::string(status)];
    const bool open = status == "fail" || status == "error";
    if (few) {
      said.push_back(fmt::format("{} {}: {}", each.text_or_empty("id"), status, each.text_or_empty("evidence")));
    } else if (open) {
      said.push_back(fmt::format("{} ({}) {}", each.text_or_empty("id"), each.text_or_empty("severity"),
                                 each.text_or_empty("title")));
    }
  }
  const size_t all = said.size();
  if (all > kListedMax) said.resize(kListedMax);
  std::string text =
      fmt::format("{} passed, {} open, {} for a person to look at, {} not applicable", counts["pass"],
                  counts["fail"] + counts["error"], counts["manual"] + counts["warn"], counts["not_applicable"]);
  // Evidence is sentences.
  if (!said.empty()) text += fmt::format(": {}", fmt::join(said, few ? " " : "; "));
  if (all > kListedMax) text += fmt::format("; and {} more", all - kListedMax);
  return text;
}

// One part of security-check, or some checks of it.
Outcome check(Maintenance& maintenance, const std::string& part, const std::string& only = "") {
  std::vector<std::string> arguments{"security-check", part, "--format", "json"};
  if (!only.empty()) arguments.insert(arguments.end(), {"--only", only});
  for (const std::string_view name : kPassedOn) {
    if (!maintenance.arguments.has(name)) continue;
    arguments.emplace_back(name);
    if (name != "--offline") arguments.push_back(maintenance.arguments.text(name));
  }
  if (os::exists(maintenance.attestations)) {
    arguments.insert(arguments.end(), {"--attestations", maintenance.attestations});
  }
  const auto ran = run_with_config(maintenance, std::move(arguments));
  const std::string command = fmt::format("security-check {}{}", part, only.empty() ? "" : " --only " + only);
  if (!ran) return {StepState::kByHand, fmt::format("This build has no command for it; `{}` is left to you.", command)};
  const auto report = json::parse(ran->out, {});
  if (!report) return {StepState::kFailed, fmt::format("{}: {}", command, as_one_line(ran->err))};
  return {ran->code == 0 ? StepState::kDone : StepState::kFound,
          fmt::format("{}: {}", command, summary_of_checks(*report))};
}

Outcome scan_dependencies(Maintenance& maintenance) { return check(maintenance, "deps"); }
Outcome check_certificates(Maintenance& maintenance) { return check(maintenance, "network", "NET-01,NET-02"); }
Outcome check_libraries(Maintenance& maintenance) { return check(maintenance, "all", "BIN-11,DEP-09,DEP-10"); }
Outcome review_configuration(Maintenance& maintenance) { return check(maintenance, "config"); }
Outcome audit_everything(Maintenance& maintenance) { return check(maintenance, "all"); }

Outcome review_log(Maintenance& maintenance) {
  auto stored = find_trail(maintenance.settings(), maintenance.io.environment, maintenance.process.random);
  if (!stored) return {StepState::kFailed, stored.error().message};
  const auto review = review_trail(*stored, maintenance.now + -std::chrono::hours(kWeek));
  if (!review) return {StepState::kFailed, review.error().message};
  std::vector<std::string_view> notable;
  int64_t critical = 0;
  for (const audit::EventInfo& info : audit::catalogue()) {
    if (info.severity != audit::Severity::kInfo) notable.push_back(info.name);
    if (info.severity == audit::Severity::kCritical) critical += review->count(info.name);
  }
  const bool quiet = std::ranges::none_of(notable, [&](std::string_view name) { return review->count(name) > 0; });
  std::string told =
      quiet ? fmt::format("since {}: no warning and nothing critical.", review->since) : summary_of(*review, notable);
  told = fmt::format("{} records, {}; {}", review->verified.records, review->verified.is_whole() ? "whole" : "damaged",
                     told);
  if (!review->verified.is_whole()) return {StepState::kFound, told + " Run: spotify-mcp-server audit verify"};
  if (critical == 0) return {StepState::kDone, told};
  return {StepState::kFound,
          fmt::format("{} {} critical: explain each, or run a runbook: spotify-mcp-server incident.", told, critical)};
}

struct NewestBackup {
  std::string path;
  std::string created;
  std::chrono::milliseconds took{};
};

// The backup with the latest date of those that open.
std::optional<NewestBackup> newest_backup(Maintenance& maintenance, const std::string& folder) {
  std::optional<NewestBackup> newest;
  const auto names = os::list_directory(folder);
  if (!names) return std::nullopt;
  for (const std::string& name : *names) {
    const std::string path = folder + "/" + name;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) continue;
    const base::Instant begun = maintenance.process.loop.now();
    const auto ran = run_with_config(maintenance, {"backup", "verify", path, "--json"});
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(maintenance.process.loop.now() - begun);
    const auto said = ran && ran->code == 0 ? json::parse(ran->out, {}) : base::Result<json::Value>(json::Value());
    const std::string created(said ? said->text_or_empty("created") : "");
    // Times in UTC in one form sort as texts.
    if (created.empty() || (newest && created <= newest->created)) continue;
    newest = {path, created, took};
  }
  return newest;
}

Outcome verify_backup(Maintenance& maintenance) {
  const std::string folder = maintenance.arguments.text("--backups");
  if (folder.empty()) {
    return {StepState::kByHand,
            "Say where the backups are: --backups DIRECTORY. Without any, make one: spotify-mcp-server backup create "
            "FILE."};
  }
  const auto newest = newest_backup(maintenance, folder);
  if (!newest) {
    return {StepState::kFound, fmt::format("{} holds no backup that opens with the master key. Make one: "
                                           "spotify-mcp-server backup create FILE.",
                                           folder)};
  }
  return judge_backup(newest->path, newest->created, newest->took, maintenance.now);
}

Outcome rotate_keys(Maintenance& maintenance) {
  if (!maintenance.arguments.has("--rotate")) {
    Outcome age = check(maintenance, "all", "CFG-30,CRY-07");
    if (age.state == StepState::kFound) age.told += " Run: spotify-mcp-server maintain monthly --rotate";
    return age;
  }
  std::vector<std::string> told;
  for (const char* master : {"", "--master"}) {
    std::vector<std::string> arguments{"keys", "rotate"};
    if (*master != '\0') arguments.emplace_back(master);
    const auto ran = run_with_config(maintenance, std::move(arguments));
    const std::string command = fmt::format("keys rotate{}{}", *master == '\0' ? "" : " ", master);
    if (!ran || ran->code != 0) {
      return {StepState::kFailed, fmt::format("{}: {}", command, ran ? as_one_line(ran->err) : "there is none")};
    }
    told.push_back(fmt::format("{}: {}", command, as_one_line(ran->out)));
  }
  return {StepState::kDone, fmt::format("{} Restart the servers, and keep a copy of the new master key elsewhere.",
                                        fmt::join(told, " "))};
}

Outcome rehearse(Maintenance& maintenance) {
  std::vector<std::string> steps;
  for (const Runbook& runbook : runbooks()) {
    const auto ran = run_with_config(maintenance, {"incident", std::string(runbook.incident), "--dry-run"});
    if (!ran || ran->code != 0) {
      return {StepState::kFailed,
              fmt::format("incident {}: {}", runbook.incident, ran ? as_one_line(ran->err) : "there is none")};
    }
    steps.push_back(fmt::format("{} ({} steps)", runbook.incident, runbook.steps.size()));
  }
  return {StepState::kDone, fmt::format("Each was gone through dry: {}.", fmt::join(steps, ", "))};
}

// What a member of the answer of `api-key list --json` and its like holds.
json::Array listed_by(Maintenance& maintenance, std::vector<std::string> arguments, std::string_view member) {
  arguments.emplace_back("--json");
  const auto ran = run_with_config(maintenance, std::move(arguments));
  const auto said = ran && ran->code == 0 ? json::parse(ran->out, {}) : base::Result<json::Value>(json::Value());
  const json::Value* list = said ? said->find(member) : nullptr;
  return list != nullptr && list->is_array() ? list->array() : json::Array();
}

Outcome list_access(Maintenance& maintenance) {
  std::vector<std::string> active;
  int64_t ended = 0;
  for (const json::Value& key : listed_by(maintenance, {"api-key", "list"}, "keys")) {
    if (key.text_or_empty("state") != "active") {
      ++ended;
      continue;
    }
    std::vector<std::string> scopes;
    for (const json::Value& scope : key.find("scopes")->array()) scopes.push_back(scope.string());
    active.push_back(fmt::format("{} \"{}\" may {} until {}", key.text_or_empty("id"), key.text_or_empty("label"),
                                 fmt::join(scopes, " "), key.text_or_empty("expires").substr(0, 10)));
  }
  int64_t logins = 0;
  for (const json::Value& key : listed_by(maintenance, {"keys", "status"}, "keys")) {
    const json::Value* grants = key.find("grants");
    if (grants != nullptr && grants->is_integer()) logins += grants->integer();
  }
  std::string told = fmt::format("{} API keys are active, {} have ended or were revoked", active.size(), ended);
  if (!active.empty()) told += fmt::format(" ({})", fmt::join(active, "; "));
  return {StepState::kDone, fmt::format("{}. Stored Spotify logins: {}. What nobody needs: spotify-mcp-server api-key "
                                        "revoke ID, or logout.",
                                        told, logins)};
}

}  // namespace

Outcome judge_backup(const std::string& path, const std::string& created, std::chrono::milliseconds took,
                     base::Wall now) {
  const auto made = checks::parse_time(created);
  const bool old = !made || now - *made > kLossMax + kTimerSlack;
  const bool slow = took > kRestoreMax;
  const auto hours = made ? std::chrono::duration_cast<std::chrono::hours>(now - *made).count() : 0;
  std::string told = fmt::format(
      "{} of {} was restored into a scratch folder, and every piece of it is as it was written. That took {:.1f} s "
      "(RTO: "
      "at most {} s). What changed in the {} h since would be lost with this machine (RPO: at most {} h).",
      path, created, std::chrono::duration<double>(took).count(), std::chrono::seconds(kRestoreMax).count(), hours,
      kLossMax.count());
  if (old) told += " It is too old: make a new one, and have a timer make one each day.";
  if (slow) told += " That is too long: move the data to a faster disk.";
  return {old || slow ? StepState::kFound : StepState::kDone, std::move(told)};
}

Outcome attested_by_hand(const Maintenance& maintenance, const Duty& duty) {
  const std::string_view id = duty.attests;
  if (std::ranges::find(maintenance.done, id) != maintenance.done.end()) {
    return {StepState::kDone, fmt::format("{} says so; attested as {}.", maintenance.owner(), id)};
  }
  const checks::Check& check = *checks::find_check(id);
  checks::Facts facts;
  facts.now = maintenance.now;
  std::map<std::string, checks::Attestation, std::less<>> none;
  facts.attestations = none;
  if (os::exists(maintenance.attestations)) {
    const auto text = os::read_file(maintenance.attestations, kAttestationsBytesMax);
    auto said = text ? checks::read_attestations(*text) : base::Result<decltype(none)>(std::unexpected(text.error()));
    if (!said) return {StepState::kFailed, fmt::format("{}: {}", maintenance.attestations, said.error().message)};
    facts.attestations = *std::move(said);
  }
  const checks::Outcome known = checks::evaluate(check, facts);
  if (known.status == checks::Status::kPass) return {StepState::kDone, fmt::format("{}: {}", id, known.evidence)};
  return {StepState::kByHand,
          fmt::format("{}: {} Then say so: --done {} --owner NAME --evidence WHERE.", id, known.evidence, id)};
}

std::span<const Calendar> calendars() {
  static const std::vector<Calendar> kCalendars{
      {"weekly",
       "What the week asks.",
       {{"scan_dependencies", "Scan the libraries for known flaws.", "", scan_dependencies},
        {"review_log", "Review the security events of the week.", "AUD-13", review_log},
        {"certificates", "Look how long the certificates are good.", "", check_certificates},
        {"verify_backup", "Prove that the newest backup can be restored.", "", verify_backup}}},
      {"monthly",
       "What the month asks.",
       {{"libraries", "See whether the libraries of cryptography, TLS and storage are the newest.", "",
         check_libraries},
        {"policies", "Review the security policies.", "ORG-06", nullptr},
        {"rotate_keys", "Replace the keys that are older than the policy, the master key among them.", "", rotate_keys},
        {"review_configuration", "Review the configuration.", "", review_configuration}}},
      {"quarterly",
       "What the quarter asks.",
       {{"audit", "Check everything.", "", audit_everything},
        {"penetration_test", "Have a penetration test, or a full audit, made.", "ORG-03", nullptr},
        {"rehearse", "Go through the runbooks of incidents, dry.", "", rehearse},
        {"incident_drill", "Rehearse the four incidents with those who would be called.", "ORG-02", nullptr},
        {"training", "Train the team.", "ORG-04", nullptr},
        {"documentation", "Bring the documentation up to date.", "ORG-09", nullptr},
        {"list_access", "List who has access through this program.", "", list_access},
        {"access", "Review who has access to the machine, the keys and the Spotify app.", "ORG-05", nullptr},
        {"restore_drill", "Prove that the newest backup can be restored.", "", verify_backup},
        {"off_site_drill", "Restore from the copy that is kept elsewhere.", "ORG-08", nullptr},
        {"vendors", "Review Spotify's terms and the vendors.", "ORG-07", nullptr},
        {"threat_model", "Review the threat model.", "ORG-01", nullptr},
        {"disclosure", "Write to the address for security reports, and see who answers.", "ORG-10", nullptr}}},
  };
  return kCalendars;
}

const Calendar* find_calendar(std::string_view name) {
  const auto found = std::ranges::find(calendars(), name, &Calendar::name);
  return found == calendars().end() ? nullptr : &*found;
}

}  // namespace app::commands

// incident: runs the runbook of an incident, and leaves a folder of evidence. With --dry-run it only says what it
// would do. `incident verify FOLDER` compares a folder of evidence with its manifest.
#include <fmt/format.h>
#include <map>
#include <ostream>
#include <utility>

#include "app/audit_trail.h"
#include "app/commands/commands.h"
#include "app/commands/incident.h"
#include "app/key_notice.h"
#include "app/master_key.h"
#include "base/text.h"
#include "json/write.h"
#include "os/files.h"

namespace app::commands {
namespace {

constexpr int kSomethingFound = 1;
constexpr int64_t kHoursMax = 24 * 366;
constexpr int64_t kHoursReviewed = 24 * 7;

// "20261124T055200Z": sorts by time, and stands in a path.
std::string stamp_of(base::Wall now) {
  std::string stamp;
  for (const char c : base::to_rfc3339(now)) {
    if (c != '-' && c != ':') stamp += c;
  }
  return stamp;
}

struct Taken {
  const Step* step;
  Outcome outcome;
};

json::Value as_json(const Runbook& runbook, const std::string& evidence, const std::vector<Taken>& taken) {
  json::Array steps;
  for (const Taken& each : taken) {
    steps.emplace_back(json::Object{{"step", each.step->name},
                                    {"state", state_name(each.outcome.state)},
                                    {"title", each.step->title},
                                    {"told", each.outcome.told}});
  }
  return json::Object{{"incident", runbook.incident}, {"evidence", evidence}, {"steps", std::move(steps)}};
}

void print(Io& io, size_t number, const Taken& taken) {
  io.out << fmt::format("{}. [{}] {}\n", number, state_name(taken.outcome.state), taken.step->title);
  if (!taken.outcome.told.empty()) io.out << fmt::format("   {}\n", taken.outcome.told);
  // A person watches.
  io.out << std::flush;
}

int64_t count_of(const std::vector<Taken>& taken, StepState state) {
  return std::ranges::count_if(taken, [state](const Taken& each) { return each.outcome.state == state; });
}

base::Task<base::Result<void>> record(AuditTrail* audit, audit::Entry entry) {
  audit->begin("incident");
  CO_TRY_VOID(co_await audit->start(NoKeyFile::kRefuse));
  const auto recorded = co_await audit->trail().record(std::move(entry));
  co_await audit->close();
  co_return recorded;
}

// The trail hears of the runbook itself. It is opened for each word anew, since a step may change its keys. Where it
// cannot be written the runbook goes on: it is there to stop damage.
void tell_trail(const Incident& incident, audit::Entry entry) {
  std::string why = "There is no master key here.";
  if (has_master_key(key_places(incident.settings(), incident.io.environment), incident.io.environment)) {
    AuditTrail audit(incident.process, incident.settings(), tell_of_key(incident.process, incident.io));
    entry.source = "local";
    const auto recorded = run_to_end(incident.process.loop, record(&audit, std::move(entry)));
    why = recorded ? "" : recorded.error().message;
  }
  if (!why.empty()) incident.io.err << "warning: This is not in the audit trail. " << why << '\n';
}

void open_trail(Incident& incident) {
  auto stored = find_trail(incident.settings(), incident.io.environment, incident.process.random);
  if (!stored) {
    incident.io.err << "warning: " << stored.error().message << '\n';
    return;
  }
  incident.trail.emplace(*std::move(stored));
  auto review = review_trail(*incident.trail, incident.since);
  if (review) {
    incident.review = *std::move(review);
  } else {
    incident.io.err << "warning: " << review.error().message << '\n';
  }
}

base::Result<int> plan(const Runbook& runbook, const Arguments& arguments, Io& io) {
  std::vector<Taken> taken;
  for (const Step& step : runbook.steps) taken.push_back({&step, {StepState::kPlanned, ""}});
  if (arguments.has("--json")) {
    io.out << json::write_pretty(as_json(runbook, "", taken));
    return 0;
  }
  io.out << runbook.about << " This is what would be done:\n";
  for (size_t i = 0; i < taken.size(); ++i) print(io, i + 1, taken[i]);
  return 0;
}

base::Result<int> respond(const Runbook& runbook, const config::Loaded& loaded, const Arguments& arguments, Io& io) {
  if (arguments.has("--dry-run")) return plan(runbook, arguments, io);
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  const base::Wall now = process.clock.wall();
  const int64_t hours = arguments.number("--hours").value_or(kHoursReviewed);
  Incident incident{.process = process,
                    .loaded = loaded,
                    .io = io,
                    .config_file = find_config_file(arguments.text("--config"), io.environment),
                    .since = now + -std::chrono::hours(hours)};
  std::string folder = arguments.text("--evidence");
  if (folder.empty()) {
    folder = fmt::format("{}/incidents/{}-{}", loaded.settings.storage.directory, stamp_of(now), runbook.incident);
  }
  TRY(Evidence evidence, Evidence::begin(folder, known_secrets(loaded.settings, io.environment)));
  incident.evidence.emplace(std::move(evidence));
  tell_trail(incident, {.event = audit::Event::kIncidentBegun, .request = {{"incident", runbook.incident}}});
  open_trail(incident);
  const bool quiet = arguments.has("--json");
  std::vector<Taken> taken;
  for (const Step& step : runbook.steps) {
    if (step.name == "seal" && arguments.has("--no-seal")) continue;
    taken.push_back({&step, step.run(incident)});
    if (!quiet) print(io, taken.size(), taken.back());
  }
  tell_trail(incident, {.event = audit::Event::kIncidentEnded,
                        .request = {{"incident", runbook.incident},
                                    {"done", count_of(taken, StepState::kDone)},
                                    {"by_hand", count_of(taken, StepState::kByHand)},
                                    {"found", count_of(taken, StepState::kFound)},
                                    {"failed", count_of(taken, StepState::kFailed)}}});
  const json::Value report = as_json(runbook, folder, taken);
  TRY_VOID(incident.evidence->add_json("report.json", report));
  if (incident.review) TRY_VOID(incident.evidence->add_json("review.json", as_json(*incident.review)));
  // With the key that is the trail's now: the one of before may be the one that leaked.
  const auto stored = find_trail(loaded.settings, io.environment, process.random);
  TRY_VOID(incident.evidence->finish(runbook.incident, now, stored ? &stored->keys : nullptr));
  if (quiet) {
    io.out << json::write_pretty(report);
  } else {
    io.out << fmt::format("The evidence is in {}. Hand it on, and keep it elsewhere too.\n", folder);
  }
  const bool clean = count_of(taken, StepState::kFailed) == 0 && count_of(taken, StepState::kFound) == 0;
  return clean ? 0 : kSomethingFound;
}

base::Result<int> verify(const config::Loaded& loaded, const Arguments& arguments, Io& io) {
  if (arguments.rest.size() != 1) {
    return base::fail(base::Code::kInvalidArgument, "Say which folder: incident verify FOLDER.");
  }
  crypto::OsRandom random;
  const auto stored = find_trail(loaded.settings, io.environment, random);
  TRY(const EvidenceReport report, verify_evidence(arguments.rest.front(), stored ? &stored->keys : nullptr));
  using Signature = EvidenceReport::Signature;
  const std::string_view signature = report.signature == Signature::kGood    ? "good"
                                     : report.signature == Signature::kWrong ? "wrong"
                                                                             : "none";
  if (arguments.has("--json")) {
    json::Array problems;
    for (const std::string& problem : report.problems) problems.emplace_back(problem);
    io.out << json::write_pretty(json::Object{{"whole", report.is_whole()},
                                              {"files", static_cast<int64_t>(report.files)},
                                              {"signature", signature},
                                              {"problems", std::move(problems)}});
  } else {
    for (const std::string& problem : report.problems) io.out << problem << '\n';
    io.out << fmt::format("{} files. Signature: {}.\n", report.files, signature);
    if (report.signature == Signature::kNone)
      io.err << "note: Without the master key that signed it, nobody can tell.\n";
  }
  return report.is_whole() ? 0 : kSomethingFound;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  if (arguments.positional == "verify") return verify(loaded, arguments, io);
  if (!arguments.rest.empty()) {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("incident {} takes no further argument.", arguments.positional));
  }
  return respond(*find_runbook(arguments.positional), loaded, arguments, io);
}

}  // namespace

Command incident_command() {
  return {
      .name = "incident",
      .about = "Run the runbook of an incident, and leave evidence.",
      .options = {config_option(),
                  {.name = "--dry-run", .kind = OptionKind::kSwitch, .about = "Only say what would be done."},
                  {.name = "--no-seal", .kind = OptionKind::kSwitch, .about = "Let calls go on meanwhile."},
                  {.name = "--evidence",
                   .value = "FOLDER",
                   .about = "Where the evidence goes; default: incidents/ in the data directory."},
                  {.name = "--hours",
                   .kind = OptionKind::kNumber,
                   .value = "N",
                   .about = "How far back the trail is reviewed; default 168, a week.",
                   .min = 1,
                   .max = kHoursMax},
                  json_option()},
      .positional = Positional{.name = "what",
                               .about = "auth-compromise, dependency, config-exposure, network, or verify FOLDER.",
                               .choices = {"auth-compromise", "dependency", "config-exposure", "network", "verify"}},
      .rest = Rest{.name = "folder", .about = "verify: the folder of evidence.", .count_max = 1},
      .master_key = MasterKey::kWelcome,
      .run = run};
}

}  // namespace app::commands

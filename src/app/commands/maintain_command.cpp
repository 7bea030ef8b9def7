// maintain: goes through the duties of a week, a month or a quarter; does what a program can do, looks at what it can
// see, and says what a person has to do. The run stands in the audit trail, and what its owner vouches for in the file
// of attestations that `security-check` takes.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ostream>
#include <ranges>
#include <utility>

#include "app/attestations.h"
#include "app/audit_trail.h"
#include "app/commands/commands.h"
#include "app/commands/maintenance.h"
#include "app/key_notice.h"
#include "app/master_key.h"
#include "base/text.h"
#include "checks/words.h"
#include "json/write.h"
#include "os/files.h"

namespace app::commands {
namespace {

constexpr int kSomethingFound = 1;
// An attestation is a line for people.
constexpr size_t kWordsMax = 400;

struct Taken {
  const Duty* duty;
  Outcome outcome;
};

std::unexpected<base::Error> wrong(std::string message) {
  return base::fail(base::Code::kInvalidArgument, std::move(message));
}

// What a person vouches for: ids of duties of this calendar that are theirs.
base::Result<std::vector<std::string>> vouched(const Calendar& calendar, const Arguments& arguments) {
  std::vector<std::string> ids;
  const std::string given = arguments.text("--done");
  for (const std::string_view id : base::split(given, ',')) {
    if (!base::trim(id).empty()) ids.emplace_back(base::trim(id));
  }
  std::vector<std::string_view> known;
  for (const Duty& duty : calendar.duties) {
    if (duty.run == nullptr) known.push_back(duty.attests);
  }
  for (const std::string& id : ids) {
    if (std::ranges::find(known, id) != known.end()) continue;
    return wrong(known.empty() ? fmt::format("maintain {} has nothing for --done.", calendar.name)
                               : fmt::format("--done takes those of maintain {} that are a person's: {}.",
                                             calendar.name, fmt::join(known, ", ")));
  }
  const bool signs = !arguments.text("--owner").empty() && !arguments.text("--evidence").empty();
  if (!ids.empty() && !signs) {
    return wrong("--done needs --owner NAME, who has done it, and --evidence WHERE, where that can be seen.");
  }
  for (const char* name : {"--owner", "--evidence"}) {
    const std::string text = arguments.text(name);
    if (text.size() <= kWordsMax && base::is_valid_utf8(text) && !base::has_control_characters(text)) continue;
    return wrong(fmt::format("{} takes one line of at most {} bytes.", name, kWordsMax));
  }
  return ids;
}

int64_t count_of(const std::vector<Taken>& taken, StepState state) {
  return std::ranges::count_if(taken, [state](const Taken& each) { return each.outcome.state == state; });
}

std::string cut(std::string text) {
  text.resize(kWordsMax);
  while (!base::is_valid_utf8(text)) text.pop_back();
  return text;
}

// What the owner vouches for: that they have read what a review has shown, and what they say to have done.
std::vector<NewAttestation> attestations_of(const Maintenance& maintenance, const Calendar& calendar,
                                            const std::vector<Taken>& taken) {
  std::vector<NewAttestation> all;
  if (maintenance.owner().empty()) return all;
  for (const Taken& each : taken) {
    if (each.duty->attests.empty()) continue;
    const bool by_hand = each.duty->run == nullptr;
    if (by_hand && std::ranges::find(maintenance.done, each.duty->attests) == maintenance.done.end()) continue;
    if (each.outcome.state == StepState::kFailed) continue;
    const std::string seen = by_hand ? maintenance.arguments.text("--evidence") : each.outcome.told;
    std::string evidence = fmt::format("maintain {}: {}", calendar.name, seen);
    if (evidence.size() > kWordsMax) evidence = cut(std::move(evidence)) + " ...";
    all.push_back({std::string(each.duty->attests), maintenance.now, maintenance.owner(), std::move(evidence)});
  }
  return all;
}

std::string ids_of(const std::vector<NewAttestation>& attested) {
  return fmt::format("{}", fmt::join(attested | std::views::transform(&NewAttestation::id), " "));
}

base::Task<base::Result<void>> record(AuditTrail* audit, audit::Entry entry) {
  audit->begin("maintain");
  CO_TRY_VOID(co_await audit->start(NoKeyFile::kRefuse));
  const auto recorded = co_await audit->trail().record(std::move(entry));
  co_await audit->close();
  co_return recorded;
}

base::Result<void> tell_trail(const Maintenance& maintenance, const Calendar& calendar, const std::vector<Taken>& taken,
                              const std::vector<NewAttestation>& attested) {
  if (!has_master_key(key_places(maintenance.settings(), maintenance.io.environment), maintenance.io.environment)) {
    return base::fail(base::Code::kNotFound, "There is no master key here.");
  }
  AuditTrail audit(maintenance.process, maintenance.settings(), tell_of_key(maintenance.process, maintenance.io));
  audit::Entry entry{.event = audit::Event::kMaintenanceRun,
                     .source = "local",
                     .request = {{"calendar", calendar.name},
                                 {"done", count_of(taken, StepState::kDone)},
                                 {"found", count_of(taken, StepState::kFound)},
                                 {"by_hand", count_of(taken, StepState::kByHand)},
                                 {"failed", count_of(taken, StepState::kFailed)},
                                 {"attested", ids_of(attested)}},
                     .status = "ok"};
  return run_to_end(maintenance.process.loop, record(&audit, std::move(entry)));
}

// What the trail does not know is not attested.
base::Result<std::vector<NewAttestation>> keep(const Maintenance& maintenance, const Calendar& calendar,
                                               const std::vector<Taken>& taken) {
  std::vector<NewAttestation> attested = attestations_of(maintenance, calendar, taken);
  if (const auto told = tell_trail(maintenance, calendar, taken, attested); !told) {
    maintenance.io.err << fmt::format("warning: This run is not in the audit trail{}. {}\n",
                                      attested.empty() ? "" : ", so nothing was attested", told.error().message);
    return std::vector<NewAttestation>();
  }
  if (!attested.empty()) TRY_VOID(add_attestations(maintenance.attestations, attested));
  return attested;
}

json::Value as_json(const Calendar& calendar, const std::vector<Taken>& taken,
                    const std::vector<NewAttestation>& attested, const std::string& file) {
  json::Array steps;
  for (const Taken& each : taken) {
    steps.emplace_back(json::Object{{"step", each.duty->name},
                                    {"state", state_name(each.outcome.state)},
                                    {"title", each.duty->title},
                                    {"told", each.outcome.told}});
  }
  json::Array ids;
  for (const NewAttestation& each : attested) ids.emplace_back(each.id);
  return json::Object{
      {"calendar", calendar.name}, {"steps", std::move(steps)}, {"attested", std::move(ids)}, {"attestations", file}};
}

void print(Io& io, size_t number, const Taken& taken) {
  io.out << fmt::format("{}. [{}] {}\n", number, state_name(taken.outcome.state), taken.duty->title);
  if (!taken.outcome.told.empty()) io.out << fmt::format("   {}\n", taken.outcome.told);
  // A person watches.
  io.out << std::flush;
}

base::Result<int> plan(const Calendar& calendar, const Arguments& arguments, Io& io) {
  std::vector<Taken> taken;
  for (const Duty& duty : calendar.duties) taken.push_back({&duty, {StepState::kPlanned, ""}});
  if (arguments.has("--json")) {
    io.out << json::write_pretty(as_json(calendar, taken, {}, ""));
    return 0;
  }
  io.out << calendar.about << " This is what would be done:\n";
  for (size_t i = 0; i < taken.size(); ++i) print(io, i + 1, taken[i]);
  return 0;
}

base::Result<int> go_through(const Calendar& calendar, Maintenance& maintenance) {
  Io& io = maintenance.io;
  const bool quiet = maintenance.arguments.has("--json");
  std::vector<Taken> taken;
  for (const Duty& duty : calendar.duties) {
    taken.push_back({&duty, duty.run == nullptr ? attested_by_hand(maintenance, duty) : duty.run(maintenance)});
    if (!quiet) print(io, taken.size(), taken.back());
  }
  TRY(const std::vector<NewAttestation> attested, keep(maintenance, calendar, taken));
  if (quiet) {
    io.out << json::write_pretty(as_json(calendar, taken, attested, maintenance.attestations));
  } else if (!attested.empty()) {
    io.out << fmt::format("Attested: {}, in {}.\n", ids_of(attested), maintenance.attestations);
  } else if (maintenance.owner().empty()) {
    io.err << "note: Nothing was attested. Whoever has read this says so with --owner NAME.\n";
  }
  const bool clean = count_of(taken, StepState::kFailed) == 0 && count_of(taken, StepState::kFound) == 0;
  return clean ? 0 : kSomethingFound;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  const Calendar& calendar = *find_calendar(arguments.positional);
  if (arguments.has("--dry-run")) return plan(calendar, arguments, io);
  TRY(std::vector<std::string> done, vouched(calendar, arguments));
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  std::string attestations = arguments.text("--attestations");
  if (attestations.empty()) attestations = loaded.settings.storage.directory + "/attestations.json";
  Maintenance maintenance{.process = process,
                          .loaded = loaded,
                          .arguments = arguments,
                          .io = io,
                          .config_file = find_config_file(arguments.text("--config"), io.environment),
                          .attestations = std::move(attestations),
                          .now = process.clock.wall(),
                          .done = std::move(done)};
  return go_through(calendar, maintenance);
}

Option file_option(std::string_view name, std::string_view about) {
  return {.name = name, .value = "FILE", .about = about};
}

}  // namespace

Command maintain_command() {
  return {
      .name = "maintain",
      .about = "Go through the maintenance of a week, a month or a quarter.",
      .options = {config_option(),
                  {.name = "--environment",
                   .value = "KIND",
                   .about = "Judge for this kind of deployment: development, staging or production.",
                   .setting = "environment"},
                  {.name = "--owner",
                   .value = "NAME",
                   .about = "Who goes through it, reads what it says and vouches for it."},
                  {.name = "--done",
                   .value = "ID,..",
                   .about = "What a person has done, by the checks that take an attestation of it, such as ORG-04."},
                  {.name = "--evidence", .value = "WHERE", .about = "Where that can be seen."},
                  file_option("--attestations", "Where it is noted; default: attestations.json in the data directory."),
                  {.name = "--rotate", .kind = OptionKind::kSwitch, .about = "monthly: replace the keys now."},
                  {.name = "--backups",
                   .value = "DIR",
                   .about = "weekly, quarterly: the folder of backups; the newest is tried."},
                  {.name = "--advisories", .value = "PATH", .about = "As of security-check, and so are the next five."},
                  file_option("--advisories-key", "The public key that signs the advisories, in base64."),
                  file_option("--vex", "Statements in OpenVEX."),
                  file_option("--licences", "The policy of licences."),
                  file_option("--waivers", "What is accepted, by whom and until when."),
                  file_option("--baseline", "An earlier report in JSON: what failed there is no finding."),
                  {.name = "--offline", .kind = OptionKind::kSwitch, .about = "Ask no server of others."},
                  {.name = "--dry-run", .kind = OptionKind::kSwitch, .about = "Only say what would be done."},
                  json_option()},
      .positional = Positional{.name = "calendar",
                               .about = "weekly, monthly or quarterly.",
                               .choices = {"weekly", "monthly", "quarterly"}},
      .master_key = MasterKey::kWelcome,
      .run = run};
}

}  // namespace app::commands

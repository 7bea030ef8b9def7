// The audit trail, as its verifier sees it.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "audit/verifier.h"
#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

const TrailFacts& trail_of(const Facts& facts) { return *facts.trail; }

Outcome judge_chain(const Facts& facts) {
  const audit::Report& report = trail_of(facts).report;
  if (report.finding)
    return fail(
        fmt::format("Damaged at record {}: {}.", report.finding->seq, audit::damage_name(report.finding->damage)));
  return pass(fmt::format("{} records in {} segments hold.", report.records, report.segments));
}

Outcome judge_checkpoint(const Facts& facts) {
  constexpr std::chrono::minutes kAgeMax{5};
  const TrailFacts& has = trail_of(facts);
  if (has.report.checkpoints == 0)
    return judge(has.report.records == 0,
                 has.report.records == 0 ? "Nothing is recorded yet." : "There is no signed checkpoint.");
  // A trail to which nothing was added needs no new one.
  if (has.records_behind_checkpoint == 0) return pass("The latest checkpoint covers every record.");
  const bool fresh = has.last_record && facts.now - *has.last_record <= kAgeMax;
  return judge(fresh, fresh ? "The latest checkpoint is a few records behind, and the records are fresh."
                            : "Records older than five minutes are behind the latest checkpoint.");
}

Outcome judge_events(const Facts& facts) {
  Texts missing;
  for (const std::string_view event : {"server.started", "config.loaded"}) {
    if (!trail_of(facts).events.contains(event)) missing.emplace_back(event);
  }
  return judge(missing.empty(), missing.empty() ? fmt::format("{} kinds of events.", trail_of(facts).events.size())
                                                : "Never seen: " + sentence(missing));
}

Outcome judge_files(const Facts& facts) {
  Texts open;
  for (const FileFact& file : trail_of(facts).files) {
    if ((file.mode & 077) != 0) open.push_back(fmt::format("{} has mode {:04o}", file.path, file.mode & 07777));
  }
  return judge(open.empty(), open.empty() ? "The files of the trail are closed to others." : sentence(open));
}

Outcome judge_alert_rules(const Facts& facts) {
  if (!facts.config || !facts.config->settings) return facts.config.lacking();
  const config::Settings& settings = *facts.config->settings;
  const bool leaves = !settings.alerts.webhook.empty() || (!settings.syslog.server.empty() && settings.syslog.alerts) ||
                      (!settings.mail.server.empty() && !settings.mail.to.empty());
  if (!leaves) return fail("The rules are built in; no alert leaves the log.");
  const auto delivered =
      facts.attestations ? facts.attestations->find("ALERT-TEST") : decltype(facts.attestations->end())();
  if (!facts.attestations || delivered == facts.attestations->end())
    return manual("The rules are loaded. Post a test alert and attest it as ALERT-TEST.");
  return judge(facts.now - delivered->second.date <= std::chrono::days(7),
               fmt::format("A test alert was delivered on {}.", day(delivered->second.date)));
}

const Check kChecks[] = {
    {"AUD-01",
     "The chain of the trail holds",
     Severity::kCritical,
     Subject::kTrail,
     {"A09", "A09", "PR.PS-04", "8.15", "CC7.2"},
     "Keep the evidence and look into the incident: `audit verify` says where the damage is.",
     judge_chain},
    {"AUD-02",
     "A signed checkpoint covers the trail",
     Severity::kHigh,
     Subject::kTrail,
     {"A09", "A09", "PR.PS-04", "8.15", "CC7.2"},
     "Start the server, which signs one at least each minute.",
     judge_checkpoint},
    {"AUD-03",
     "No record is missing",
     Severity::kHigh,
     Subject::kTrail,
     {"A09", "A09", "PR.PS-04", "8.15", "CC7.2"},
     "Look into the incident: `audit verify` names the gaps.",
     [](const Facts& facts) {
       const size_t gaps = trail_of(facts).report.gaps.size();
       return judge(gaps == 0, fmt::format("{} gaps.", gaps));
     }},
    {"AUD-04",
     "Every record has its seven fields",
     Severity::kMedium,
     Subject::kTrail,
     {"A09", "A09", "PR.PS-04", "8.15", "CC7.2"},
     "Do not use this build; report it.",
     [](const Facts& facts) {
       return judge(trail_of(facts).incomplete_records == 0,
                    fmt::format("{} records lack one.", trail_of(facts).incomplete_records));
     }},
    {"AUD-05",
     "No secret is in the trail",
     Severity::kCritical,
     Subject::kTrail,
     {"A09", "A09", "PR.DS-01", "8.11, 8.12", "CC6.1"},
     "Rotate the secret; report it.",
     [](const Facts& facts) {
       const Texts& found = trail_of(facts).secrets;
       return judge(found.empty(), found.empty() ? "None was found." : sentence(found));
     }},
    {"AUD-06",
     "The files of the trail are closed to others",
     Severity::kMedium,
     Subject::kTrail,
     {"A09", "A09", "PR.PS-04", "8.15", "CC7.2"},
     "Run `chmod -R go= DIRECTORY`.",
     judge_files},
    {"AUD-07",
     "The times of the trail only grow",
     Severity::kLow,
     Subject::kTrail,
     {"A09", "A09", "PR.PS-04", "8.17", "CC7.2"},
     "Synchronise the clock; the trail says where it stepped.",
     [](const Facts& facts) {
       return judge(trail_of(facts).backward_steps == 0,
                    fmt::format("{} records are more than a second before the one that they follow.",
                                trail_of(facts).backward_steps));
     }},
    {"AUD-08",
     "The trail tells of starts and settings",
     Severity::kMedium,
     Subject::kTrail,
     {"A09", "A09", "DE.CM-09", "8.16", "CC7.2"},
     "Start the server with the trail switched on.",
     judge_events},
    {"AUD-09",
     "Checkpoints leave this machine",
     Severity::kHigh,
     Subject::kSettings,
     {"A09", "A09", "DE.CM-09", "8.15", "CC7.2"},
     "Set audit.checkpoints to a file on another disk or machine.",
     [](const Facts& facts) {
       const config::Settings& settings = *facts.config->settings;
       const bool remote =
           !settings.audit.webhook.empty() || (!settings.syslog.server.empty() && settings.syslog.records);
       if (!remote && settings.audit.checkpoints.empty())
         return fail("Neither records nor checkpoints leave the folder of the trail.");
       if (remote && facts.trail && facts.trail->lost_lines.value_or(0) > 0) {
         return fail(fmt::format("{} lines were given up since the server started.", *facts.trail->lost_lines));
       }
       return pass(remote ? "Records are sent to another machine as they are written."
                          : "Checkpoints are appended to a file of their own.");
     }},
    {"AUD-10",
     "Alert rules are loaded and reach someone",
     Severity::kMedium,
     Subject::kSettings,
     {"A09", "A09", "DE.AE-06", "8.16", "CC7.3"},
     "Set alerts.webhook, post a test alert, and attest it.",
     judge_alert_rules},
    {"AUD-11",
     "No critical event is unexplained",
     Severity::kMedium,
     Subject::kTrail,
     {"A09", "A09", "RS.MA-02", "5.25", "CC7.4"},
     "Look into each, then review the trail and attest that as AUD-13.",
     [](const Facts& facts) {
       return judge(trail_of(facts).open_alerts == 0,
                    fmt::format("{} critical events since the last review.", trail_of(facts).open_alerts));
     }},
    {"AUD-12",
     "Records are kept, and what is removed is signed",
     Severity::kLow,
     Subject::kTrail,
     {"A09", "A09", "PR.PS-04", "5.33", "CC7.2"},
     "Find out who removed the records.",
     [](const Facts& facts) {
       const TrailFacts& has = trail_of(facts);
       return judge(has.unsigned_prunes == 0,
                    has.unsigned_prunes == 0 ? "The trail begins with its first record, or where a signed file says."
                                             : "The beginning of the trail was removed.");
     }},
    {"AUD-13",
     "The log was reviewed this week",
     Severity::kLow,
     Subject::kAttestations,
     {"A09", "A09", "DE.AE-02", "8.16", "CC7.2"},
     "Review it, then attest it as AUD-13.",
     [](const Facts& facts) {
       if (!facts.attestations) return manual(facts.attestations.lacking().evidence);
       const auto found = facts.attestations->find("AUD-13");
       if (found == facts.attestations->end()) return manual("Nobody attested it.");
       return judge(facts.now - found->second.date <= std::chrono::days(7),
                    fmt::format("{} did so on {}.", found->second.owner, day(found->second.date)));
     }},
};

}  // namespace

std::span<const Check> audit_checks() { return kChecks; }

}  // namespace checks

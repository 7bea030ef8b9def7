// What the program is made of: the bill of materials, advisories, licences, and the score of the guide.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <string>

#include "checks/facts.h"
#include "checks/score.h"
#include "checks/words.h"

namespace checks {
namespace {

const DependencyFacts& deps_of(const Facts& facts) { return *facts.dependencies; }

Outcome judge_list(const Fact<Texts>& fact, std::string_view good, std::string_view bad) {
  if (!fact) return fact.lacking();
  return judge(fact->empty(), fact->empty() ? std::string(good) : fmt::format("{}: {}", bad, sentence(*fact)));
}

Outcome judge_advisories(const Facts& facts) {
  const auto& matches = deps_of(facts).matches;
  if (!matches) return matches.lacking();
  Texts open;
  size_t suppressed = 0;
  for (const Match& match : *matches) {
    if (!match.suppressed.empty()) {
      ++suppressed;
    } else if (match.severity >= Severity::kHigh) {
      open.push_back(fmt::format("{} in {} {}", match.id, match.component, match.version));
    }
  }
  if (!open.empty()) return fail("Open: " + sentence(open));
  return pass(fmt::format("No open advisory of high or critical severity; {} of {} are suppressed by VEX.", suppressed,
                          matches->size()));
}

Outcome judge_snapshot(const Facts& facts) {
  constexpr std::chrono::days kAgeMax{7};
  const DependencyFacts& has = deps_of(facts);
  if (!has.snapshot) {
    return error(
        "There is no snapshot of advisories. Give one by --advisories, or ask a server by --advisories-server.");
  }
  const std::string of = fmt::format("The snapshot is of {}.", day(*has.snapshot));
  if (facts.now - *has.snapshot > kAgeMax) return fail(of);
  switch (has.origin.kind) {
    case SnapshotOrigin::Kind::kForged:
      return fail(of + " " + has.origin.problem);
    case SnapshotOrigin::Kind::kSigned:
      return pass(of + " Its signature holds.");
    case SnapshotOrigin::Kind::kServer:
      return pass(of + " It came from the server that was named.");
    case SnapshotOrigin::Kind::kUnsigned:
      break;
  }
  return warn(of + " Nothing shows who made it: no --advisories-key was given.");
}

Outcome judge_clocks(const Facts& facts) {
  const auto& matches = deps_of(facts).matches;
  if (!matches) return matches.lacking();
  Texts late;
  for (const Match& match : *matches) {
    if (!match.suppressed.empty()) continue;
    const base::Wall due = match.published + remediation_time(match.severity);
    if (facts.now > due) late.push_back(fmt::format("{} was due on {}", match.id, day(due)));
  }
  return judge(late.empty(), late.empty() ? "No remediation is overdue." : sentence(late));
}

Outcome judge_score(const Facts& facts) {
  constexpr int kScoreMin = 80;
  const DependencyScore score = score_dependencies(facts);
  if (!score.is_known) return error("There is no score: " + score.formula);
  return judge(score.points >= kScoreMin, fmt::format("{} of 100: {}", score.points, score.formula));
}

const Check kChecks[] = {
    {"DEP-01",
     "The bill of materials is the one of this build",
     Severity::kHigh,
     Subject::kDependencies,
     {"A06", "A03", "ID.AM-02", "5.9", "CC7.1"},
     "Install the SBOM of this release beside the program, or name it with --sbom FILE.",
     [](const Facts& facts) {
       const DependencyFacts& has = deps_of(facts);
       if (!has.sbom_digest) return has.sbom_digest.lacking();
       if (has.embedded_digest.empty()) return error("The program knows no digest of its SBOM.");
       return judge(*has.sbom_digest == has.embedded_digest,
                    *has.sbom_digest == has.embedded_digest
                        ? fmt::format("Its digest is built in; {} components.", has.components)
                        : "Its digest is not the one that is built in.");
     }},
    {"DEP-02",
     "What is loaded is what the bill of materials names",
     Severity::kMedium,
     Subject::kDependencies,
     {"A06", "A03", "ID.AM-02", "5.9", "CC7.1"},
     "Find out where the library came from; install the packages of the release.",
     [](const Facts& facts) {
       return judge_list(deps_of(facts).drift, "Every loaded library is named with its package.", "Differs");
     }},
    {"DEP-03",
     "No open advisory of high severity",
     Severity::kCritical,
     Subject::kDependencies,
     {"A06", "A03", "ID.RA-01", "8.8", "CC7.1"},
     "Update what the evidence names, or say by a VEX statement why it does not apply.",
     judge_advisories},
    {"DEP-04",
     "The advisories are of this week, and signed",
     Severity::kMedium,
     Subject::kDependencies,
     {"A06", "A03", "ID.RA-02", "5.7", "CC7.1"},
     "Fetch the advisories again: an OSV export of Debian:12, given by --advisories, and signed by who fetches it, "
     "which "
     "--advisories-key FILE verifies.",
     judge_snapshot},
    {"DEP-05",
     "Nothing is mended later than the clock allows",
     Severity::kHigh,
     Subject::kDependencies,
     {"A06", "A03", "ID.RA-06", "8.8", "CC7.1"},
     "Update what the evidence names: critical within 7 days, high 30, medium 90, low 180.",
     judge_clocks},
    {"DEP-06",
     "Licences are within the policy",
     Severity::kMedium,
     Subject::kDependencies,
     {"A06", "A03", "GV.OC-03", "5.32", "CC9.2"},
     "Replace the component, or change the policy: --licences FILE.",
     [](const Facts& facts) {
       return judge_list(deps_of(facts).licence_problems, "All are within the policy.", "Outside");
     }},
    {"DEP-07",
     "Every component is pinned",
     Severity::kHigh,
     Subject::kDependencies,
     {"A08", "A03", "GV.SC-07", "5.21", "CC9.2"},
     "Build the release again from pinned packages.",
     [](const Facts& facts) {
       return judge_list(deps_of(facts).floating, "Each has an exact version; libraries have a digest.", "Not pinned");
     }},
    {"DEP-08",
     "VEX statements are justified and have not expired",
     Severity::kMedium,
     Subject::kDependencies,
     {"A06", "A03", "ID.RA-06", "8.8", "CC7.1"},
     "Write the statement anew, with a justification and an end.",
     [](const Facts& facts) {
       Texts bad;
       for (const VexProblem& each : deps_of(facts).vex_problems)
         bad.push_back(fmt::format("{} {}", each.id, each.about));
       return judge(bad.empty(), bad.empty() ? "Every statement is justified and holds." : sentence(bad));
     }},
    {"DEP-09",
     "Installed packages have no pending security update",
     Severity::kHigh,
     Subject::kDependencies,
     {"A06", "A03", "PR.PS-02", "8.8", "CC7.1"},
     "Run `apt-get update` and `apt-get upgrade`.",
     [](const Facts& facts) {
       if (!facts.system) return facts.system.lacking();
       const auto& pending = facts.system->pending_updates;
       return judge_list(pending, "Every installed package is as new as the security pocket.",
                         "Older than the security pocket");
     }},
    {"DEP-10",
     "Libraries of crypto, TLS, HTTP and storage are not far behind",
     Severity::kLow,
     Subject::kDependencies,
     {"A06", "A03", "PR.PS-02", "8.19", "CC7.1"},
     "Update the packages that the evidence names.",
     [](const Facts& facts) {
       return judge_list(deps_of(facts).outdated, "None is behind what the archive offers.", "Behind");
     }},
    {"DEP-11",
     "The dependency score is 80 or more",
     Severity::kLow,
     Subject::kDependencies,
     {"A06", "A03", "ID.RA-05", "5.22", "CC9.2"},
     "Mend what the formula takes points for.",
     judge_score},
};

}  // namespace

std::span<const Check> dependency_checks() { return kChecks; }

}  // namespace checks

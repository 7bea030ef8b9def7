// What people do and no program can see: dated attestations, each with an owner, the evidence, and a time after which
// it no longer counts.
#include <chrono>
#include <fmt/format.h>
#include <string_view>

#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

Outcome attested(const Facts& facts, std::string_view id, int days) {
  if (!facts.attestations) return manual(facts.attestations.lacking().evidence);
  const auto found = facts.attestations->find(id);
  if (found == facts.attestations->end()) return manual("Nobody attested it.");
  const Attestation& said = found->second;
  if (said.date > facts.now) return fail(fmt::format("The attestation is dated {}, which is to come.", day(said.date)));
  return judge(facts.now - said.date <= std::chrono::days(days),
               fmt::format("{} attested it on {} for {} days: {}.", said.owner, day(said.date), days, said.evidence));
}

const Check kChecks[] = {
    {"ORG-01",
     "The threat model was reviewed",
     Severity::kMedium,
     Subject::kAttestations,
     {"A04", "A06", "ID.RA-03", "8.25, 8.27", "CC3.2"},
     "Review the threat model, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-01", 365); }},
    {"ORG-02",
     "The four incidents of the guide were rehearsed",
     Severity::kMedium,
     Subject::kAttestations,
     {"A09", "A09", "RS.MA-01, ID.IM-02", "5.24", "CC7.4"},
     "Rehearse them: `incident` has the steps, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-02", 90); }},
    {"ORG-03",
     "A penetration test, or a full audit, was made",
     Severity::kMedium,
     Subject::kAttestations,
     {"A05", "A02", "ID.IM-02", "8.29, 5.35", "CC4.1"},
     "Have one made, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-03", 90); }},
    {"ORG-04",
     "The team was trained",
     Severity::kMedium,
     Subject::kAttestations,
     {"A04", "A06", "PR.AT-01", "6.3", "CC1.4"},
     "Train the team, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-04", 90); }},
    {"ORG-05",
     "Access was reviewed",
     Severity::kMedium,
     Subject::kAttestations,
     {"A01", "A01", "PR.AA-05", "5.18", "CC6.2"},
     "Review who has access to the machine, the keys and the dashboard at Spotify, then attest it: "
     "docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-05", 90); }},
    {"ORG-06",
     "The policies were reviewed",
     Severity::kMedium,
     Subject::kAttestations,
     {"A05", "A02", "GV.PO-02", "5.1", "CC5.3"},
     "Review them, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-06", 31); }},
    {"ORG-07",
     "Spotify's terms and the vendors were reviewed",
     Severity::kMedium,
     Subject::kAttestations,
     {"A06", "A03", "GV.SC-07", "5.19, 5.22", "CC9.2"},
     "Review them, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-07", 180); }},
    {"ORG-08",
     "A restore from the off-site copy was tried",
     Severity::kMedium,
     Subject::kAttestations,
     {"A08", "A08", "RC.RP-05", "5.30, 8.13", "A1.3"},
     "Try one, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-08", 90); }},
    {"ORG-09",
     "The documentation was brought up to date",
     Severity::kMedium,
     Subject::kAttestations,
     {"A05", "A02", "ID.IM-04", "5.37", "CC2.2"},
     "Bring it up to date, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-09", 90); }},
    {"ORG-10",
     "The disclosure address answers within a day",
     Severity::kMedium,
     Subject::kAttestations,
     {"A09", "A09", "ID.RA-08, RS.CO-02", "6.8, 5.5", "CC2.3"},
     "Write to it, and see who answers, then attest it: docs/security-check.md, \"Attestations\".",
     [](const Facts& facts) { return attested(facts, "ORG-10", 90); }},
};

}  // namespace

std::span<const Check> organisation_checks() { return kChecks; }

}  // namespace checks

// Keys and what they seal.
#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string>

#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

Outcome judge_key_ids(const Facts& facts) {
  if (!facts.keys) return facts.keys.lacking();
  size_t foreign = 0;
  for (const GrantFact& grant : facts.database->grants) {
    const Texts& previous = facts.database->previous_key_ids;
    const bool usable =
        grant.key_id == facts.database->primary_key_id || std::ranges::find(previous, grant.key_id) != previous.end();
    if (!usable) ++foreign;
  }
  if (facts.database->grants.empty()) return not_applicable("Nothing is sealed: nobody is logged in.");
  return judge(foreign == 0,
               fmt::format("{} of {} boxes are under another key.", foreign, facts.database->grants.size()));
}

Outcome judge_boxes(const Facts& facts) {
  size_t closed = 0;
  for (const GrantFact& grant : facts.database->grants) closed += grant.opens ? 0 : 1;
  if (facts.database->grants.empty()) return not_applicable("Nothing is sealed: nobody is logged in.");
  return judge(closed == 0, fmt::format("{} of {} boxes do not open.", closed, facts.database->grants.size()));
}

Outcome judge_nonces(const Facts& facts) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const GrantFact& grant : facts.database->grants) {
    if (!seen.emplace(grant.key_id, grant.nonce).second) return fail("Two boxes have one key and one nonce.");
  }
  if (seen.empty()) return not_applicable("Nothing is sealed: nobody is logged in.");
  return pass(fmt::format("{} boxes, each with a nonce of its own.", seen.size()));
}

Outcome judge_key_file(const Facts& facts) {
  const KeyFacts& has = *facts.keys;
  if (!has.file)
    return warn(fmt::format("The key comes from {}, which other programs of this user may see.", has.source));
  if (has.file->is_link) return fail(has.file->path + " is a symbolic link.");
  // Root may let the group of a service read what the service must not change.
  const uint32_t closed = has.file->owner == 0 ? 037 : 077;
  const auto seen = fmt::format("{} has mode {:04o}.", has.file->path, has.file->mode & 07777);
  return judge((has.file->mode & closed) == 0, seen);
}

Outcome judge_algorithms(const Facts& facts) {
  Texts differing;
  for (const std::string& each : facts.program.algorithms) {
    if (std::ranges::find(facts.program.inventory, each) == facts.program.inventory.end()) differing.push_back(each);
  }
  for (const std::string& each : facts.program.inventory) {
    if (std::ranges::find(facts.program.algorithms, each) == facts.program.algorithms.end()) differing.push_back(each);
  }
  return judge(differing.empty() && !facts.program.algorithms.empty(),
               differing.empty() ? sentence(facts.program.algorithms) : "In one list alone: " + sentence(differing));
}

const Check kChecks[] = {
    {"CRY-01",
     "The primitives give the known answers",
     Severity::kCritical,
     Subject::kSelfTests,
     {"A02", "A04", "PR.DS-01", "8.24", "CC6.1"},
     "Do not use this machine's OpenSSL; install libssl3 again.",
     [](const Facts& facts) {
       const auto found = facts.self_tests.find("CRY-01");
       if (found == facts.self_tests.end()) return error("The self-test did not run.");
       return judge(found->second.failures.empty(),
                    found->second.failures.empty() ? "All known answers come out." : sentence(found->second.failures));
     }},
    {"CRY-02",
     "What is sealed is sealed under the present key",
     Severity::kHigh,
     Subject::kDatabase,
     {"A02", "A04", "PR.AA-01", "8.24", "CC6.1"},
     "Log in again, or finish the rotation.",
     judge_key_ids},
    {"CRY-03",
     "What is sealed opens, and belongs where it stands",
     Severity::kHigh,
     Subject::kDatabase,
     {"A08", "A08", "PR.DS-01", "8.24", "PI1.4"},
     "Log in again; restore the database from a backup.",
     judge_boxes},
    {"CRY-04",
     "No nonce was used twice",
     Severity::kCritical,
     Subject::kDatabase,
     {"A02", "A04", "PR.DS-01", "8.24", "CC6.1"},
     "Rotate the key at once; report it.",
     judge_nonces},
    {"CRY-05",
     "The key was drawn at random",
     Severity::kCritical,
     Subject::kKeys,
     {"A02", "A04", "PR.AA-01", "8.24", "CC6.1"},
     "Make a new key: `openssl rand -base64 32`.",
     [](const Facts& facts) {
       return judge(facts.keys->weakness.empty(),
                    facts.keys->weakness.empty() ? "Nothing speaks against it." : facts.keys->weakness + ".");
     }},
    {"CRY-06",
     "The key is in a private file",
     Severity::kCritical,
     Subject::kKeys,
     {"A02", "A04", "PR.AA-01", "8.24, 5.17", "CC6.1"},
     "Run `chmod 600 FILE`, or give the key by LoadCredential= of its unit and SPOTIFY_MCP_MASTER_KEY_FILE.",
     judge_key_file},
    {"CRY-07",
     "No rotation is overdue",
     Severity::kMedium,
     Subject::kKeys,
     {"A02", "A04", "PR.AA-01", "8.24", "CC6.1"},
     "Rotate what the evidence names.",
     [](const Facts& facts) {
       return judge(facts.keys->overdue.empty(),
                    facts.keys->overdue.empty() ? "None is." : "Overdue: " + sentence(facts.keys->overdue));
     }},
    {"CRY-08",
     "The inventory of algorithms is that of the code",
     Severity::kLow,
     Subject::kProgram,
     {"A02", "A04", "ID.AM-08", "8.24", "CC6.1"},
     "Install the release again.",
     judge_algorithms},
    {"CRY-09",
     "The settings were not rolled back",
     Severity::kHigh,
     Subject::kKeys,
     {"A08", "A08", "PR.PS-01", "8.32", "CC8.1"},
     "Use the newest sealed settings.",
     [](const Facts& facts) {
       const KeyFacts& has = *facts.keys;
       if (!has.config_generation) return not_applicable("The settings are not sealed.");
       return judge(*has.config_generation >= has.accepted_generation,
                    fmt::format("Generation {}; {} was accepted.", *has.config_generation, has.accepted_generation));
     }},
};

}  // namespace

std::span<const Check> crypto_checks() { return kChecks; }

}  // namespace checks

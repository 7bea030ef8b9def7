// The database: whether it is whole, how it is opened, what is kept in it and for how long.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <string>

#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

Outcome judge_backup(const Facts& facts) {
  constexpr std::chrono::hours kBackupMax{24};
  constexpr std::chrono::days kRestoreMax{7};
  if (!facts.backups) return facts.backups.lacking();
  const BackupFacts& has = *facts.backups;
  if (!has.last) return fail("There is no backup.");
  if (!has.verifies) return fail("The latest backup does not verify.");
  if (facts.now - *has.last > kBackupMax) return fail(fmt::format("The latest backup is of {}.", day(*has.last)));
  if (!has.last_restore || facts.now - *has.last_restore > kRestoreMax)
    return fail("No restore was tried in the last 7 days.");
  return pass(fmt::format("The latest backup is of {} and verifies.", day(*has.last)));
}

Outcome judge_inventory(const Facts& facts) {
  Texts differing;
  for (const std::string& column : facts.database->columns) {
    if (std::ranges::find(facts.database->inventory, column) == facts.database->inventory.end())
      differing.push_back(column + " is not in the inventory");
  }
  for (const std::string& column : facts.database->inventory) {
    if (std::ranges::find(facts.database->columns, column) == facts.database->columns.end())
      differing.push_back(column + " is in the inventory alone");
  }
  return judge(differing.empty(),
               differing.empty() ? fmt::format("All {} columns are in the inventory.", facts.database->columns.size())
                                 : sentence(differing));
}

Outcome judge_opening(const Facts& facts) {
  const DatabaseFacts& has = *facts.database;
  Texts bad;
  if (has.trusts_schema) bad.emplace_back("the schema is trusted");
  if (!has.secure_delete) bad.emplace_back("what is deleted is not overwritten");
  if (!has.syncs_every_commit) bad.emplace_back("a commit may be lost in a crash");
  return judge(bad.empty(), bad.empty() ? "Untrusted schema, secure delete, a sync for each commit." : sentence(bad));
}

const Check kChecks[] = {
    {"DAT-01",
     "The database is whole",
     Severity::kHigh,
     Subject::kDatabase,
     {"A08", "A08", "PR.DS-01", "8.13", "PI1.4"},
     "Restore it from a backup.",
     [](const Facts& facts) {
       const Texts& found = facts.database->integrity;
       return judge(found.empty(),
                    found.empty() ? "integrity_check and foreign_key_check find nothing." : sentence(found));
     }},
    {"DAT-02",
     "The database is opened so that nothing in it is trusted",
     Severity::kMedium,
     Subject::kDatabase,
     {"A05", "A02", "PR.DS-01", "8.9", "CC6.1"},
     "Do not use this build; report it.",
     judge_opening},
    {"DAT-03",
     "Backups are fresh and can be restored",
     Severity::kHigh,
     Subject::kNothing,
     {"A04", "A06", "PR.DS-11, RC.RP-03", "8.13", "A1.2, A1.3"},
     "Make a backup, and try to restore it.",
     judge_backup},
    {"DAT-04",
     "Nothing personal is kept of those who have left",
     Severity::kHigh,
     Subject::kDatabase,
     {"A04", "A06", "ID.AM-08", "8.10, 5.34", "C1.2, P4.3"},
     "Run `logout` again, which removes it.",
     [](const Facts& facts) {
       return judge(facts.database->rows_of_nobody == 0,
                    fmt::format("{} rows belong to nobody who is logged in.", facts.database->rows_of_nobody));
     }},
    {"DAT-05",
     "No answer is kept past its time",
     Severity::kLow,
     Subject::kDatabase,
     {"A04", "A06", "ID.AM-08", "8.10", "C1.2"},
     "Start the server, which removes what is out of date.",
     [](const Facts& facts) {
       return judge(facts.database->expired_answers == 0,
                    fmt::format("{} answers are out of date.", facts.database->expired_answers));
     }},
    {"DAT-06",
     "The inventory of data names every column",
     Severity::kLow,
     Subject::kDatabase,
     {"A04", "A06", "ID.AM-07", "5.9, 5.12", "C1.1"},
     "Install the release again, or add the column to the inventory.",
     judge_inventory},
};

}  // namespace

std::span<const Check> data_checks() { return kChecks; }

}  // namespace checks

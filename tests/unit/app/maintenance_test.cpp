// The calendars as tables, and what is judged without a machine. tests/guide goes through them on a real installation.
#include "app/commands/maintenance.h"

#include <set>
#include <string>
#include <string_view>

#include "checks/check.h"

#include "tests/test.h"

namespace {

constexpr base::Wall kNow{1'796'040'000'000};  // 2026-11-30, 12:00 UTC.

}  // namespace

TEST_CASE("every duty has a name of its own, and one that is a person's has a check that takes its attestation") {
  for (const app::commands::Calendar& calendar : app::commands::calendars()) {
    CAPTURE(calendar.name);
    CHECK(app::commands::find_calendar(calendar.name) == &calendar);
    std::set<std::string_view> names;
    for (const app::commands::Duty& duty : calendar.duties) {
      CAPTURE(duty.name);
      CHECK(names.insert(duty.name).second);
      CHECK_FALSE(duty.title.empty());
      CHECK((duty.run != nullptr || !duty.attests.empty()));
      if (!duty.attests.empty()) CHECK(checks::find_check(duty.attests) != nullptr);
    }
  }
  CHECK(app::commands::find_calendar("yearly") == nullptr);
}

TEST_CASE("every check that waits for an attestation is asked for by a calendar") {
  std::set<std::string_view> asked;
  for (const app::commands::Calendar& calendar : app::commands::calendars()) {
    for (const app::commands::Duty& duty : calendar.duties) asked.insert(duty.attests);
  }
  for (const checks::Check* check : checks::catalogue()) {
    if (check->subject != checks::Subject::kAttestations) continue;
    CAPTURE(check->id);
    CHECK(asked.contains(check->id));
  }
}

TEST_CASE("a backup that is older than a week is a finding, and so is one without a date") {
  CHECK(app::commands::judge_backup("b", "2026-11-30T03:00:00Z", kNow).state == app::StepState::kDone);
  CHECK(app::commands::judge_backup("b", "2026-11-23T03:00:00Z", kNow).state == app::StepState::kDone);
  const app::Outcome old = app::commands::judge_backup("b", "2026-11-20T03:00:00Z", kNow);
  CHECK(old.state == app::StepState::kFound);
  CHECK(old.told.contains("make a new one"));
  CHECK(app::commands::judge_backup("b", "yesterday", kNow).state == app::StepState::kFound);
}

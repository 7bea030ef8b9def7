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

TEST_CASE("a backup is measured against the objectives of a recovery: how much would be lost, and how long it takes") {
  using namespace std::chrono_literals;
  const auto judged = [](const std::string& created, std::chrono::milliseconds took) {
    return app::commands::judge_backup("b", created, took, kNow);
  };
  const app::Outcome good = judged("2026-11-30T03:00:00Z", 1'240ms);
  CHECK(good.state == app::StepState::kDone);
  CHECK(good.told.contains("That took 1.2 s (RTO: at most 300 s)"));
  CHECK(good.told.contains("in the 9 h since would be lost with this machine (RPO: at most 24 h)"));
  CHECK(judged("2026-11-29T11:00:00Z", 5min).state == app::StepState::kDone);
  const app::Outcome old = judged("2026-11-29T10:59:59Z", 0ms);
  CHECK(old.state == app::StepState::kFound);
  CHECK(old.told.contains("make a new one"));
  const app::Outcome slow = judged("2026-11-30T03:00:00Z", 5min + 1ms);
  CHECK(slow.state == app::StepState::kFound);
  CHECK(slow.told.contains("too long"));
  CHECK(judged("yesterday", 0ms).state == app::StepState::kFound);
}

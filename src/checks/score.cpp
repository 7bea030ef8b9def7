#include "checks/score.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/format.h>

#include "checks/facts.h"

namespace checks {
namespace {

constexpr int kWhole = 100;
constexpr int kCriticalCap = 49;
constexpr std::array<int, kSeverities> kPerAdvisory{1, 5, 20, 40};
constexpr std::array<int, kSeverities> kDays{180, 90, 30, 7};

void take(DependencyScore& score, int each, size_t count, std::string_view what) {
  if (count == 0) return;
  score.points -= each * static_cast<int>(std::min<size_t>(count, kWhole));
  score.formula += fmt::format(" - {} x {} ({})", count, each, what);
}

}  // namespace

std::chrono::days remediation_time(Severity severity) {
  return std::chrono::days(kDays[static_cast<size_t>(severity)]);
}

DependencyScore score_dependencies(const Facts& facts) {
  DependencyScore score{.is_known = true, .points = kWhole, .formula = "100"};
  const DependencyFacts& has = *facts.dependencies;
  if (!has.matches) return {.is_known = false, .points = 0, .formula = has.matches.lacking().evidence};
  std::array<size_t, kSeverities> open{};
  size_t overdue = 0;
  for (const Match& match : *has.matches) {
    if (!match.suppressed.empty()) continue;
    ++open[static_cast<size_t>(match.severity)];
    if (facts.now > match.published + remediation_time(match.severity)) ++overdue;
  }
  for (size_t i = kSeverities; i > 0; --i) {
    take(score, kPerAdvisory[i - 1], open[i - 1],
         fmt::format("{} advisories", severity_name(static_cast<Severity>(i - 1))));
  }
  take(score, 10, overdue, "overdue");
  if (has.licence_problems) take(score, 5, has.licence_problems->size(), "outside the licence policy");
  if (has.outdated) take(score, 2, has.outdated->size(), "behind the archive");
  const bool fresh = has.snapshot && facts.now - *has.snapshot <= std::chrono::days(7);
  take(score, 10, fresh ? 0 : 1, "old advisories");
  score.points = std::max(score.points, 0);
  if (open.back() > 0 && score.points > kCriticalCap) {
    score.points = kCriticalCap;
    score.formula += fmt::format(", at most {} with a critical advisory open", kCriticalCap);
  }
  score.formula += fmt::format(" = {}.", score.points);
  return score;
}

}  // namespace checks

// The two scores, with their formulas in words: a number alone hides what it is made of.
#pragma once

#include <chrono>
#include <string>

#include "checks/check.h"

namespace checks {

// How long the mending of a flaw may take from the day on which it was published.
std::chrono::days remediation_time(Severity severity);

struct DependencyScore {
  bool is_known = false;
  int points = 0;
  std::string formula;
};
// 100, less 40, 20, 5 and 1 for each open advisory by severity, 10 for each that is overdue, 5 for each component
// outside the licence policy, 2 for each that is behind, 10 for old advisories. Never over 49 with a critical advisory
// open.
DependencyScore score_dependencies(const Facts& facts);

}  // namespace checks

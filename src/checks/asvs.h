// The OWASP Application Security Verification Standard 5.0: its chapters, and which of its requirements a check is
// evidence for. It has far more of them than a program can see, so a report says how far it goes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "checks/report.h"

namespace checks {

struct AsvsChapter {
  std::string_view id;  // "V13"
  std::string_view title;
  std::span<const int> sections;  // How many requirements each has.

  size_t requirements() const;
  // Whether "13.4.2" is of this chapter.
  bool has(std::string_view requirement) const;
};
std::span<const AsvsChapter> asvs_chapters();

// "13.4.2, 15.2.3"; empty for a check of something that the standard does not speak of.
std::string_view asvs_requirements(std::string_view check);

// How far a report goes in one chapter.
struct AsvsCoverage {
  const AsvsChapter* chapter = nullptr;
  size_t mapped = 0;     // Requirements that a check of the report is mapped to.
  size_t evidenced = 0;  // Those of them that a check passed for.
};
// Every chapter, in order.
std::vector<AsvsCoverage> asvs_coverage(const Report& report);

}  // namespace checks

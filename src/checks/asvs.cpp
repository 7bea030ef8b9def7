#include "checks/asvs.h"

#include <algorithm>
#include <numeric>

namespace checks {
namespace {

struct Row {
  std::string_view check;
  std::string_view requirements;
};
// By the id of a check. What is about the people and the machines around an application is outside the standard, so a
// check of that has no row.
constexpr Row kRows[] = {
    {"AUD-01", "16.4.2"},         {"AUD-02", "16.4.2"},         {"AUD-03", "16.4.2"},
    {"AUD-04", "16.2.1, 16.2.4"}, {"AUD-05", "16.2.5"},         {"AUD-06", "16.4.2"},
    {"AUD-07", "16.2.2"},         {"AUD-08", "16.3.1, 16.3.3"}, {"AUD-09", "16.4.3"},
    {"AUD-10", "16.4.3"},         {"AUD-12", "14.2.4"},         {"AUT-01", "10.4.4, 10.4.6"},
    {"AUT-03", "10.4.1"},         {"AUT-04", "13.3.1, 14.2.4"}, {"AUT-05", "7.3.2, 14.2.7"},
    {"AUT-06", "2.3.2"},          {"AUT-07", "7.3.1"},          {"AUT-08", "10.7.1"},
    {"AUT-09", "7.4.5, 10.4.9"},  {"AUT-10", "6.4.5"},          {"AUT-11", "8.2.2, 8.4.1"},
    {"AUT-12", "8.2.1, 10.3.2"},  {"BIN-01", "1.4.1"},          {"BIN-02", "1.4.1"},
    {"BIN-03", "1.4.1"},          {"BIN-04", "1.4.1"},          {"BIN-05", "1.4.1"},
    {"BIN-06", "1.4.1"},          {"BIN-07", "15.2.4"},         {"BIN-08", "13.4.2, 15.2.3"},
    {"BIN-09", "15.1.2"},         {"BIN-10", "15.2.4"},         {"BIN-11", "11.2.1, 15.2.1"},
    {"BIN-12", "13.3.1"},         {"BIN-13", "1.2.5, 1.3.2"},   {"BIN-14", "15.2.4"},
    {"CFG-01", "13.3.2"},         {"CFG-02", "13.3.1"},         {"CFG-03", "2.2.1"},
    {"CFG-04", "13.4.2"},         {"CFG-05", "13.4.2"},         {"CFG-06", "12.2.1"},
    {"CFG-07", "12.2.1"},         {"CFG-08", "2.2.1"},          {"CFG-09", "3.4.2, 3.5.2"},
    {"CFG-10", "12.2.1"},         {"CFG-11", "10.2.3"},         {"CFG-12", "6.3.3"},
    {"CFG-13", "10.1.2"},         {"CFG-14", "2.3.2"},          {"CFG-15", "10.4.3, 10.4.8, 7.3.2"},
    {"CFG-16", "10.4.6"},         {"CFG-17", "10.4.7"},         {"CFG-18", "1.3.6, 15.3.2"},
    {"CFG-19", "13.2.4, 13.2.5"}, {"CFG-20", "12.3.1, 12.3.2"}, {"CFG-21", "15.2.2"},
    {"CFG-22", "13.2.6, 15.2.2"}, {"CFG-23", "2.4.1"},          {"CFG-24", "4.1.3, 15.3.4"},
    {"CFG-25", "16.4.3, 16.5.3"}, {"CFG-26", "14.2.4"},         {"CFG-27", "13.3.2"},
    {"CFG-28", "4.1.5"},          {"CFG-29", "11.4.4"},         {"CFG-30", "13.3.4"},
    {"CFG-33", "7.5.3"},          {"CFG-35", "13.4.5, 8.4.2"},  {"CFG-37", "13.2.3"},
    {"CFG-38", "1.3.3, 1.3.5"},   {"CFG-39", "14.2.2, 14.2.7"}, {"CFG-40", "13.2.2, 13.3.4"},
    {"CRY-01", "11.2.1"},         {"CRY-02", "11.2.2, 13.3.4"}, {"CRY-03", "11.3.3"},
    {"CRY-04", "11.3.4"},         {"CRY-05", "11.5.1"},         {"CRY-06", "13.3.2"},
    {"CRY-07", "13.3.4"},         {"CRY-08", "11.1.2, 11.1.3"}, {"CTR-01", "15.2.4"},
    {"CTR-02", "13.2.2"},         {"CTR-03", "13.3.1"},         {"CTR-04", "15.2.3"},
    {"CTR-06", "13.4.1"},         {"DAT-02", "15.2.5"},         {"DAT-04", "14.2.7"},
    {"DAT-05", "14.2.7"},         {"DAT-06", "14.1.1"},         {"DEP-01", "15.1.2"},
    {"DEP-02", "15.1.2, 15.2.4"}, {"DEP-03", "15.2.1"},         {"DEP-04", "15.2.1"},
    {"DEP-05", "15.1.1, 15.2.1"}, {"DEP-07", "15.2.4"},         {"DEP-08", "15.2.1"},
    {"DEP-09", "15.2.1"},         {"DEP-10", "15.2.1"},         {"DEP-11", "15.2.1"},
    {"HST-01", "13.2.2"},         {"HST-02", "13.2.2"},         {"HST-03", "15.2.5"},
    {"HST-04", "13.2.4, 15.2.5"}, {"HST-05", "11.7.2"},         {"HST-06", "11.7.2"},
    {"HST-07", "13.3.1"},         {"HST-08", "15.2.2"},         {"HST-10", "1.4.1"},
    {"HST-11", "16.2.2"},         {"HST-12", "15.2.5"},         {"HST-14", "13.3.2, 14.2.4"},
    {"HST-15", "13.4.5"},         {"HST-16", "13.2.4"},         {"HST-17", "15.2.1"},
    {"HST-18", "15.2.5"},         {"HST-19", "13.2.2"},         {"K8S-01", "13.2.2"},
    {"K8S-02", "13.2.2"},         {"K8S-03", "13.2.2"},         {"K8S-04", "15.2.5"},
    {"K8S-05", "15.2.5"},         {"K8S-06", "15.2.4"},         {"K8S-07", "15.2.2"},
    {"K8S-08", "13.2.2"},         {"K8S-09", "13.2.4, 15.2.5"}, {"K8S-10", "13.3.1, 13.3.2"},
    {"K8S-11", "15.2.5"},         {"K8S-14", "15.2.2"},         {"K8S-15", "15.2.5"},
    {"K8S-16", "12.2.1"},         {"NET-01", "12.3.2"},         {"NET-02", "12.2.2"},
    {"NET-03", "12.1.1, 12.1.2"}, {"NET-04", "12.3.2"},         {"NET-05", "3.5.2"},
    {"NET-06", "6.3.3, 8.2.1"},   {"NET-07", "4.2.1"},          {"NET-08", "15.2.2"},
    {"NET-09", "4.1.4, 13.4.4"},  {"NET-10", "3.5.2"},          {"NET-11", "3.4.3, 3.4.4, 14.3.2"},
    {"NET-12", "13.4.6, 16.5.1"}, {"NET-13", "14.2.1"},         {"NET-14", "1.3.6"},
    {"NET-15", "15.3.2"},         {"NET-16", "15.2.2"},         {"NET-17", "13.4.5"},
    {"NET-18", "2.2.3"},          {"SLF-01", "1.2.4"},          {"SLF-02", "1.2.1"},
    {"SLF-03", "1.2.1"},          {"SLF-04", "16.4.1"},         {"SLF-05", "1.3.3, 1.3.5"},
    {"SLF-06", "1.5.2, 1.5.3"},   {"SLF-07", "16.5.3"},         {"SLF-08", "16.5.3"},
    {"SLF-09", "16.5.1, 16.5.4"}, {"SLF-10", "16.5.2"},         {"SLF-11", "7.4.5"},
    {"SLF-12", "16.5.3"},         {"SYS-01", "15.2.5"},
};

constexpr int kV1[] = {2, 10, 12, 3, 3};
constexpr int kV2[] = {3, 3, 5, 2};
constexpr int kV3[] = {1, 3, 5, 8, 8, 1, 5};
constexpr int kV4[] = {5, 5, 2, 4};
constexpr int kV5[] = {1, 6, 3, 3};
constexpr int kV6[] = {3, 12, 8, 6, 8, 4, 2, 4};
constexpr int kV7[] = {3, 4, 2, 5, 3, 2};
constexpr int kV8[] = {4, 4, 3, 2};
constexpr int kV9[] = {3, 4};
constexpr int kV10[] = {2, 3, 5, 16, 5, 2, 3};
constexpr int kV11[] = {4, 5, 5, 4, 2, 2, 2};
constexpr int kV12[] = {5, 2, 5};
constexpr int kV13[] = {4, 6, 4, 7};
constexpr int kV14[] = {2, 8, 3};
constexpr int kV15[] = {5, 5, 7, 4};
constexpr int kV16[] = {1, 5, 4, 3, 4};
constexpr int kV17[] = {2, 8, 2};

constexpr AsvsChapter kChapters[] = {{"V1", "Encoding and Sanitization", kV1},
                                     {"V2", "Validation and Business Logic", kV2},
                                     {"V3", "Web Frontend Security", kV3},
                                     {"V4", "API and Web Service", kV4},
                                     {"V5", "File Handling", kV5},
                                     {"V6", "Authentication", kV6},
                                     {"V7", "Session Management", kV7},
                                     {"V8", "Authorization", kV8},
                                     {"V9", "Self-contained Tokens", kV9},
                                     {"V10", "OAuth and OIDC", kV10},
                                     {"V11", "Cryptography", kV11},
                                     {"V12", "Secure Communication", kV12},
                                     {"V13", "Configuration", kV13},
                                     {"V14", "Data Protection", kV14},
                                     {"V15", "Secure Coding and Architecture", kV15},
                                     {"V16", "Security Logging and Error Handling", kV16},
                                     {"V17", "WebRTC", kV17}};

}  // namespace

size_t AsvsChapter::requirements() const {
  return static_cast<size_t>(std::accumulate(sections.begin(), sections.end(), 0));
}

bool AsvsChapter::has(std::string_view requirement) const {
  return requirement.starts_with(id.substr(1)) && requirement.substr(id.size() - 1).starts_with('.');
}

std::string_view asvs_requirements(std::string_view check) {
  const auto* const found = std::ranges::lower_bound(kRows, check, {}, &Row::check);
  return found != std::end(kRows) && found->check == check ? found->requirements : std::string_view();
}

std::span<const AsvsChapter> asvs_chapters() { return kChapters; }

std::vector<AsvsCoverage> asvs_coverage(const Report& report) {
  std::vector<AsvsCoverage> all;
  for (const AsvsChapter& chapter : kChapters) all.push_back({.chapter = &chapter});
  for (const Control& control : controls(report, Framework::kAsvs5)) {
    for (AsvsCoverage& each : all) {
      if (!each.chapter->has(control.name)) continue;
      ++each.mapped;
      if (control.passed > 0) ++each.evidenced;
    }
  }
  return all;
}

}  // namespace checks

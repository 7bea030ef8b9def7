// The findings of one run, with what was agreed about them: waivers, a baseline, and what all of it means for the exit
// code. The same facts give the same report.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "checks/check.h"
#include "checks/facts.h"

namespace checks {

// Someone accepts that a check fails, until a day.
struct Waiver {
  std::string id;
  std::string reason;
  std::string owner;
  std::string ticket;
  base::Wall expires{};
};
// {"waivers": [{"id", "reason", "owner", "ticket", "expires": "2026-12-31"}]}. kInvalidArgument for a check that nobody
// knows, a missing owner or reason, and an end that is more than 180 days from now.
base::Result<std::vector<Waiver>> read_waivers(std::string_view text, base::Wall now);
// {"attestations": [{"id", "date", "owner", "evidence"}]}.
base::Result<std::map<std::string, Attestation, std::less<>>> read_attestations(std::string_view text);
// The ids of the checks that failed in an earlier report in JSON.
base::Result<std::set<std::string, std::less<>>> read_baseline(std::string_view text);

struct Request {
  std::string_view command;            // One of commands().
  std::vector<std::string> only = {};  // Ids; empty means all of the command.
  Severity fail_on = Severity::kHigh;
  std::vector<Waiver> waivers = {};
  std::set<std::string, std::less<>> baseline = {};
};

struct Finding {
  const Check* check = nullptr;
  Outcome outcome;
  const Waiver* waiver = nullptr;  // Of the report.
  bool is_expired = false;         // The waiver has ended.
  bool is_known = false;           // It failed in the baseline too.
};

struct Report {
  std::string command;
  std::string version;
  config::Deployment environment = config::Deployment::kProduction;
  base::Wall made{};
  Severity fail_on = Severity::kHigh;
  std::vector<Waiver> waivers;
  std::vector<Finding> findings;

  size_t count(Status status) const;
};

// A sub-command and the families of checks that it asks.
struct CommandInfo {
  std::string_view name;
  std::string_view about;
  std::vector<std::string_view> families;
};
const std::vector<CommandInfo>& commands();
// The checks that a request asks. kInvalidArgument for an id that nobody knows or that is not of the command.
base::Result<std::vector<const Check*>> asked_by(const Request& request);

base::Result<Report> make_report(Request request, const Facts& facts, std::string version);

// Whether it counts as open: it failed, or could not be known and is of high or critical severity.
bool is_open(const Finding& finding);
// 0, 1 for an open finding of `fail_on` or worse that is not of the baseline, 4 for a waiver that has expired.
int exit_code_of(const Report& report);
// 100, less 25, 10, 4 and 1 for each open finding by severity, and at most 49 with a critical one.
int score_of(const Report& report);

enum class Framework { kOwasp21, kOwasp25, kCsf2, kIso27001, kSoc2, kMcp10, kAsvs5 };
inline constexpr size_t kFrameworks = 7;
std::string_view framework_name(Framework framework);  // "OWASP Top 10:2021"
std::string_view framework_id(Framework framework);    // "owasp21"
std::optional<Framework> find_framework(std::string_view id);
std::vector<std::string_view> controls_of(const Check& check, Framework framework);

// A control, and how the checks that are mapped to it came out.
struct Control {
  std::string name;
  size_t passed = 0;
  size_t open = 0;
  size_t other = 0;  // Manual, not applicable, waived.
  // The same, by the ids of the checks.
  std::vector<std::string_view> passed_ids = {};
  std::vector<std::string_view> open_ids = {};
  std::vector<std::string_view> other_ids = {};
};
std::vector<Control> controls(const Report& report, Framework framework);

}  // namespace checks

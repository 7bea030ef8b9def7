#include "checks/report.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <fmt/format.h>

#include "base/text.h"
#include "checks/asvs.h"
#include "checks/words.h"

namespace checks {
namespace {

constexpr std::array<int, kSeverities> kWeights{1, 4, 10, 25};
constexpr int kCriticalCap = 49;

struct FrameworkInfo {
  std::string_view id;
  std::string_view name;
};
constexpr std::array<FrameworkInfo, kFrameworks> kFrameworkInfos{{{"owasp21", "OWASP Top 10:2021"},
                                                                  {"owasp25", "OWASP Top 10:2025"},
                                                                  {"csf2", "NIST CSF 2.0"},
                                                                  {"iso27001", "ISO/IEC 27001:2022 Annex A"},
                                                                  {"soc2", "SOC 2 Trust Services Criteria"},
                                                                  {"mcp10", "OWASP MCP Top 10"},
                                                                  {"asvs5", "OWASP ASVS 5.0"}}};

// By the beginning of an id.
struct McpRisk {
  std::string_view risk;
  std::string_view checks;
};
constexpr McpRisk kMcpRisks[] = {{"MCP01", "AUD-05"}, {"MCP01", "AUT-04"}, {"MCP01", "CFG-02"}, {"MCP02", "CFG-11"},
                                 {"MCP03", "AUT-13"}, {"MCP04", "DEP"},    {"MCP05", "BIN-13"}, {"MCP05", "SLF-01"},
                                 {"MCP06", "CFG-38"}, {"MCP06", "SLF-05"}, {"MCP07", "AUT"},    {"MCP07", "NET-06"},
                                 {"MCP08", "AUD"},    {"MCP09", "ORG-07"}, {"MCP10", "DAT"}};

// Of several for one check the one that holds longest counts: it may have been renewed.
const Waiver* waiver_for(const Check& check, const std::vector<Waiver>& waivers) {
  const Waiver* longest = nullptr;
  for (const Waiver& waiver : waivers) {
    if (waiver.id != check.id) continue;
    if (longest == nullptr || longest->expires < waiver.expires) longest = &waiver;
  }
  return longest;
}

void apply_waiver(Finding& finding, const Report& report) {
  finding.waiver = waiver_for(*finding.check, report.waivers);
  if (finding.waiver == nullptr) return;
  finding.is_expired = finding.waiver->expires < report.made;
  if (!is_open(finding)) return;
  if (finding.is_expired) {
    finding.outcome.evidence += " Its waiver has expired.";
  } else if (finding.check->severity == Severity::kCritical && report.environment == config::Deployment::kProduction) {
    finding.outcome.evidence += " A critical finding cannot be waived in production.";
  } else {
    finding.outcome.status = Status::kWaived;
  }
}

}  // namespace

size_t Report::count(Status status) const {
  return static_cast<size_t>(
      std::ranges::count_if(findings, [status](const Finding& finding) { return finding.outcome.status == status; }));
}

const std::vector<CommandInfo>& commands() {
  static const std::vector<CommandInfo> kCommands{
      {"config", "the settings", {"CFG"}},
      {"deps", "libraries, advisories, licences", {"DEP"}},
      {"network", "our listener, certificates, Spotify's servers", {"NET"}},
      {"runtime", "the machine, the running server, its data, self-tests", {"HST", "AUT", "DAT", "CRY", "SLF"}},
      {"audit", "the audit trail", {"AUD"}},
      {"binary", "the program file", {"BIN"}},
      {"start", "what a server starts with: settings, program, data, keys", {"CFG", "BIN", "AUT", "DAT", "CRY"}},
      {"k8s", "a manifest, a Dockerfile, a unit", {"K8S", "CTR", "SYS"}},
      {"compliance", "everything, with the controls of each framework", {}},
      {"all", "everything", {}},
  };
  return kCommands;
}

base::Result<std::vector<const Check*>> asked_by(const Request& request) {
  const auto& all = commands();
  const auto command = std::ranges::find(all, request.command, &CommandInfo::name);
  if (command == all.end()) return base::fail(base::Code::kInvalidArgument, "There is no such part of security-check.");
  const auto belongs = [&](const Check& check) {
    return command->families.empty() ||
           std::ranges::find(command->families, family_of(check)) != command->families.end();
  };
  std::vector<const Check*> asked;
  for (const std::string& id : request.only) {
    const Check* check = find_check(id);
    if (check == nullptr) {
      std::vector<std::string_view> ids;
      for (const Check* each : catalogue()) ids.push_back(each->id);
      const auto near = base::closest(id, ids);
      return base::fail(base::Code::kInvalidArgument,
                        fmt::format("There is no such check{} `security-check all --list` has them all.",
                                    near ? fmt::format("; did you mean {}?", *near) : "."));
    }
    if (!belongs(*check)) {
      return base::fail(
          base::Code::kInvalidArgument,
          fmt::format("{} is not of `security-check {}`; ask `security-check all`.", id, request.command));
    }
  }
  for (const Check* check : catalogue()) {
    const bool named = request.only.empty() || std::ranges::find(request.only, check->id) != request.only.end();
    if (named && belongs(*check)) asked.push_back(check);
  }
  return asked;
}

base::Result<Report> make_report(Request request, const Facts& facts, std::string version) {
  TRY(const std::vector<const Check*> asked, asked_by(request));
  Report report{.command = std::string(request.command),
                .version = std::move(version),
                .environment = facts.environment,
                .made = facts.now,
                .fail_on = request.fail_on,
                .waivers = std::move(request.waivers),
                .findings = {}};
  for (const Check* check : asked) {
    Finding finding{.check = check, .outcome = evaluate(*check, facts)};
    finding.is_known = request.baseline.contains(check->id);
    apply_waiver(finding, report);
    report.findings.push_back(std::move(finding));
  }
  return report;
}

bool is_open(const Finding& finding) {
  if (finding.outcome.status == Status::kError) return finding.check->severity >= Severity::kHigh;
  return finding.outcome.status == Status::kFail;
}

int exit_code_of(const Report& report) {
  constexpr int kOpen = 1;
  constexpr int kExpired = 4;
  int code = 0;
  for (const Finding& finding : report.findings) {
    if (finding.is_expired && is_open(finding)) return kExpired;
    if (is_open(finding) && finding.check->severity >= report.fail_on && !finding.is_known) code = kOpen;
  }
  return code;
}

int score_of(const Report& report) {
  int score = 100;
  bool critical = false;
  for (const Finding& finding : report.findings) {
    if (!is_open(finding)) continue;
    score -= kWeights[static_cast<size_t>(finding.check->severity)];
    critical = critical || finding.check->severity == Severity::kCritical;
  }
  return std::clamp(score, 0, critical ? kCriticalCap : 100);
}

std::string_view framework_name(Framework framework) { return kFrameworkInfos[static_cast<size_t>(framework)].name; }
std::string_view framework_id(Framework framework) { return kFrameworkInfos[static_cast<size_t>(framework)].id; }

std::optional<Framework> find_framework(std::string_view id) {
  const auto* const found = std::ranges::find(kFrameworkInfos, id, &FrameworkInfo::id);
  if (found == kFrameworkInfos.end()) return std::nullopt;
  return static_cast<Framework>(found - kFrameworkInfos.begin());
}

std::vector<std::string_view> controls_of(const Check& check, Framework framework) {
  std::string_view list;
  switch (framework) {
    case Framework::kOwasp21:
      list = check.mapping.owasp21;
      break;
    case Framework::kOwasp25:
      list = check.mapping.owasp25;
      break;
    case Framework::kCsf2:
      list = check.mapping.csf;
      break;
    case Framework::kIso27001:
      list = check.mapping.iso;
      break;
    case Framework::kSoc2:
      list = check.mapping.soc;
      break;
    case Framework::kMcp10: {
      std::vector<std::string_view> risks;
      for (const McpRisk& risk : kMcpRisks) {
        if (check.id.starts_with(risk.checks)) risks.push_back(risk.risk);
      }
      return risks;
    }
    case Framework::kAsvs5:
      list = asvs_requirements(check.id);
      break;
  }
  std::vector<std::string_view> names;
  for (const std::string_view name : base::split(list, ',')) {
    if (!base::trim(name).empty()) names.push_back(base::trim(name));
  }
  return names;
}

std::vector<Control> controls(const Report& report, Framework framework) {
  std::map<std::string, Control, std::less<>> by_name;
  for (const Finding& finding : report.findings) {
    for (const std::string_view name : controls_of(*finding.check, framework)) {
      Control& control = by_name[std::string(name)];
      control.name = name;
      const bool passed = finding.outcome.status == Status::kPass || finding.outcome.status == Status::kWarn;
      ++(is_open(finding) ? control.open : passed ? control.passed : control.other);
      (is_open(finding) ? control.open_ids
       : passed         ? control.passed_ids
                        : control.other_ids)
          .push_back(finding.check->id);
    }
  }
  std::vector<Control> all;
  for (auto& [name, control] : by_name) all.push_back(std::move(control));
  std::ranges::sort(all, [](const Control& a, const Control& b) { return counts_before(a.name, b.name); });
  return all;
}

}  // namespace checks

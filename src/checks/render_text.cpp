#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "checks/asvs.h"
#include "checks/render.h"
#include "checks/words.h"
#include "json/write.h"

namespace checks {
namespace {

// Evidence may hold what a file says; nothing of it may steer a terminal, or turn the direction of what is read.
std::string printable(std::string_view text) {
  // U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069.
  constexpr std::string_view kTurning[] = {"\xD8\x9C",     "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA",
                                           "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE",
                                           "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"};
  std::string out;
  while (!text.empty()) {
    const auto* const turning =
        std::ranges::find_if(kTurning, [text](std::string_view each) { return text.starts_with(each); });
    const char c = text.front();
    if (turning != std::end(kTurning)) {
      out += '?';
      text.remove_prefix(turning->size());
      continue;
    }
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    text.remove_prefix(1);
  }
  return base::is_valid_utf8(out) && !base::has_control_characters(out) ? out : "(not printable)";
}

bool is_shown(const Finding& finding, const View& view) {
  if (view.verbose) return true;
  const Status status = finding.outcome.status;
  return status != Status::kPass && status != Status::kNotApplicable;
}

void write_finding(std::string& out, const Finding& finding) {
  std::string status(status_name(finding.outcome.status));
  std::ranges::replace(status, '_', ' ');
  out += fmt::format("{:<14}  {:<8}  {}  {}\n", status, severity_name(finding.check->severity), finding.check->id,
                     finding.check->title);
  if (!finding.outcome.evidence.empty()) out += fmt::format("    {}\n", printable(finding.outcome.evidence));
  if (finding.waiver != nullptr) {
    out += fmt::format("    Waiver of {} until {} ({}): {}\n", printable(finding.waiver->owner),
                       day(base::Wall{finding.waiver->expires.unix_ms - 1}), printable(finding.waiver->ticket),
                       printable(finding.waiver->reason));
  }
  if (is_open(finding)) out += fmt::format("    To do: {}\n", finding.check->remedy);
}

// What nothing here is evidence for is said too.
void write_asvs_chapters(std::string& out, const Report& report) {
  size_t mapped = 0;
  size_t requirements = 0;
  const auto chapters = asvs_coverage(report);
  for (const AsvsCoverage& each : chapters) {
    mapped += each.mapped;
    requirements += each.chapter->requirements();
  }
  out += fmt::format("  Checks are mapped to {} of its {} requirements; for the others there is no evidence here:\n",
                     mapped, requirements);
  for (const AsvsCoverage& each : chapters) {
    out += fmt::format("  {:<4} {:<36} mapped {:>3} of {:>2}  evidence {:>3}\n", each.chapter->id, each.chapter->title,
                       each.mapped, each.chapter->requirements(), each.evidenced);
  }
}

void write_framework(std::string& out, const Report& report, Framework framework) {
  const auto all = controls(report, framework);
  const auto with = std::ranges::count_if(all, [](const Control& control) { return control.passed > 0; });
  out += fmt::format("\n{}: evidence for {} of the {} controls that checks are mapped to\n", framework_name(framework),
                     with, all.size());
  for (const Control& control : all) {
    out += fmt::format("  {:<12} evidence {:>3}  open {:>3}  other {:>3}{}\n", control.name, control.passed,
                       control.open, control.other,
                       control.open == 0 ? "" : fmt::format("  open: {}", fmt::join(control.open_ids, ", ")));
  }
  if (framework == Framework::kAsvs5) write_asvs_chapters(out, report);
}

json::Object asvs_chapters_of(const Report& report) {
  json::Object chapters;
  for (const AsvsCoverage& each : asvs_coverage(report)) {
    chapters.append(std::string(each.chapter->id),
                    json::Object{{"title", each.chapter->title},
                                 {"requirements", static_cast<int64_t>(each.chapter->requirements())},
                                 {"mapped", static_cast<int64_t>(each.mapped)},
                                 {"evidence", static_cast<int64_t>(each.evidenced)}});
  }
  return chapters;
}

}  // namespace

std::string to_text(const Report& report, const View& view) {
  std::string out = fmt::format("security-check {} ({}), version {}\n\n", report.command,
                                schema::enum_name(report.environment), report.version);
  std::vector<const Finding*> shown;
  for (const Finding& finding : report.findings) {
    if (is_shown(finding, view)) shown.push_back(&finding);
  }
  // What is open and weighs most comes first.
  std::ranges::sort(shown, [](const Finding* a, const Finding* b) {
    if (is_open(*a) != is_open(*b)) return is_open(*a);
    if (is_open(*a) && a->check->severity != b->check->severity) return a->check->severity > b->check->severity;
    return a->check->id < b->check->id;
  });
  for (const Finding* finding : shown) write_finding(out, *finding);
  if (!shown.empty()) out += '\n';
  out += fmt::format(
      "{} checks: {} passed, {} failed, {} warnings, {} unknown, {} waived, {} for a person, {} not applicable.\n",
      report.findings.size(), report.count(Status::kPass), report.count(Status::kFail), report.count(Status::kWarn),
      report.count(Status::kError), report.count(Status::kWaived), report.count(Status::kManual),
      report.count(Status::kNotApplicable));
  out += fmt::format("Score {} of 100: 25, 10, 4 and 1 less for each open finding by severity.\n", score_of(report));
  if (report.command == "compliance" || view.framework) {
    for (size_t i = 0; i < kFrameworks; ++i) {
      const auto framework = static_cast<Framework>(i);
      if (!view.framework || *view.framework == framework) write_framework(out, report, framework);
    }
    out += "\nThis is evidence for controls, gathered by a program. Whether a standard is met, an auditor says.\n";
  }
  return out;
}

json::Value to_json(const Report& report, const View& view) {
  json::Array results;
  for (const Finding& finding : report.findings) {
    const Check& check = *finding.check;
    json::Object mapping;
    for (size_t i = 0; i < kFrameworks; ++i) {
      json::Array names;
      for (const std::string_view name : controls_of(check, static_cast<Framework>(i))) names.emplace_back(name);
      if (!names.empty()) mapping.append(std::string(framework_id(static_cast<Framework>(i))), std::move(names));
    }
    json::Object result{{"id", check.id},
                        {"title", check.title},
                        {"severity", severity_name(check.severity)},
                        {"status", status_name(finding.outcome.status)},
                        {"evidence", finding.outcome.evidence},
                        {"remedy", check.remedy},
                        {"controls", std::move(mapping)}};
    if (finding.waiver != nullptr) {
      result.append("waiver", json::Object{{"owner", finding.waiver->owner},
                                           {"reason", finding.waiver->reason},
                                           {"ticket", finding.waiver->ticket},
                                           {"expires", day(base::Wall{finding.waiver->expires.unix_ms - 1})},
                                           {"expired", finding.is_expired}});
    }
    if (finding.is_known) result.append("in_baseline", true);
    results.emplace_back(std::move(result));
  }
  json::Object frameworks;
  for (size_t i = 0; i < kFrameworks; ++i) {
    const auto framework = static_cast<Framework>(i);
    if (view.framework && *view.framework != framework) continue;
    json::Object entries;
    for (const Control& control : controls(report, framework)) {
      entries.append(control.name, json::Object{{"evidence", static_cast<int64_t>(control.passed)},
                                                {"open", static_cast<int64_t>(control.open)},
                                                {"other", static_cast<int64_t>(control.other)}});
    }
    frameworks.append(std::string(framework_id(framework)), std::move(entries));
  }
  json::Object summary;
  for (const Status status : {Status::kPass, Status::kFail, Status::kWarn, Status::kManual, Status::kNotApplicable,
                              Status::kWaived, Status::kError}) {
    summary.append(std::string(status_name(status)), static_cast<int64_t>(report.count(status)));
  }
  json::Object whole{{"report", "security-check"},
                     {"command", report.command},
                     {"version", report.version},
                     {"environment", schema::enum_name(report.environment)},
                     {"generated_at", base::to_rfc3339(report.made)},
                     {"score", score_of(report)},
                     {"summary", std::move(summary)},
                     {"results", std::move(results)},
                     {"evidence_for", std::move(frameworks)}};
  if (!view.framework || *view.framework == Framework::kAsvs5) whole.append("asvs5_chapters", asvs_chapters_of(report));
  return whole;
}

std::string list_checks(std::string_view command, bool as_json) {
  const auto asked = asked_by({.command = command});
  if (!asked) return {};
  if (as_json) {
    json::Array all;
    for (const Check* check : *asked) {
      all.emplace_back(
          json::Object{{"id", check->id}, {"title", check->title}, {"severity", severity_name(check->severity)}});
    }
    return json::write_pretty(std::move(all));
  }
  std::string out;
  for (const Check* check : *asked) {
    out += fmt::format("{}  {:<8}  {}\n", check->id, severity_name(check->severity), check->title);
  }
  return out;
}

base::Result<std::string> explain(std::string_view id) {
  TRY(const auto asked, asked_by({.command = "all", .only = {std::string(id)}}));
  const Check& check = *asked.front();
  std::string out = fmt::format("{}  {}\n\nSeverity: {}\nTo do when it fails: {}\n\nEvidence for:\n", check.id,
                                check.title, severity_name(check.severity), check.remedy);
  for (size_t i = 0; i < kFrameworks; ++i) {
    const auto framework = static_cast<Framework>(i);
    const auto names = controls_of(check, framework);
    if (!names.empty()) out += fmt::format("  {}: {}\n", framework_name(framework), fmt::join(names, ", "));
  }
  return out;
}

}  // namespace checks

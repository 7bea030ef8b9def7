// One page for a person who decides: the score and what it comes from, what is open and what to do, what people have
// accepted or still have to look at, how each area stands, the evidence for each framework, and every check.
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/asvs.h"
#include "checks/html.h"
#include "checks/render.h"
#include "checks/words.h"

namespace checks {
namespace {

std::string spoken(Status status) {
  std::string name(status_name(status));
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string_view area_name(std::string_view family) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"AUD", "Audit trail"}, {"AUT", "Access"},          {"BIN", "Program file"}, {"CFG", "Settings"},
      {"CRY", "Keys"},        {"CTR", "Container image"}, {"DAT", "Stored data"},  {"DEP", "Libraries"},
      {"HST", "Host"},        {"K8S", "Kubernetes"},      {"NET", "Network"},      {"ORG", "Organisation"},
      {"SLF", "Self-tests"},  {"SYS", "Service unit"}};
  const auto* const found = std::ranges::find(kNames, family, [](const auto& each) { return each.first; });
  return found == std::end(kNames) ? family : found->second;
}

// How many findings came out how.
struct Tally {
  size_t passed = 0;
  size_t open = 0;
  size_t to_look_at = 0;  // A warning, something for a person, something unknown that weighs little, a waiver.
  size_t not_applicable = 0;

  void add(const Finding& finding) {
    const Status status = finding.outcome.status;
    if (is_open(finding)) {
      ++open;
    } else if (status == Status::kPass) {
      ++passed;
    } else if (status == Status::kNotApplicable) {
      ++not_applicable;
    } else {
      ++to_look_at;
    }
  }
  size_t applicable() const { return passed + open + to_look_at; }
};

// Widths in tenths of a percent, so that the same numbers give the same bytes everywhere.
std::string bar_of(const Tally& tally) {
  const size_t all = std::max<size_t>(tally.applicable() + tally.not_applicable, 1);
  std::string out =
      fmt::format("<div class=bar role=img aria-label=\"{} passed, {} open, {} to look at, {} not applicable\">",
                  tally.passed, tally.open, tally.to_look_at, tally.not_applicable);
  const auto part = [&](char kind, size_t count) {
    const size_t tenths = count * 1000 / all;
    if (count > 0) out += fmt::format("<i class={} style=\"width:{}.{}%\"></i>", kind, tenths / 10, tenths % 10);
  };
  part('b', tally.open);
  part('w', tally.to_look_at);
  part('g', tally.passed);
  part('n', tally.not_applicable);
  return out + "</div>";
}

std::vector<const Finding*> open_ones(const Report& report) {
  std::vector<const Finding*> open;
  for (const Finding& finding : report.findings) {
    if (is_open(finding)) open.push_back(&finding);
  }
  std::ranges::sort(open, [](const Finding* a, const Finding* b) {
    if (a->check->severity != b->check->severity) return a->check->severity > b->check->severity;
    return a->check->id < b->check->id;
  });
  return open;
}

// "1 critical, 2 high"
std::string by_severity(const std::vector<const Finding*>& open) {
  std::string out;
  for (size_t i = kSeverities; i > 0; --i) {
    const auto severity = static_cast<Severity>(i - 1);
    const auto count =
        std::ranges::count_if(open, [severity](const Finding* each) { return each->check->severity == severity; });
    if (count == 0) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, severity_name(severity));
  }
  return out;
}

void write_summary(std::string& out, const Report& report, const std::vector<const Finding*>& open) {
  Tally tally;
  for (const Finding& finding : report.findings) tally.add(finding);
  const int score = score_of(report);
  const std::string_view colour = open.empty()                                       ? "pass"
                                  : open.front()->check->severity >= Severity::kHigh ? "fail"
                                                                                     : "warn";
  out += fmt::format("<h1>Security checks: {}</h1>\n", escaped(report.command));
  out += fmt::format("<p class=soft>spotify-mcp-server {} &middot; {} &middot; {}</p>\n", escaped(report.version),
                     schema::enum_name(report.environment), base::to_rfc3339(report.made));
  const std::string verdict =
      tally.applicable() == 0 ? "Nothing was asked that applies here."
      : open.empty()          ? fmt::format("Nothing is open: {} checks passed.", tally.passed)
                     : fmt::format("{} of {} checks are open: {}.", open.size(), tally.applicable(), by_severity(open));
  out += fmt::format(
      "<section class=top><div class=score><b class={}>{}</b><span class=soft>of 100</span></div><div><p "
      "class=verdict>{}</p>{}<ul class=legend><li><i class=b></i>{} open<li><i class=w></i>{} to look at<li><i "
      "class=g></i>{} passed<li><i class=n></i>{} not applicable</ul></div></section>\n",
      colour, score, verdict, bar_of(tally), tally.open, tally.to_look_at, tally.passed, tally.not_applicable);
}

std::string controls_line(const Check& check) {
  std::string out;
  for (size_t i = 0; i < kFrameworks; ++i) {
    const auto framework = static_cast<Framework>(i);
    const auto names = controls_of(check, framework);
    if (names.empty()) continue;
    constexpr std::string_view kShort[kFrameworks] = {"OWASP 2021", "OWASP 2025", "NIST CSF", "ISO 27001",
                                                      "SOC 2",      "OWASP MCP",  "ASVS 5.0"};
    out += fmt::format("{}{} {}", out.empty() ? "" : " &middot; ", kShort[i],
                       escaped(fmt::format("{}", fmt::join(names, ", "))));
  }
  return out;
}

void write_open(std::string& out, const std::vector<const Finding*>& open) {
  if (open.empty()) return;
  out += "<h2>What is open, and what to do</h2>\n";
  for (const Finding* finding : open) {
    const std::string_view severity = severity_name(finding->check->severity);
    out += fmt::format(
        "<article class=\"card {0}\"><span class=\"tag {0}\">{0}</span><b>{1}</b> {2}{3}<p>{4}</p><p><b>To do:</b> "
        "{5}</p>"
        "<p class=\"soft small\">{6}</p></article>\n",
        severity, finding->check->id, escaped(finding->check->title),
        finding->is_known ? " <span class=soft>(known since the baseline)</span>" : "",
        escaped(finding->outcome.evidence), escaped(finding->check->remedy), controls_line(*finding->check));
  }
}

void write_waived(std::string& out, const Report& report) {
  std::string rows;
  for (const Finding& finding : report.findings) {
    if (finding.waiver == nullptr) continue;
    rows += fmt::format("<tr><td class=id>{}<td>{}<td>{}<td>{}<td>{}{}</tr>\n", finding.check->id,
                        escaped(finding.check->title), escaped(finding.waiver->reason), escaped(finding.waiver->owner),
                        day(base::Wall{finding.waiver->expires.unix_ms - 1}),
                        finding.is_expired ? " <b class=fail>expired</b>" : "");
  }
  if (rows.empty()) return;
  out +=
      "<h2>What somebody has accepted</h2>\n<div class=wide><table><thead><tr><th>check<th><th>why<th>who<th>until"
      "</thead><tbody>\n" +
      rows + "</tbody></table></div>\n";
}

void write_to_look_at(std::string& out, const Report& report) {
  std::string rows;
  for (const Finding& finding : report.findings) {
    const Status status = finding.outcome.status;
    const bool unknown = status == Status::kError && !is_open(finding);
    if (status != Status::kManual && status != Status::kWarn && !unknown) continue;
    rows += fmt::format("<tr><td class=id>{}<td>{}<td class=\"s {}\">{}<td>{}</tr>\n", finding.check->id,
                        escaped(finding.check->title), status_name(status), spoken(status),
                        escaped(finding.outcome.evidence));
  }
  if (rows.empty()) return;
  out +=
      "<h2>What a person should look at</h2>\n<div class=wide><table><thead><tr><th>check<th><th>result<th>what was "
      "seen</thead><tbody>\n" +
      rows + "</tbody></table></div>\n";
}

void write_areas(std::string& out, const Report& report) {
  std::map<std::string_view, Tally> areas;
  for (const Finding& finding : report.findings) areas[family_of(*finding.check)].add(finding);
  if (areas.size() < 2) return;
  out +=
      "<h2>Area by area</h2>\n<div class=wide><table><thead><tr><th>area<th style=\"width:45%\"><th class=n>open<th "
      "class=n>to look at<th class=n>passed<th class=n>not applicable</thead><tbody>\n";
  for (const auto& [family, tally] : areas) {
    out += fmt::format(
        "<tr><td>{} <span class=soft>{}</span><td>{}<td class=n>{}<td class=n>{}<td class=n>{}<td "
        "class=n>{}</tr>\n",
        area_name(family), family, bar_of(tally), tally.open, tally.to_look_at, tally.passed, tally.not_applicable);
  }
  out += "</tbody></table></div>\n";
}

std::string ids_of(const std::vector<std::string_view>& ids) {
  std::string out;
  for (const std::string_view id : ids) out += fmt::format("{}<span class=k>{}</span>", out.empty() ? "" : ", ", id);
  return out;
}

// What nothing here is evidence for is shown too.
void write_asvs_chapters(std::string& out, const Report& report) {
  out +=
      "<div class=wide><table><thead><tr><th>chapter<th><th class=n>requirements<th class=n>checks are mapped to<th "
      "class=n>with evidence</thead><tbody>\n";
  for (const AsvsCoverage& each : asvs_coverage(report)) {
    out += fmt::format("<tr><td class=id>{}<td>{}<td class=n>{}<td class=n>{}<td class=n>{}</tr>\n", each.chapter->id,
                       each.chapter->title, each.chapter->requirements(), each.mapped, each.evidenced);
  }
  out += "</tbody></table></div>";
}

void write_framework(std::string& out, const Report& report, Framework framework) {
  const auto all = controls(report, framework);
  if (all.empty()) return;
  const auto with = std::ranges::count_if(all, [](const Control& control) { return control.passed > 0; });
  const auto open = std::ranges::count_if(all, [](const Control& control) { return control.open > 0; });
  out += fmt::format(
      "<details><summary>{}: evidence for {} of the {} controls that checks are mapped to{}</summary><div "
      "class=wide><table><thead><tr><th>control<th>evidence from<th>open<th>without a result</thead><tbody>\n",
      framework_name(framework), with, all.size(), open == 0 ? "" : fmt::format(", {} with something open", open));
  for (const Control& control : all) {
    out += fmt::format("<tr><td class=id>{}<td>{}<td class=fail>{}<td class=soft>{}</tr>\n", escaped(control.name),
                       ids_of(control.passed_ids), ids_of(control.open_ids), ids_of(control.other_ids));
  }
  out += "</tbody></table></div>";
  if (framework == Framework::kAsvs5) write_asvs_chapters(out, report);
  out += "</details>\n";
}

void write_frameworks(std::string& out, const Report& report, const View& view) {
  out += "<h2>Evidence for controls</h2>\n";
  for (size_t i = 0; i < kFrameworks; ++i) {
    const auto framework = static_cast<Framework>(i);
    if (!view.framework || *view.framework == framework) write_framework(out, report, framework);
  }
}

void write_all(std::string& out, const Report& report) {
  out += "<h2>Every check</h2>\n";
  std::string_view family;
  for (const Finding& finding : report.findings) {
    if (family_of(*finding.check) != family) {
      if (!family.empty()) out += "</tbody></table></div></details>\n";
      family = family_of(*finding.check);
      out += fmt::format(
          "<details><summary>{} <span class=soft>{}</span></summary><div class=wide><table><thead><tr><th>"
          "check<th><th>result<th>severity<th>what was seen</thead><tbody>\n",
          area_name(family), family);
    }
    out +=
        fmt::format("<tr><td class=id>{}<td>{}<td class=\"s {}\">{}<td>{}<td>{}</tr>\n", finding.check->id,
                    escaped(finding.check->title), status_name(finding.outcome.status), spoken(finding.outcome.status),
                    severity_name(finding.check->severity), escaped(finding.outcome.evidence));
  }
  if (!family.empty()) out += "</tbody></table></div></details>\n";
}

}  // namespace

std::string to_html(const Report& report, const View& view) {
  std::string out = html_head(fmt::format("Security checks: {}", report.command));
  const auto open = open_ones(report);
  write_summary(out, report, open);
  write_open(out, open);
  write_to_look_at(out, report);
  write_waived(out, report);
  write_areas(out, report);
  write_frameworks(out, report, view);
  write_all(out, report);
  out +=
      "<footer class=\"soft small\"><p>The score is 100, less 25, 10, 4 and 1 for each open finding by severity, and "
      "at "
      "most 49 with a critical one open. What could not be read counts as open where its severity is high or "
      "critical.</p><p>This is evidence for controls, gathered by a program. Whether a standard is met, an auditor "
      "says.</p></footer>\n</body>\n</html>\n";
  return out;
}

}  // namespace checks

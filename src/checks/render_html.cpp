// One page for a person who decides: first what is open and what to do, then the controls, then every check. It needs
// nothing else: no script, no picture, no font, no request.
#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "checks/render.h"
#include "checks/words.h"

namespace checks {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Security checks</title>
<style>
:root{--back:#fff;--text:#1a1d21;--soft:#5a6270;--line:#d9dde3;--card:#f5f6f8;
--bad:#b3261e;--warn:#8a5300;--good:#146c2e}
@media (prefers-color-scheme:dark){:root{--back:#14171b;--text:#e8eaed;--soft:#a2abb8;--line:#353b44;--card:#1d2127;
--bad:#ff8a80;--warn:#ffb74d;--good:#7bd88f}}
body{margin:0 auto;max-width:62rem;padding:1.5rem;background:var(--back);color:var(--text);
font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem}p{margin:.4rem 0}.soft{color:var(--soft)}
.numbers{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0}
.numbers div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem 1rem;min-width:6rem}
.numbers b{display:block;font-size:1.5rem}
.open{border-left:.25rem solid var(--bad);background:var(--card);padding:.6rem 1rem;margin:.6rem 0;border-radius:.25rem}
.tag{font-size:.8rem;text-transform:uppercase;letter-spacing:.03em}
.fail,.error{color:var(--bad)}.warn,.waived,.manual{color:var(--warn)}.pass{color:var(--good)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right}summary{cursor:pointer;padding:.3rem 0}.wide{overflow-x:auto}
</style>
</head>
<body>
)";

std::string escaped(std::string_view text) {
  if (!base::is_valid_utf8(text)) return "(not printable)";
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string spoken(Status status) {
  std::string name(status_name(status));
  std::ranges::replace(name, '_', ' ');
  return name;
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

void write_summary(std::string& out, const Report& report, size_t open) {
  out += fmt::format("<h1>Security checks: {}</h1>\n", escaped(report.command));
  out += fmt::format("<p class=soft>spotify-mcp-server {} &middot; {} &middot; {}</p>\n", escaped(report.version),
                     schema::enum_name(report.environment), base::to_rfc3339(report.made));
  out += open == 0 ? std::string("<p>Nothing that was checked is open.</p>\n")
                   : fmt::format("<p>{} of {} checks are open. They are listed first, with what to do.</p>\n", open,
                                 report.findings.size());
  out += fmt::format(
      "<div class=numbers><div><b>{}</b>of 100</div><div><b>{}</b>passed</div><div><b>{}</b>open</div>"
      "<div><b>{}</b>to look at</div><div><b>{}</b>waived</div><div><b>{}</b>not applicable</div></div>\n",
      score_of(report), report.count(Status::kPass), open, report.count(Status::kWarn) + report.count(Status::kManual),
      report.count(Status::kWaived), report.count(Status::kNotApplicable));
  out +=
      "<p class=soft>The score is 100, less 25, 10, 4 and 1 for each open finding by severity, and at most 49 with a "
      "critical one. This is evidence for controls, gathered by a program; whether a standard is met, an auditor "
      "says.</p>\n";
}

void write_open(std::string& out, const std::vector<const Finding*>& open) {
  if (open.empty()) return;
  out += "<h2>Open</h2>\n";
  for (const Finding* finding : open) {
    out += fmt::format(
        "<div class=open><span class=\"tag fail\">{}</span> <b>{}</b> {}<p>{}</p><p><b>To do:</b> {}</p></div>\n",
        severity_name(finding->check->severity), finding->check->id, escaped(finding->check->title),
        escaped(finding->outcome.evidence), escaped(finding->check->remedy));
  }
}

void write_frameworks(std::string& out, const Report& report, const View& view) {
  out += "<h2>Evidence for controls</h2>\n";
  for (size_t i = 0; i < kFrameworks; ++i) {
    const auto framework = static_cast<Framework>(i);
    if (view.framework && *view.framework != framework) continue;
    const auto all = controls(report, framework);
    const auto with = std::ranges::count_if(all, [](const Control& control) { return control.passed > 0; });
    out += fmt::format(
        "<details><summary>{}: evidence for {} of the {} controls that checks are mapped to</summary><div class=wide>"
        "<table><tr><th>control<th class=n>evidence<th class=n>open<th class=n>other</tr>\n",
        framework_name(framework), with, all.size());
    for (const Control& control : all) {
      out += fmt::format("<tr><td>{}<td class=n>{}<td class=n>{}<td class=n>{}</tr>\n", escaped(control.name),
                         control.passed, control.open, control.other);
    }
    out += "</table></div></details>\n";
  }
}

void write_all(std::string& out, const Report& report) {
  out += "<h2>Every check</h2>\n<div class=wide><table><tr><th>check<th>result<th>severity<th>what was seen</tr>\n";
  for (const Finding& finding : report.findings) {
    std::string waiver;
    if (finding.waiver != nullptr) {
      waiver = fmt::format("<br>Waiver of {} until {}: {}", escaped(finding.waiver->owner),
                           day(base::Wall{finding.waiver->expires.unix_ms - 1}), escaped(finding.waiver->reason));
    }
    out +=
        fmt::format("<tr><td><b>{}</b> {}<td class={}>{}<td>{}<td>{}{}</tr>\n", finding.check->id,
                    escaped(finding.check->title), status_name(finding.outcome.status), spoken(finding.outcome.status),
                    severity_name(finding.check->severity), escaped(finding.outcome.evidence), waiver);
  }
  out += "</table></div>\n";
}

}  // namespace

std::string to_html(const Report& report, const View& view) {
  std::string out(kHead);
  const auto open = open_ones(report);
  write_summary(out, report, open.size());
  write_open(out, open);
  write_frameworks(out, report, view);
  write_all(out, report);
  out += "</body>\n</html>\n";
  return out;
}

}  // namespace checks

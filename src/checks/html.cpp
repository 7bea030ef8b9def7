#include "checks/html.h"

#include <fmt/format.h>

#include "base/text.h"

namespace checks {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
)";

// Each colour of a text has a contrast of 4.5 or more against each colour that it stands on, in both schemes.
constexpr std::string_view kStyle = R"(<style>
:root{--back:#fff;--card:#f5f6f8;--text:#1a1d21;--soft:#565e6b;--line:#d5d9e0;
--bad:#b3261e;--warn:#7a4a00;--good:#146c2e;--none:#5b6472;
--bad-fill:#c8372d;--warn-fill:#e0a030;--good-fill:#2f8f4e;--none-fill:#c9ced6}
@media (prefers-color-scheme:dark){:root{--back:#14171b;--card:#1d2127;--text:#e8eaed;--soft:#a8b0bc;--line:#363c45;
--bad:#ff8a80;--warn:#ffb74d;--good:#7bd88f;--none:#a8b0bc;
--bad-fill:#e0574c;--warn-fill:#d99a33;--good-fill:#3fa361;--none-fill:#4a525d}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2rem 1.5rem 4rem;background:var(--back);color:var(--text);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:0}
h2{font-size:1.25rem;margin:2.5rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.4rem 0}
.soft{color:var(--soft)}
.small{font-size:.875rem}
.top{display:grid;grid-template-columns:auto 1fr;gap:1.5rem;align-items:center;margin:1.5rem 0;
background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem 1.5rem}
.score{text-align:center;min-width:7rem}
.score b{display:block;font-size:3.25rem;line-height:1;font-variant-numeric:tabular-nums}
.verdict{font-size:1.125rem;margin:0 0 .5rem}
.bar{display:flex;height:.75rem;border-radius:.375rem;overflow:hidden;background:var(--none-fill);min-width:5rem}
.bar i{display:block}
.bar .b{background:var(--bad-fill)}.bar .w{background:var(--warn-fill)}.bar .g{background:var(--good-fill)}
.bar .n{background:var(--none-fill)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.6rem 0 0;padding:0;list-style:none;font-size:.875rem}
.legend i{display:inline-block;width:.7rem;height:.7rem;border-radius:.15rem;margin-right:.4rem}
.legend .b{background:var(--bad-fill)}.legend .w{background:var(--warn-fill)}.legend .g{background:var(--good-fill)}
.legend .n{background:var(--none-fill)}
.card{border:1px solid var(--line);border-left:.3rem solid var(--bad-fill);background:var(--card);
padding:.75rem 1rem;margin:.6rem 0;border-radius:.4rem;break-inside:avoid}
.card.medium,.card.low{border-left-color:var(--warn-fill)}
.card p{margin:.3rem 0}
.tag{font-size:.75rem;font-weight:600;text-transform:uppercase;letter-spacing:.04em;margin-right:.4rem}
.fail,.error,.critical,.high{color:var(--bad)}
.warn,.waived,.manual,.medium,.low{color:var(--warn)}.pass{color:var(--good)}
.not_applicable{color:var(--none)}
.card.critical,.card.high,.card.medium,.card.low{color:var(--text)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td .bar{margin-top:.35rem}
td.id{white-space:nowrap;font-weight:600}
.k{white-space:nowrap}
td.s{white-space:nowrap;font-weight:600}
summary{cursor:pointer;padding:.4rem 0;font-weight:600}
.wide{overflow-x:auto}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.75rem}
@media (max-width:36rem){.top{grid-template-columns:1fr}.score{text-align:left}}
@media print{:root{--back:#fff;--card:#fff;--text:#000;--soft:#444;--line:#bbb;--bad:#9a1c15;--warn:#6b4000;
--good:#0d5223;
--none:#444;--bad-fill:#c8372d;--warn-fill:#e0a030;--good-fill:#2f8f4e;--none-fill:#c9ced6}
@page{margin:16mm}
body{max-width:none;padding:0;font-size:10pt}
.bar,.legend i,.card{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details::details-content{content-visibility:visible;block-size:auto}
summary{list-style:none}
h2,h3,summary{break-after:avoid}
tr{break-inside:avoid}
thead{display:table-header-group}}
</style>
)";

}  // namespace

std::string html_head(std::string_view title) {
  return fmt::format("{}<title>{}</title>\n{}</head>\n<body>\n", kHead, escaped(title), kStyle);
}

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

}  // namespace checks

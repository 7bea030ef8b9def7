// A report for people and for programs. None of the forms says more than that there is evidence for a control.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "checks/report.h"
#include "json/value.h"

namespace checks {

struct View {
  bool verbose = false;                // Also what passed and what is not applicable.
  std::optional<Framework> framework;  // The controls of this one alone.
};

std::string to_text(const Report& report, const View& view);
json::Value to_json(const Report& report, const View& view);
// SARIF 2.1.0: what is open, for viewers of code scanning.
json::Value to_sarif(const Report& report);
// OSCAL 1.1.2 assessment-results.
json::Value to_oscal(const Report& report);
// One page that needs nothing else, in light and in dark.
std::string to_html(const Report& report, const View& view);

// What --list and --explain show.
std::string list_checks(std::string_view command, bool as_json);
base::Result<std::string> explain(std::string_view id);

}  // namespace checks

// What is worth waking somebody for: one table, closed. A test provokes every row.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "audit/event.h"
#include "base/clock.h"

namespace alerts {

// Whether events count together, or for each address that they come from.
enum class Per : uint8_t { kServer, kSource };

struct Rule {
  std::string_view name;
  std::vector<audit::Event> events;
  int threshold = 1;  // So many within the window.
  std::chrono::seconds window{300};
  Per per = Per::kServer;
  audit::Severity severity = audit::Severity::kWarning;
  std::string_view about;  // What it may mean, and what to do.
};

std::span<const Rule> rules();

}  // namespace alerts

// Counts events against the rules. A state machine without I/O: time is handed in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/rules.h"
#include "audit/entry.h"
#include "base/clock.h"

namespace alerts {

struct Alert {
  const Rule* rule = nullptr;  // Of rules(), which outlive everything.
  std::string source;          // The address, where the rule counts for each.
  int64_t count = 0;           // Within the window, with the event that was one too many.
};

class Evaluator {
 public:
  // Addresses that one rule keeps apart. Beyond it the one that was heard of longest ago is forgotten, so that a crowd
  // of addresses costs no memory; each still needs its threshold again.
  static constexpr size_t kSourcesMax = 1000;

  // The alerts that this event is the reason for. Of one rule and source there is one in each window, however many
  // events follow.
  std::vector<Alert> hear(const audit::Entry& entry, base::Instant now);

 private:
  struct Heard {
    std::deque<base::Instant> at;  // Of the window, at most as many as the threshold.
    std::optional<base::Instant> told;
    base::Instant last;
  };
  std::optional<Alert> count(const Rule& rule, const std::string& source, int64_t times, base::Instant now);

  std::map<const Rule*, std::map<std::string, Heard>> heard_;
};

}  // namespace alerts

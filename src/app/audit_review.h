// Looks through the audit trail for what a runbook asks: which events there were, how many, and from where.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/audit_trail.h"
#include "audit/verifier.h"
#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace app {

struct Review {
  audit::Report verified;
  std::string since;                                              // RFC 3339; records from then on are counted.
  std::map<std::string, int64_t> events;                          // All events, by name.
  std::map<std::string, std::map<std::string, int64_t>> sources;  // Of each event, by the address of the peer.

  int64_t count(std::string_view event) const;
};

// Verifies the whole trail and counts on the way.
base::Result<Review> review_trail(StoredTrail& stored, base::Wall since);
// "bearer.refused 12 (192.0.2.7: 11, local: 1)", one for each of `events` that there was; "none of ..." otherwise.
std::string summary_of(const Review& review, const std::vector<std::string_view>& events);
json::Value as_json(const Review& review);

}  // namespace app

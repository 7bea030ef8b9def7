// What goes wrong, and when. A plan is a list of rules; the first rule that matches a request and is due decides. From
// code or from a JSON file:
//
//   {"rules": [{"method": "GET", "path": "/me/player", "skip": 2, "times": 1, "kind": "status", "status": 503,
//               "body": "html"}]}
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace sim::spotify {

enum class FaultKind {
  kRateLimit,      // "rate_limit": 429, Retry-After 1 (or retry_after_s); body json or text.
  kRateLimitLong,  // "rate_limit_long": 429, Retry-After 3600.
  kQuotaExceeded,  // "quota_exceeded": 429 with reason QUOTA_EXCEEDED, Retry-After 48925.
  kStatus,         // "status": `status` with a json, html or text body; the operation does not run.
  kStatusAfter,    // "status_after": the same, but the operation has run: a write whose outcome is unknown.
  kSlow,           // "slow": the operation runs after delay_ms.
  kRefused,        // "refused": no connection, so the request certainly did not arrive.
  kResetBefore,    // "reset_before": the connection drops and the operation did not run.
  kResetAfter,     // "reset_after": the operation ran and the connection drops in the middle of the answer.
  kTruncatedJson,  // "truncated_json": a complete HTTP message whose JSON ends half way.
  kPremiumOwner,   // "premium_owner": 403 text/plain, the app's owner has no Premium.
  kNotRegistered,  // "not_registered": 403 text/plain, the user is not on the app's list; older texts by `message`.
  kOpaque200,      // "opaque_200": the operation runs and answers 200 with a text that is no JSON.
  kEmpty200,       // "empty_200": the operation runs and answers 200 without a body.
  kNoContentRead,  // "no_content": 204 where a body is expected.
  kExpiredToken,   // "expired_token": 401, and the access token that came is expired from now on.
  kExtraFields,    // "extra_fields": every object of the answer has members that no description knows.
  kNullItems,      // "null_items": every second element of each `items` array is null.
  kUnknownType,    // "unknown_type": every object's `type` is a word that no description knows.
  kHugePage,       // "huge_page": each `items` array that is not empty has 1,000 elements, whatever was asked for.
  kGzip,           // "gzip": the answer is compressed.
  kChunked,        // "chunked": the answer comes in pieces without a declared length.
};
std::optional<FaultKind> parse_fault_kind(std::string_view name);

enum class FaultBody { kJson, kHtml, kText };

struct FaultRule {
  FaultKind kind = FaultKind::kStatus;
  // Empty matches every method.
  std::string method{};
  // A prefix of the path without "/v1"; a "$" at the end makes it the whole path. Empty matches every path.
  std::string path{};
  // Matching requests that pass before the rule acts, and requests on which it then acts.
  int skip = 0;
  int times = 1;
  int status = 500;
  FaultBody body = FaultBody::kJson;
  int64_t delay_ms = 0;
  std::optional<int64_t> retry_after_s{};
  // In place of the usual words, and the reason beside them: any of the service's errors, such as 502 "Failed to
  // follow artists" or 403 with "NO_PREV_TRACK".
  std::string message{};
  std::string reason{};
};

class FaultPlan {
 public:
  FaultPlan() = default;
  explicit FaultPlan(std::vector<FaultRule> rules);
  // kInvalidArgument names the rule and the member that is wrong.
  static base::Result<FaultPlan> parse(std::string_view text);

  void add(FaultRule rule);
  void clear() { rules_.clear(); }
  // The rule that acts on this request, or null. Counts the request. The pointer lives until the plan changes.
  const FaultRule* next(std::string_view method, std::string_view path);
  bool empty() const { return rules_.empty(); }

 private:
  struct Active {
    FaultRule rule;
    int seen = 0;
  };
  std::vector<Active> rules_;
};

// The effects on an answer's JSON, also used on their own by tests.
void add_extra_fields(json::Value& value);
void null_items(json::Value& value);
void make_types_unknown(json::Value& value);
void make_pages_huge(json::Value& value);

}  // namespace sim::spotify

// What is counted while the program runs. Labels come from closed sets (events, tools, error codes, buckets), never
// from a user or a client, so the number of series does not depend on who calls or how often.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "audit/entry.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "metrics/exposition.h"
#include "metrics/histogram.h"
#include "spotify/cache.h"
#include "spotify/pacing.h"
#include "tools/sign.h"

namespace app {

// All on the loop's thread.
class Metrics {
 public:
  // Different (method, name) pairs that are counted by name; what is beyond counts as "other".
  static constexpr size_t kNamesMax = 256;

  // Everything that is told to the audit trail.
  void count_event(const audit::Entry& entry);
  // A tool, a resource, a prompt or a completion has ended.
  void count_call(const std::string& method, const std::string& name, std::optional<base::Code> problem,
                  base::Duration took);
  // A request to Spotify. `status` 0: no answer came.
  void count_request(const std::string& service, http::Method method, int status, base::Duration took);

  // Foreign text that looks like an attempt to lead a model (tools/sign.h).
  void count_suspicion(tools::Sign sign) { ++suspicions_[static_cast<size_t>(sign)]; }

  // What became of an alert (app/alert_sender.h).
  enum class Delivery : uint8_t { kRaised, kDelivered, kLost };
  void count_alert(std::string_view rule, Delivery delivery);

  // Lines of the audit trail that a place beside the disk has got, or that were given up (app/audit_forwarder.h).
  void count_forwarded(std::string_view place, Delivery delivery, int64_t lines);

  void write(metrics::Exposition& out) const;

 private:
  struct Calls {
    std::map<std::string, int64_t> by_outcome;
    metrics::Histogram took;
  };
  std::array<std::array<int64_t, 2>, audit::kEvents> events_{};  // [event][refused or failed]
  std::map<std::pair<std::string, std::string>, Calls> calls_;
  // Where the last call was counted; a map keeps its places.
  std::pair<std::string, std::string> last_key_;
  Calls* last_calls_ = nullptr;
  std::map<std::tuple<std::string, std::string, std::string>, int64_t> requests_;  // service, method, outcome
  std::map<std::string, metrics::Histogram> request_took_;                         // by service
  std::array<int64_t, tools::kSigns> suspicions_{};
  std::map<std::string, std::array<int64_t, 3>, std::less<>> alerts_;              // by rule: [Delivery]
  std::map<std::string, std::array<int64_t, 3>, std::less<>> forwarded_;           // by place: [Delivery]
};

// What a server reads when it is asked, beside what was counted.
struct Gauges {
  int64_t connections = 0;
  int64_t sessions = 0;
  bool sealed = false;
  bool audit_failing = false;
  base::Wall started;
  spotify::CacheStats cache = {};  // In memory.
  std::vector<spotify::BucketUsage> quota = {};
};
void write_gauges(metrics::Exposition& out, const Gauges& gauges);

}  // namespace app

// The network between the program and one service in the same process: seeded latency, the deadline of the request, and
// failures on the way. Every send is one numbered I/O step of the world.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/loop.h"
#include "http/interfaces.h"
#include "sim/world/sim_loop.h"
#include "sim/world/sim_random.h"

namespace sim::world {

// What can happen to a request on its way.
enum class NetFailure {
  kRefused,      // No connection: "not sent".
  kLostBefore,   // Sent, but the service never saw it.
  kLostAfter,    // The service did it; the answer is lost.
  kSilent,       // Nothing comes until the deadline; the service did it.
  kTruncated,    // A whole HTTP message whose body ends half way.
  kServerError,  // 503 from something in between; the service never saw it.
};
inline constexpr NetFailure kNetFailures[] = {NetFailure::kRefused, NetFailure::kLostBefore, NetFailure::kLostAfter,
                                              NetFailure::kSilent,  NetFailure::kTruncated,  NetFailure::kServerError};
const char* name_of(NetFailure failure);

struct NetOptions {
  std::chrono::milliseconds latency_min{1};
  std::chrono::milliseconds latency_max{80};
};

class SimNet final : public http::Client {
 public:
  // `service` is far away; it and the loop must outlive the net.
  SimNet(SimLoop& loop, http::Client& service, uint64_t seed, NetOptions options = {})
      : loop_(loop), service_(service), random_(seed), options_(options) {}

  base::Task<base::Result<http::Response>> send(http::Request request) override;

  // The n-th send from now fails (1 is the next one).
  void fail_nth(uint64_t n, NetFailure failure) { planned_ = {sends_ + n, failure}; }
  // No planned failure any more; those at random go on.
  void clear_planned() { planned_.reset(); }
  // Each send fails with this probability, in a way that the seed chooses.
  void fail_at_random(uint32_t per_thousand) { per_thousand_ = per_thousand; }
  // Called for each request before it travels: a place to count and to look.
  void on_send(std::function<void(const http::Request&)> watcher) { watcher_ = std::move(watcher); }

  uint64_t sends() const { return sends_; }
  uint64_t failures() const { return failures_; }

 private:
  std::optional<NetFailure> failure_of_this_send();
  std::chrono::microseconds latency();
  // Waits until then, but not beyond the deadline; false when the deadline came first.
  base::Task<bool> travel(std::chrono::microseconds takes, base::Instant deadline);
  base::Task<base::Result<http::Response>> fail_on_the_way(http::Request request, NetFailure failure);

  SimLoop& loop_;
  http::Client& service_;
  SimRandom random_;
  NetOptions options_;
  std::optional<std::pair<uint64_t, NetFailure>> planned_;
  uint32_t per_thousand_ = 0;
  std::function<void(const http::Request&)> watcher_;
  uint64_t sends_ = 0;
  uint64_t failures_ = 0;
};

}  // namespace sim::world

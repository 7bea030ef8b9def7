// Sends what the audit trail has written to other places as well: a syslog collector, a webhook. The trail on the disk
// is the one that counts; what cannot be sent is tried again, and when too much waits the oldest is given up, which the
// numbers of the records show to the receiver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/metrics.h"
#include "app/process.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/settings.h"
#include "net/http_client.h"
#include "net/syslog.h"

namespace app {

class AuditForwarder {
 public:
  // Lines that wait for one place.
  static constexpr size_t kWaitingMax = 20'000;

  // Null where the settings name no place, and where the trail is off. `metrics` may be null. Both outlive it.
  static std::shared_ptr<AuditForwarder> make(Process& process, const config::Settings& settings, Metrics* metrics);
  AuditForwarder(const AuditForwarder&) = delete;
  AuditForwarder& operator=(const AuditForwarder&) = delete;
  ~AuditForwarder() = default;

  // Lines with their LF. On the loop.
  void forward(std::string_view lines);
  // Gives what waits a moment to go out.
  base::Task<void> settle();

 private:
  struct Place {
    std::string_view name;
    base::Task<base::Result<void>> (*send)(AuditForwarder* self, std::vector<std::string> lines) = nullptr;
    std::deque<std::string> waiting = {};
    bool running = false;
    bool failing = false;
    int64_t lost = 0;
  };
  struct Webhook {
    std::string server;
    std::string target;
    base::Secret key;
    std::unique_ptr<net::CurlClient> client;
  };

  AuditForwarder(Process& process, Metrics* metrics) : process_(process), metrics_(metrics), sending_(process.loop) {}

  static base::Task<base::Result<void>> post(AuditForwarder* self, std::vector<std::string> lines);
  static base::Task<base::Result<void>> log(AuditForwarder* self, std::vector<std::string> lines);
  static base::Task<void> drain(AuditForwarder* self, Place* place);
  void told(Place& place, const base::Result<void>& sent, size_t lines);

  Process& process_;
  Metrics* metrics_;
  std::deque<Place> places_;
  std::optional<Webhook> webhook_;
  std::shared_ptr<net::SyslogSender> syslog_;
  std::optional<net::ThreadWorker> worker_;
  base::TaskGroup sending_;  // Last: what runs in it uses everything above.
};

}  // namespace app

// Sends what the audit trail has written to other places as well: a syslog collector, a webhook. The trail on the disk
// is the one that counts, and it is read from there: of all processes that write it one sends, for each place by itself
// from where that place had come, which outlives it. So what cannot be sent is tried again, also after a restart, and a
// place that is slow or away holds up no other one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/metrics.h"
#include "app/process.h"
#include "audit/disk.h"
#include "audit/tail.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/settings.h"
#include "net/http_client.h"
#include "net/syslog.h"
#include "os/files.h"

namespace app {

class AuditForwarder {
 public:
  // Checkpoints that wait for one place. They are no records: the newest says all that the ones before it did.
  static constexpr size_t kCheckpointsMax = 100;

  // Null where the settings name no place, and where the trail is off. `metrics` may be null. Both outlive it.
  static std::shared_ptr<AuditForwarder> make(Process& process, const config::Settings& settings, Metrics* metrics);
  AuditForwarder(const AuditForwarder&) = delete;
  AuditForwarder& operator=(const AuditForwarder&) = delete;
  ~AuditForwarder() = default;

  // The trail is open. `start` is where a place begins that never had a record. On the loop; once.
  void begin(std::string directory, std::shared_ptr<audit::Disk> disk, audit::TailPosition start);
  // These lines, with their LF, stand in the trail now. On the loop.
  void written(std::string_view lines);
  // Gives what waits a moment to go out.
  base::Task<void> settle();

 private:
  struct Place {
    std::string_view name;
    base::Task<base::Result<void>> (*send)(AuditForwarder* self, std::vector<std::string> lines) = nullptr;
    // This process sends while it has the lock.
    std::optional<os::FileLock> lock = std::nullopt;
    audit::TailPosition position = {};
    std::deque<std::string> checkpoints = {};
    bool running = false;
    bool again = false;  // Something was written while it ran.
    bool failing = false;
    int64_t lost = 0;
  };
  struct Webhook {
    std::string server;
    std::string target;
    base::Secret key;
    std::unique_ptr<net::CurlClient> client;
  };
  struct Source;

  AuditForwarder(Process& process, Metrics* metrics) : process_(process), metrics_(metrics), sending_(process.loop) {}

  static base::Task<base::Result<void>> post(AuditForwarder* self, std::vector<std::string> lines);
  static base::Task<base::Result<void>> log(AuditForwarder* self, std::vector<std::string> lines);
  static base::Task<void> drain(AuditForwarder* self, Place* place);
  // Whether this process sends to that place.
  base::Task<bool> holds(Place* place);
  void run(Place& place);
  void look_again();
  void told(Place& place, const base::Result<void>& sent, size_t lines);
  void missed(Place& place, uint64_t records);

  Process& process_;
  Metrics* metrics_;
  std::deque<Place> places_;
  std::optional<Webhook> webhook_;
  std::shared_ptr<net::SyslogSender> syslog_;
  std::optional<net::ThreadWorker> worker_;  // Of the collector, who may be slow.
  // Shared with the work on the reader, which may outlive a dropped task. Null before begin().
  std::shared_ptr<Source> source_;
  std::optional<net::ThreadWorker> reader_;
  std::optional<base::Timer> look_;
  base::TaskGroup sending_;  // Last: what runs in it uses everything above.
};

}  // namespace app

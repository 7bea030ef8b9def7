// Listens to the audit trail, and tells somebody what they have to hear of: in the log, and at the places that the
// settings name: as a signed request to a webhook, as a message to a syslog collector, as a mail.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/evaluator.h"
#include "app/metrics.h"
#include "app/process.h"
#include "config/live.h"
#include "config/settings.h"
#include "net/http_client.h"
#include "net/mail.h"
#include "net/syslog.h"

namespace app {

class AlertSender {
 public:
  // Alerts that wait for their places at once; what is beyond is in the log only.
  static constexpr size_t kWaitingMax = 64;

  // The process and the metrics must outlive it. kInvalidArgument for an address that cannot be used.
  static base::Result<std::unique_ptr<AlertSender>> make(Process& process, const config::Settings& settings,
                                                         Metrics& metrics);
  AlertSender(const AlertSender&) = delete;
  AlertSender& operator=(const AlertSender&) = delete;
  ~AlertSender() = default;

  // Everything that is told to the trail, on the loop.
  void hear(const audit::Entry& entry);
  // Sends to the places of these settings from now on. kInvalidArgument, and nothing changes, for an address that
  // cannot be used.
  base::Result<void> retarget(const config::Settings& settings);
  // Gives what waits a moment to go out.
  base::Task<void> settle();

 private:
  // An alert on its way.
  struct Told {
    std::string rule;
    audit::Severity severity = audit::Severity::kWarning;
    std::string body;   // JSON, in one line.
    std::string about;  // For people.
  };
  struct Webhook {
    std::string server;
    std::string target;
    base::Secret key;
    std::unique_ptr<net::CurlClient> client;
  };
  struct MailTo {
    net::MailServer server;
    std::string from;
    std::vector<std::string> to;
  };
  struct Places;
  using Send = base::Task<base::Result<void>> (*)(AlertSender* self, std::shared_ptr<Places> places, Told told);
  // Where alerts go. What is on its way keeps those that it began with.
  struct Places {
    std::vector<Send> sends{};
    std::unique_ptr<Webhook> webhook{};
    std::shared_ptr<net::SyslogSender> syslog{};
    std::shared_ptr<MailTo> mail{};
  };
  AlertSender(Process& process, Metrics& metrics) : process_(process), metrics_(metrics), sending_(process.loop) {}

  static base::Result<std::shared_ptr<Places>> places_of(Process& process, const config::Settings& settings);
  std::string body_of(const alerts::Alert& alert) const;
  static base::Task<base::Result<void>> post(AlertSender* self, std::shared_ptr<Places> places, Told told);
  static base::Task<base::Result<void>> log(AlertSender* self, std::shared_ptr<Places> places, Told told);
  static base::Task<base::Result<void>> mail(AlertSender* self, std::shared_ptr<Places> places, Told told);
  static base::Task<void> deliver(AlertSender* self, std::shared_ptr<Places> places, Send send, Told told);

  Process& process_;
  Metrics& metrics_;
  alerts::Evaluator evaluator_;
  std::shared_ptr<Places> places_;
  config::Flat targets_;                     // The settings that they came from.
  std::optional<net::ThreadWorker> worker_;  // None where nothing ever blocked.
  base::TaskGroup sending_;                  // Last: what runs in it uses everything above.
};

// The value of the field Signature of a webhook: "t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">". The
// time is signed, so that an old request can be told from a new one.
std::string webhook_signature(const base::Secret& key, base::Wall now, std::string_view body);

}  // namespace app

#include "app/alert_sender.h"

#include <array>
#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "app/security_log.h"
#include "app/version.h"
#include "crypto/hmac.h"
#include "http/url.h"
#include "json/write.h"
#include "os/process.h"

namespace app {
namespace {

constexpr std::chrono::seconds kPatience{10};
// Between the tries of one alert.
constexpr std::array<std::chrono::seconds, 3> kPauses{std::chrono::seconds(1), std::chrono::seconds(10),
                                                      std::chrono::seconds(60)};
constexpr std::chrono::seconds kSettleMax{2};

base::Task<base::Result<void>> joined(base::TaskGroup* group) {
  co_await group->join();
  co_return base::Result<void>();
}

}  // namespace

std::string webhook_signature(const base::Secret& key, base::Wall now, std::string_view body) {
  const int64_t seconds = now.unix_ms / 1000;
  const auto mac = crypto::hmac_sha256(key.reveal(), fmt::format("{}.{}", seconds, body));
  return fmt::format("t={},v1={}", seconds, crypto::to_hex(mac));
}

base::Result<std::unique_ptr<AlertSender>> AlertSender::make(Process& process, const config::Settings& settings,
                                                             Metrics& metrics) {
  std::unique_ptr<AlertSender> sender(new AlertSender(process, metrics));
  TRY_VOID(sender->retarget(settings));
  return sender;
}

base::Result<void> AlertSender::retarget(const config::Settings& settings) {
  config::Flat targets = config::flatten(settings);
  std::erase_if(targets, [](const auto& each) {
    return !each.first.starts_with("alerts.") && !each.first.starts_with("mail.") && !each.first.starts_with("syslog.");
  });
  if (places_ && targets == targets_) return {};
  TRY(auto places, places_of(process_, settings));
  if (places_) {
    // A file of authorities can be read at the start alone, and the collector is that of the records.
    if (places->mail && places_->mail) places->mail->server.ca_file = places_->mail->server.ca_file;
    std::erase(places->sends, Send(log));
    places->syslog = places_->syslog;
    if (places->syslog) places->sends.push_back(log);
  }
  if ((places->syslog || places->mail) && !worker_) worker_.emplace();
  places_ = std::move(places);
  targets_ = std::move(targets);
  return {};
}

base::Result<std::shared_ptr<AlertSender::Places>> AlertSender::places_of(Process& process,
                                                                          const config::Settings& settings) {
  auto places = std::make_shared<Places>();
  if (!settings.alerts.webhook.empty()) {
    TRY(const http::Url url, http::parse_url(settings.alerts.webhook));
    net::CurlClientOptions options;
    options.allowed_servers = {url.server_url()};
    // Whoever wrote the settings named the server; it is often one of their own network.
    options.private_addresses = net::PrivateAddresses::kAllow;
    places->webhook = std::make_unique<Webhook>(
        Webhook{.server = url.server_url(),
                .target = url.target,
                .key = settings.alerts.webhook_secret.secret.clone(),
                .client = std::make_unique<net::CurlClient>(process.loop, std::move(options))});
    places->sends.push_back(post);
  }
  const config::Syslog& syslog = settings.syslog;
  if (!syslog.server.empty() && syslog.alerts) {
    places->syslog =
        std::make_shared<net::SyslogSender>(net::SyslogOptions{.server = syslog.server, .ca_file = syslog.ca_file});
    places->sends.push_back(log);
  }
  const config::Mail& mail_settings = settings.mail;
  if (!mail_settings.server.empty()) {
    places->mail = std::make_shared<MailTo>(MailTo{.server = {.server = mail_settings.server,
                                                              .user = mail_settings.user,
                                                              .password = mail_settings.password.secret.clone(),
                                                              .ca_file = mail_settings.ca_file},
                                                   .from = mail_settings.from,
                                                   .to = mail_settings.to});
    places->sends.push_back(mail);
  }
  return places;
}

void AlertSender::hear(const audit::Entry& entry) {
  for (const alerts::Alert& alert : evaluator_.hear(entry, process_.loop.now())) {
    const alerts::Rule& rule = *alert.rule;
    metrics_.count_alert(rule.name, Metrics::Delivery::kRaised);
    process_.log.event(
        rule.severity == audit::Severity::kCritical ? base::Level::kError : base::Level::kWarning, "alert",
        {{"alert", rule.name}, {"source", alert.source}, {"count", alert.count}, {"tag", tag_of(rule.severity)}});
    for (const Send send : places_->sends) {
      if (sending_.size() >= kWaitingMax) {
        metrics_.count_alert(rule.name, Metrics::Delivery::kLost);
        continue;
      }
      sending_.spawn(deliver(this, places_, send,
                             {.rule = std::string(rule.name),
                              .severity = rule.severity,
                              .body = body_of(alert),
                              .about = std::string(rule.about)}));
    }
  }
}

std::string AlertSender::body_of(const alerts::Alert& alert) const {
  const alerts::Rule& rule = *alert.rule;
  json::Object body{{"alert", rule.name},
                    {"severity", audit::severity_name(rule.severity)},
                    {"time", base::to_rfc3339(process_.clock.wall())},
                    {"count", alert.count},
                    {"window_seconds", static_cast<int64_t>(rule.window.count())},
                    {"about", rule.about},
                    {"server", fmt::format("{} {}", kProgram, version())}};
  if (!alert.source.empty()) body.set("source", alert.source);
  return json::write(std::move(body));
}

// The signature is made anew for each try, since its time is judged.
base::Task<base::Result<void>> AlertSender::post(AlertSender* self, std::shared_ptr<Places> places, Told told) {
  http::Request request;
  request.method = http::Method::kPost;
  request.server_url = places->webhook->server;
  request.target = places->webhook->target;
  request.headers = {{"Content-Type", "application/json"},
                     {"Signature", webhook_signature(places->webhook->key, self->process_.clock.wall(), told.body)}};
  request.body = std::move(told.body);
  request.deadline = self->process_.loop.now() + kPatience;
  const auto response = co_await places->webhook->client->send(std::move(request));
  if (!response) co_return std::unexpected(response.error());
  if (response->status >= 200 && response->status < 300) co_return base::Result<void>();
  co_return base::fail(base::Code::kUnavailable, fmt::format("The webhook answered {}.", response->status));
}

base::Task<base::Result<void>> AlertSender::log(AlertSender* self, std::shared_ptr<Places> places, Told told) {
  const bool critical = told.severity == audit::Severity::kCritical;
  std::string frame =
      net::syslog_frame({.severity = critical ? net::SyslogSeverity::kCritical : net::SyslogSeverity::kWarning,
                         .time = self->process_.clock.wall(),
                         .id = told.rule,
                         .text = told.body},
                        os::host_name(), kProgram, os::process_id());
  auto work = [syslog = places->syslog, frame = std::move(frame)] { return syslog->send(frame); };
  co_return co_await base::run_on(self->process_.loop, *self->worker_, std::move(work));
}

base::Task<base::Result<void>> AlertSender::mail(AlertSender* self, std::shared_ptr<Places> places, Told told) {
  net::Mail mail{.from = places->mail->from,
                 .to = places->mail->to,
                 .subject = fmt::format("[{}] {}: {}", kProgram, audit::severity_name(told.severity), told.rule),
                 .text = fmt::format("{}\n\nOn {}:\n{}\n", told.about, os::host_name(), told.body),
                 .date = self->process_.clock.wall()};
  auto work = [to = places->mail, mail = std::move(mail)] { return net::send_mail(to->server, mail); };
  co_return co_await base::run_on(self->process_.loop, *self->worker_, std::move(work));
}

base::Task<void> AlertSender::deliver(AlertSender* self, std::shared_ptr<Places> places, Send send, Told told) {
  for (size_t tries = 0;; ++tries) {
    const auto sent = co_await send(self, places, told);
    if (sent) {
      self->metrics_.count_alert(told.rule, Metrics::Delivery::kDelivered);
      break;
    }
    if (tries == kPauses.size()) {
      self->metrics_.count_alert(told.rule, Metrics::Delivery::kLost);
      self->process_.log.event(base::Level::kError, "alert.not_delivered",
                               {{"alert", told.rule}, {"why", sent.error().message}, {"detail", sent.error().detail}});
      break;
    }
    co_await base::sleep_for(self->process_.loop, kPauses[tries]);
  }
}

base::Task<void> AlertSender::settle() {
  if (sending_.size() == 0) co_return;
  auto settling = base::with_deadline(process_.loop, process_.loop.now() + kSettleMax, joined(&sending_));
  static_cast<void>(co_await std::move(settling));
}

}  // namespace app

#include "app/alert_sender.h"

#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "app/version.h"
#include "crypto/hmac.h"
#include "http/url.h"
#include "json/write.h"

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
  if (settings.alerts.webhook.empty()) return sender;
  TRY(const http::Url url, http::parse_url(settings.alerts.webhook));
  net::CurlClientOptions options;
  options.allowed_servers = {url.server_url()};
  // Whoever wrote the settings named the server; it is often one of their own network.
  options.private_addresses = net::PrivateAddresses::kAllow;
  sender->webhook_ = std::make_unique<Webhook>(
      Webhook{.server = url.server_url(),
              .target = url.target,
              .key = settings.alerts.webhook_secret.secret.clone(),
              .client = std::make_unique<net::CurlClient>(process.loop, std::move(options))});
  return sender;
}

void AlertSender::hear(const audit::Entry& entry) {
  for (const alerts::Alert& alert : evaluator_.hear(entry, process_.loop.now())) {
    const alerts::Rule& rule = *alert.rule;
    metrics_.count_alert(rule.name, Metrics::Delivery::kRaised);
    process_.log.event(rule.severity == audit::Severity::kCritical ? base::Level::kError : base::Level::kWarning,
                       "alert", {{"alert", rule.name}, {"source", alert.source}, {"count", alert.count}});
    if (!webhook_) continue;
    if (sending_.size() >= kWaitingMax) {
      metrics_.count_alert(rule.name, Metrics::Delivery::kLost);
      continue;
    }
    sending_.spawn(send(this, std::string(rule.name), body_of(alert)));
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
base::Task<void> AlertSender::send(AlertSender* self, std::string rule, std::string body) {
  base::Loop& loop = self->process_.loop;
  for (size_t tries = 0;; ++tries) {
    http::Request request;
    request.method = http::Method::kPost;
    request.server_url = self->webhook_->server;
    request.target = self->webhook_->target;
    request.headers = {{"Content-Type", "application/json"},
                       {"Signature", webhook_signature(self->webhook_->key, self->process_.clock.wall(), body)}};
    request.body = body;
    request.deadline = loop.now() + kPatience;
    const auto response = co_await self->webhook_->client->send(std::move(request));
    if (response && response->status >= 200 && response->status < 300) {
      self->metrics_.count_alert(rule, Metrics::Delivery::kDelivered);
      break;
    }
    if (tries == kPauses.size()) {
      self->metrics_.count_alert(rule, Metrics::Delivery::kLost);
      self->process_.log.event(base::Level::kError, "alert.not_delivered",
                               {{"alert", rule}, {"status", response ? response->status : 0}});
      break;
    }
    co_await base::sleep_for(loop, kPauses[tries]);
  }
}

base::Task<void> AlertSender::settle() {
  if (sending_.size() == 0) co_return;
  auto settling = base::with_deadline(process_.loop, process_.loop.now() + kSettleMax, joined(&sending_));
  static_cast<void>(co_await std::move(settling));
}

}  // namespace app

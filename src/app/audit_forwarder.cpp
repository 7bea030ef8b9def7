#include "app/audit_forwarder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "app/alert_sender.h"
#include "app/version.h"
#include "base/text.h"
#include "http/url.h"
#include "os/process.h"

namespace app {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::array<std::chrono::seconds, 4> kPauses{std::chrono::seconds(1), std::chrono::seconds(5),
                                                      std::chrono::seconds(15), std::chrono::seconds(60)};
constexpr std::chrono::seconds kSettleMax{2};
constexpr size_t kLinesAtOnce = 500;

// Our lines are canonical: the member looks like this and quotes of others are escaped.
std::string_view member_of(std::string_view line, std::string_view start) {
  const size_t at = line.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + start.size());
  return rest.substr(0, rest.find('"'));
}

net::SyslogMessage message_of(std::string_view line, base::Wall now) {
  const std::string_view severity = member_of(line, R"(,"severity":")");
  const std::string_view event = member_of(line, R"(,"event":")");
  return {.severity = severity == "critical"  ? net::SyslogSeverity::kCritical
                      : severity == "warning" ? net::SyslogSeverity::kWarning
                                              : net::SyslogSeverity::kInfo,
          .time = now,
          .id = event.empty() ? "checkpoint" : event,
          .text = line};
}

base::Task<base::Result<void>> joined(base::TaskGroup* group) {
  co_await group->join();
  co_return base::Result<void>();
}

}  // namespace

std::shared_ptr<AuditForwarder> AuditForwarder::make(Process& process, const config::Settings& settings,
                                                     Metrics* metrics) {
  const bool to_syslog = !settings.syslog.server.empty() && settings.syslog.records;
  const auto url = http::parse_url(settings.audit.webhook);
  if (!settings.audit.enabled || (!to_syslog && !url)) return nullptr;
  std::shared_ptr<AuditForwarder> forwarder(new AuditForwarder(process, metrics));
  if (url) {
    net::CurlClientOptions options;
    options.allowed_servers = {url->server_url()};
    // Whoever wrote the settings named the server; it is often one of their own network.
    options.private_addresses = net::PrivateAddresses::kAllow;
    forwarder->webhook_.emplace(Webhook{.server = url->server_url(),
                                        .target = url->target,
                                        .key = settings.audit.webhook_secret.secret.clone(),
                                        .client = std::make_unique<net::CurlClient>(process.loop, std::move(options))});
    forwarder->places_.push_back({.name = "webhook", .send = post});
  }
  if (to_syslog) {
    forwarder->worker_.emplace();
    forwarder->syslog_ = std::make_shared<net::SyslogSender>(
        net::SyslogOptions{.server = settings.syslog.server, .ca_file = settings.syslog.ca_file});
    forwarder->places_.push_back({.name = "syslog", .send = log});
  }
  return forwarder;
}

void AuditForwarder::forward(std::string_view lines) {
  for (Place& place : places_) {
    for (const std::string_view line : base::split(lines, '\n')) {
      if (!line.empty()) place.waiting.emplace_back(line);
    }
    while (place.waiting.size() > kWaitingMax) {
      place.waiting.pop_front();
      ++place.lost;
      if (metrics_ != nullptr) metrics_->count_forwarded(place.name, Metrics::Delivery::kLost, 1);
    }
    if (std::exchange(place.running, true)) continue;
    sending_.spawn(drain(this, &place));
  }
}

base::Task<void> AuditForwarder::drain(AuditForwarder* self, Place* place) {
  // Ends when nothing waits. What fails is tried again, with longer and longer pauses.
  for (size_t tries = 0; !place->waiting.empty();) {
    const size_t count = std::min(place->waiting.size(), kLinesAtOnce);
    const auto end = place->waiting.begin() + static_cast<ptrdiff_t>(count);
    std::vector<std::string> lines(std::make_move_iterator(place->waiting.begin()), std::make_move_iterator(end));
    place->waiting.erase(place->waiting.begin(), end);
    const auto sent = co_await place->send(self, lines);
    self->told(*place, sent, lines.size());
    if (sent) {
      tries = 0;
      continue;
    }
    place->waiting.insert(place->waiting.begin(), std::make_move_iterator(lines.begin()),
                          std::make_move_iterator(lines.end()));
    co_await base::sleep_for(self->process_.loop, kPauses[std::min(tries++, kPauses.size() - 1)]);
  }
  place->running = false;
}

void AuditForwarder::told(Place& place, const base::Result<void>& sent, size_t lines) {
  if (sent && metrics_ != nullptr) {
    metrics_->count_forwarded(place.name, Metrics::Delivery::kDelivered, static_cast<int64_t>(lines));
  }
  if (place.failing == !sent.has_value()) return;
  place.failing = !sent.has_value();
  if (place.failing) {
    process_.log.event(base::Level::kWarning, "audit.not_forwarded",
                       {{"place", place.name}, {"why", sent.error().message}, {"detail", sent.error().detail}});
  } else {
    process_.log.event(base::Level::kInfo, "audit.forwarded_again", {{"place", place.name}, {"lost", place.lost}});
  }
}

base::Task<base::Result<void>> AuditForwarder::post(AuditForwarder* self, std::vector<std::string> lines) {
  const Webhook& webhook = *self->webhook_;
  http::Request request;
  request.method = http::Method::kPost;
  request.server_url = webhook.server;
  request.target = webhook.target;
  request.body = fmt::format("{}\n", fmt::join(lines, "\n"));
  request.headers = {{"Content-Type", "application/x-ndjson"},
                     {"Signature", webhook_signature(webhook.key, self->process_.clock.wall(), request.body)}};
  request.deadline = self->process_.loop.now() + kPatience;
  const auto response = co_await webhook.client->send(std::move(request));
  if (!response) co_return std::unexpected(response.error());
  if (response->status >= 200 && response->status < 300) co_return base::Result<void>();
  co_return base::fail(base::Code::kUnavailable, fmt::format("The webhook answered {}.", response->status));
}

base::Task<base::Result<void>> AuditForwarder::log(AuditForwarder* self, std::vector<std::string> lines) {
  std::string frames;
  const base::Wall now = self->process_.clock.wall();
  const std::string host = os::host_name();
  for (const std::string& line : lines) {
    frames += net::syslog_frame(message_of(line, now), host, kProgram, os::process_id());
  }
  auto work = [syslog = self->syslog_, frames = std::move(frames)] { return syslog->send(frames); };
  co_return co_await base::run_on(self->process_.loop, *self->worker_, std::move(work));
}

base::Task<void> AuditForwarder::settle() {
  if (sending_.size() == 0) co_return;
  auto settling = base::with_deadline(process_.loop, process_.loop.now() + kSettleMax, joined(&sending_));
  static_cast<void>(co_await std::move(settling));
}

}  // namespace app

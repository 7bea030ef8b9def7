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
constexpr std::chrono::seconds kLookEvery{2};
constexpr size_t kCursorBytesMax = 256;
constexpr std::string_view kCheckpointStart = R"({"checkpoint")";

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

// What the reader's thread works on.
struct AuditForwarder::Source {
  std::string directory;
  std::shared_ptr<audit::Disk> disk;
  audit::TailPosition start;

  std::string cursor_of(std::string_view place) const { return fmt::format("{}/forwarded-{}", directory, place); }
  // The lock with the place where it goes on; nothing while another process has it.
  struct Taken {
    os::FileLock lock;
    audit::TailPosition position;
  };
  base::Result<std::optional<Taken>> take(std::string_view place) const {
    TRY(auto lock, os::FileLock::try_take(fmt::format("{}/forward-{}.lock", directory, place)));
    if (!lock) return std::nullopt;
    audit::TailPosition position = start;
    if (os::exists(cursor_of(place))) {
      TRY(const std::string text, os::read_private_file(cursor_of(place), kCursorBytesMax));
      position = audit::read_position(text).value_or(start);
    }
    // From now on another process goes on from here too.
    TRY_VOID(keep(place, position));
    return Taken{*std::move(lock), std::move(position)};
  }
  base::Result<void> keep(std::string_view place, const audit::TailPosition& position) const {
    return os::write_private_file(cursor_of(place), audit::write_position(position));
  }
};

void AuditForwarder::begin(std::string directory, std::shared_ptr<audit::Disk> disk, audit::TailPosition start) {
  source_ = std::make_shared<Source>(std::move(directory), std::move(disk), std::move(start));
  reader_.emplace();
  look_again();
}

void AuditForwarder::look_again() {
  // Also for what other processes write, and for a lock that another one gave back.
  look_.emplace(process_.loop, process_.loop.now() + kLookEvery, [this] { look_again(); });
  for (Place& place : places_) run(place);
}

void AuditForwarder::written(std::string_view lines) {
  for (const std::string_view line : base::split(lines, '\n')) {
    if (!line.starts_with(kCheckpointStart)) continue;
    for (Place& place : places_) {
      place.checkpoints.emplace_back(line);
      if (place.checkpoints.size() > kCheckpointsMax) place.checkpoints.pop_front();
    }
  }
  for (Place& place : places_) run(place);
}

void AuditForwarder::run(Place& place) {
  if (!source_) return;
  place.again = true;
  if (std::exchange(place.running, true)) return;
  sending_.spawn(drain(this, &place));
}

base::Task<bool> AuditForwarder::holds(Place* place) {
  if (place->lock) co_return true;
  auto work = [source = source_, name = place->name] { return source->take(name); };
  auto taking = base::run_on(process_.loop, *reader_, std::move(work));
  auto taken = co_await std::move(taking);
  if (!taken) told(*place, std::unexpected(taken.error()), 0);
  if (!taken || !*taken) co_return false;
  place->lock.emplace(std::move((*taken)->lock));
  place->position = std::move((*taken)->position);
  co_return true;
}

base::Task<void> AuditForwarder::drain(AuditForwarder* self, Place* place) {
  // Ends when nothing waits. What fails is tried again, with longer and longer pauses.
  for (size_t tries = 0; std::exchange(place->again, false);) {
    auto holding = self->holds(place);
    if (!co_await std::move(holding)) break;
    auto read = [source = self->source_, from = place->position] {
      return audit::read_batch(*source->disk, from, kLinesAtOnce);
    };
    auto reading = base::run_on(self->process_.loop, *self->reader_, std::move(read));
    auto batch = co_await std::move(reading);
    base::Result<void> sent;
    if (batch) {
      const std::vector<std::string> checkpoints(place->checkpoints.begin(), place->checkpoints.end());
      std::vector<std::string> lines = std::move(batch->lines);
      const size_t records = lines.size();
      lines.insert(lines.end(), checkpoints.begin(), checkpoints.end());
      if (lines.empty()) {
        self->missed(*place, batch->missed);
        place->position = std::move(batch->next);
        continue;
      }
      auto sending = place->send(self, std::move(lines));
      sent = co_await std::move(sending);
      self->told(*place, sent, records);
      if (sent) {
        place->checkpoints.erase(place->checkpoints.begin(),
                                 place->checkpoints.begin() +
                                     static_cast<ptrdiff_t>(std::min(checkpoints.size(), place->checkpoints.size())));
        self->missed(*place, batch->missed);
        place->position = std::move(batch->next);
        auto keep = [source = self->source_, name = place->name, at = place->position] {
          return source->keep(name, at);
        };
        auto keeping = base::run_on(self->process_.loop, *self->reader_, std::move(keep));
        sent = co_await std::move(keeping);
      }
    } else {
      sent = std::unexpected(batch.error());
      self->told(*place, sent, 0);
    }
    place->again = true;
    if (sent) {
      tries = 0;
      continue;
    }
    co_await base::sleep_for(self->process_.loop, kPauses[std::min(tries++, kPauses.size() - 1)]);
  }
  place->running = false;
}

void AuditForwarder::missed(Place& place, uint64_t records) {
  if (records == 0) return;
  place.lost += static_cast<int64_t>(records);
  if (metrics_ != nullptr) {
    metrics_->count_forwarded(place.name, Metrics::Delivery::kLost, static_cast<int64_t>(records));
  }
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

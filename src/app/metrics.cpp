#include "app/metrics.h"

#include <string_view>
#include <utility>

#include "app/version.h"
#include "os/process.h"

namespace app {
namespace {

using metrics::Kind;

std::string outcome_of(int status) {
  if (status == 0) return "no answer";
  if (status == 429) return "429";
  return std::string(1, static_cast<char>('0' + status / 100)) + "xx";
}

}  // namespace

void Metrics::count_event(const audit::Entry& entry) {
  const bool failed = !entry.status.empty() && entry.status != "ok";
  events_[static_cast<size_t>(entry.event)][failed ? 1 : 0] += entry.times;
}

void Metrics::count_call(const std::string& method, const std::string& name, std::optional<base::Code> problem,
                         base::Duration took) {
  // Most calls are of the tool that was called before.
  if (last_calls_ == nullptr || last_key_.first != method || last_key_.second != name) {
    last_key_ = {method, name};
    const bool is_other = calls_.size() >= kNamesMax && !calls_.contains(last_key_);
    last_calls_ = &calls_[is_other ? std::pair<std::string, std::string>("other", "other") : last_key_];
  }
  ++last_calls_->by_outcome[problem ? std::string(base::code_name(*problem)) : "ok"];
  last_calls_->took.observe(took);
}

void Metrics::count_request(const std::string& service, http::Method method, int status, base::Duration took) {
  ++requests_[{service, std::string(http::method_name(method)), outcome_of(status)}];
  request_took_[service].observe(took);
}

void Metrics::count_alert(std::string_view rule, Delivery delivery) {
  ++alerts_[std::string(rule)][static_cast<size_t>(delivery)];
}

void Metrics::count_forwarded(std::string_view place, Delivery delivery, int64_t lines) {
  forwarded_[std::string(place)][static_cast<size_t>(delivery)] += lines;
}

void Metrics::write(metrics::Exposition& out) const {
  out.family("spotify_mcp_events_total", Kind::kCounter, "Events of the audit trail, by name and outcome.");
  for (const audit::EventInfo& info : audit::catalogue()) {
    const auto& counts = events_[static_cast<size_t>(info.event)];
    const std::string_view severity = audit::severity_name(info.severity);
    out.sample({{"event", info.name}, {"severity", severity}, {"outcome", "ok"}}, counts[0]);
    out.sample({{"event", info.name}, {"severity", severity}, {"outcome", "refused"}}, counts[1]);
  }
  out.family("spotify_mcp_calls_total", Kind::kCounter, "Calls of tools, resources, prompts and completions.");
  for (const auto& [key, calls] : calls_) {
    for (const auto& [outcome, count] : calls.by_outcome) {
      out.sample({{"method", key.first}, {"name", key.second}, {"outcome", outcome}}, count);
    }
  }
  out.family("spotify_mcp_call_seconds", Kind::kHistogram, "How long they took, Spotify included.");
  for (const auto& [key, calls] : calls_) {
    out.sample({{"method", key.first}, {"name", key.second}}, calls.took);
  }
  out.family("spotify_mcp_spotify_requests_total", Kind::kCounter, "Requests to Spotify, by kind of answer.");
  for (const auto& [key, count] : requests_) {
    out.sample({{"service", std::get<0>(key)}, {"method", std::get<1>(key)}, {"outcome", std::get<2>(key)}}, count);
  }
  out.family("spotify_mcp_spotify_request_seconds", Kind::kHistogram, "How long Spotify took.");
  for (const auto& [service, took] : request_took_) out.sample({{"service", service}}, took);
  out.family("spotify_mcp_suspicious_content_total", Kind::kCounter,
             "Names and descriptions that look like an attempt to lead a model, by what was noticed.");
  for (size_t i = 0; i < suspicions_.size(); ++i) {
    out.sample({{"sign", tools::sign_name(static_cast<tools::Sign>(i))}}, suspicions_[i]);
  }
  out.family("spotify_mcp_alerts_total", Kind::kCounter,
             "Alerts, and what became of each at each place that it was sent to.");
  for (const auto& [rule, counts] : alerts_) {
    out.sample({{"alert", rule}, {"state", "raised"}}, counts[static_cast<size_t>(Delivery::kRaised)]);
    out.sample({{"alert", rule}, {"state", "delivered"}}, counts[static_cast<size_t>(Delivery::kDelivered)]);
    out.sample({{"alert", rule}, {"state", "lost"}}, counts[static_cast<size_t>(Delivery::kLost)]);
  }
  out.family("spotify_mcp_audit_forwarded_total", Kind::kCounter,
             "Lines of the audit trail that another place has got, or that were given up.");
  for (const auto& [place, counts] : forwarded_) {
    out.sample({{"place", place}, {"state", "delivered"}}, counts[static_cast<size_t>(Delivery::kDelivered)]);
    out.sample({{"place", place}, {"state", "lost"}}, counts[static_cast<size_t>(Delivery::kLost)]);
  }
}

void write_gauges(metrics::Exposition& out, const Gauges& gauges) {
  const auto gauge = [&out](std::string_view name, std::string_view help, int64_t value) {
    out.family(name, Kind::kGauge, help);
    out.sample({}, value);
  };
  out.family("spotify_mcp_info", Kind::kGauge, "The version that runs.");
  out.sample({{"version", version()}}, int64_t{1});
  gauge("spotify_mcp_connections", "Open connections of the MCP listener.", gauges.connections);
  gauge("spotify_mcp_sessions", "Open sessions of legacy clients.", gauges.sessions);
  gauge("spotify_mcp_sealed", "1 while the installation is sealed.", gauges.sealed ? 1 : 0);
  gauge("spotify_mcp_audit_failing", "1 while the audit trail cannot be written.", gauges.audit_failing ? 1 : 0);
  gauge("spotify_mcp_cache_entries", "Answers of Spotify that are kept in memory.",
        static_cast<int64_t>(gauges.cache.entries));
  gauge("spotify_mcp_cache_bytes", "What they take.", static_cast<int64_t>(gauges.cache.bytes));
  out.family("spotify_mcp_cache_reads_total", Kind::kCounter, "Reads that looked into it.");
  out.sample({{"outcome", "hit"}}, static_cast<int64_t>(gauges.cache.hits));
  out.sample({{"outcome", "miss"}}, static_cast<int64_t>(gauges.cache.misses));
  out.family("spotify_mcp_quota_used", Kind::kGauge, "Requests to Spotify in the last 24 hours, by quota bucket.");
  for (const spotify::BucketUsage& usage : gauges.quota) {
    out.sample({{"bucket", spotify::bucket_name(usage.bucket)}}, usage.last_24_hours);
  }
  out.family("spotify_mcp_quota_blocked_until_seconds", Kind::kGauge,
             "Until when Spotify has closed a bucket, since 1970; 0: it is open.");
  for (const spotify::BucketUsage& usage : gauges.quota) {
    const int64_t until = usage.blocked_until ? usage.blocked_until->unix_ms / 1000 : 0;
    out.sample({{"bucket", spotify::bucket_name(usage.bucket)}}, until);
  }
  gauge("process_start_time_seconds", "When the process began, since 1970.", gauges.started.unix_ms / 1000);
  const auto memory = os::resident_bytes();
  if (memory) gauge("process_resident_memory_bytes", "Memory that is resident.", static_cast<int64_t>(*memory));
  const auto files = os::open_files();
  if (files) gauge("process_open_fds", "Open descriptors.", static_cast<int64_t>(*files));
  out.family("process_cpu_seconds_total", Kind::kCounter, "Processor time.");
  out.sample({}, std::chrono::duration<double>(os::processor_time()).count());
}

}  // namespace app

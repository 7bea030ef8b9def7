// The toolset "operations": the cache and the quota as they are. `doctor` stands in doctor.cpp.
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/doctor.h"
#include "tools/make.h"

namespace tools {
namespace {

struct CacheAnswer {
  std::string summary;
  int64_t memory_entries = 0;
  int64_t memory_bytes = 0;
  int64_t memory_hits = 0;
  int64_t memory_misses = 0;
  int64_t stored_hits = 0;
  int64_t joined = 0;
  int64_t confirmed = 0;
  std::optional<int64_t> stored_entries{};
  std::optional<int64_t> stored_bytes{};
  std::optional<int64_t> stored_outdated{};

  static constexpr auto fields() {
    using Self = CacheAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),
        schema::required("memory_entries", &Self::memory_entries),
        schema::required("memory_bytes", &Self::memory_bytes),
        schema::required("memory_hits", &Self::memory_hits),
        schema::required("memory_misses", &Self::memory_misses),
        schema::required("stored_hits", &Self::stored_hits),
        schema::required("joined", &Self::joined),
        schema::required("confirmed", &Self::confirmed),
        schema::optional("stored_entries", &Self::stored_entries),
        schema::optional("stored_bytes", &Self::stored_bytes),
        schema::optional("stored_outdated", &Self::stored_outdated),
    };
  }
};

base::Task<base::Result<CacheAnswer>> get_cache_stats(const Services& services, mcp::CallContext& context,
                                                      schema::Empty) {
  const auto client = services.client_for(context.principal());
  const spotify::CacheReport report = co_await client->cache_report();
  CacheAnswer answer;
  answer.memory_entries = static_cast<int64_t>(report.memory.entries);
  answer.memory_bytes = static_cast<int64_t>(report.memory.bytes);
  answer.memory_hits = static_cast<int64_t>(report.memory.hits);
  answer.memory_misses = static_cast<int64_t>(report.memory.misses);
  answer.stored_hits = static_cast<int64_t>(report.stored_hits);
  answer.joined = static_cast<int64_t>(report.joined);
  answer.confirmed = static_cast<int64_t>(report.confirmed);
  const int64_t saved = answer.memory_hits + answer.stored_hits + answer.joined;
  answer.summary = fmt::format("{} reads of this process needed no request to Spotify.", saved);
  if (report.stored && *report.stored) {
    answer.stored_entries = (*report.stored)->entries;
    answer.stored_bytes = (*report.stored)->bytes;
    answer.stored_outdated = (*report.stored)->outdated;
    answer.summary +=
        fmt::format(" {} answers are kept in the file that all processes share.", (*report.stored)->entries);
  } else if (report.stored) {
    answer.summary += " The file that all processes share cannot be used; doctor says what to do.";
  }
  co_return answer;
}

struct CleanArguments {
  bool dry_run = false;

  static constexpr auto fields() {
    return schema::Fields{schema::defaulted("dry_run", &CleanArguments::dry_run, kAboutDryRun)};
  }
};

struct CleanAnswer {
  std::string summary;
  Status status = Status::kVerified;
  int64_t removed = 0;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &CleanAnswer::summary),
        schema::required("status", &CleanAnswer::status),
        schema::required("removed", &CleanAnswer::removed),
    };
  }
};

// The store's own words name files of this machine.
base::Error cache_error(const base::Error& why) {
  return {base::Code::kUnavailable,
          "The file with cached answers cannot be used now, so only memory was cleaned. doctor says what to do.",
          why.message + " " + why.detail, std::nullopt};
}

CleanAnswer rehearsed(int64_t entries, std::string_view what) {
  return {.summary = fmt::format("Dry run, nothing was removed. Would remove {} {}.", entries, what),
          .status = Status::kDryRun};
}

base::Result<CleanAnswer> removed(const base::Result<int64_t>& gone, std::string_view what) {
  if (!gone) return std::unexpected(cache_error(gone.error()));
  return CleanAnswer{.summary = fmt::format("Removed {} {}.", *gone, what),
                     .status = *gone == 0 ? Status::kUnchanged : Status::kVerified,
                     .removed = *gone};
}

base::Task<base::Result<CleanAnswer>> cleanup_cache(const Services& services, mcp::CallContext& context,
                                                    CleanArguments arguments) {
  constexpr std::string_view kWhat = "answers that are out of date";
  const auto client = services.client_for(context.principal());
  if (arguments.dry_run) {
    const spotify::CacheReport report = co_await client->cache_report();
    co_return rehearsed(report.stored && *report.stored ? (*report.stored)->outdated : 0, kWhat);
  }
  const auto gone = co_await client->clean_cache();
  co_return removed(gone, kWhat);
}

base::Task<base::Result<CleanAnswer>> clear_user_cache(const Services& services, mcp::CallContext& context,
                                                       CleanArguments arguments) {
  constexpr std::string_view kWhat = "cached answers of this account";
  const auto client = services.client_for(context.principal());
  if (arguments.dry_run) {
    const spotify::CacheReport report = co_await client->cache_report();
    const int64_t stored = report.stored && *report.stored ? (*report.stored)->entries : 0;
    co_return rehearsed(stored + static_cast<int64_t>(report.memory.entries), kWhat);
  }
  const auto gone = co_await client->forget_cache();
  co_return removed(gone, kWhat);
}

struct BucketAnswer {
  std::string bucket;
  int64_t last_24_hours = 0;
  std::optional<std::string> blocked_until{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("bucket", &BucketAnswer::bucket),
        schema::required("last_24_hours", &BucketAnswer::last_24_hours),
        schema::optional("blocked_until", &BucketAnswer::blocked_until),
    };
  }
};

struct QuotaAnswer {
  std::string summary;
  std::vector<BucketAnswer> buckets{};
  bool is_shared = false;
  int64_t window_used = 0;
  int64_t window_max = 0;
  int64_t window_s = 0;
  int64_t waiting = 0;
  std::optional<std::string> paused_until{};

  static constexpr auto fields() {
    using Self = QuotaAnswer;
    return schema::Fields{
        schema::required("summary", &Self::summary),         schema::required("buckets", &Self::buckets),
        schema::required("all_processes", &Self::is_shared), schema::required("window_used", &Self::window_used),
        schema::required("window_max", &Self::window_max),   schema::required("window_s", &Self::window_s),
        schema::required("waiting", &Self::waiting),         schema::optional("paused_until", &Self::paused_until),
    };
  }
};

std::string summary_of(const spotify::QuotaReport& report) {
  int64_t total = 0;
  std::string blocked;
  for (const spotify::BucketUsage& usage : report.buckets) {
    total += usage.last_24_hours;
    if (!usage.blocked_until) continue;
    blocked += fmt::format(" Spotify takes no {} requests until {}.", spotify::bucket_name(usage.bucket),
                           base::to_rfc3339(*usage.blocked_until));
  }
  if (blocked.empty()) blocked = " Nothing is blocked.";
  return fmt::format("{} to Spotify in 24 hours.{} Spotify does not say how many it allows.",
                     base::count_of(total, "request"), blocked);
}

base::Task<base::Result<QuotaAnswer>> get_quota_status(const Services& services, mcp::CallContext& context,
                                                       schema::Empty) {
  const auto client = services.client_for(context.principal());
  const spotify::QuotaReport report = co_await client->quota();
  QuotaAnswer answer;
  answer.summary = summary_of(report);
  for (const spotify::BucketUsage& usage : report.buckets) {
    BucketAnswer bucket{.bucket = std::string(spotify::bucket_name(usage.bucket)),
                        .last_24_hours = usage.last_24_hours};
    if (usage.blocked_until) bucket.blocked_until = base::to_rfc3339(*usage.blocked_until);
    answer.buckets.push_back(std::move(bucket));
  }
  answer.is_shared = report.is_shared;
  answer.window_used = report.window_used;
  answer.window_max = report.window_max;
  answer.window_s = report.window.count();
  answer.waiting = report.waiting;
  if (report.paused_until) answer.paused_until = base::to_rfc3339(*report.paused_until);
  co_return answer;
}

mcp::ToolInfo entry(std::string name, std::string title, std::string description, mcp::Effect effect) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = effect,
          .world = mcp::World::kClosed,
          .toolset = "operations"};
}

}  // namespace

std::vector<mcp::Tool> operations_tools(const Services& services) {
  return {
      make(services,
           entry("get_cache_stats", "Cache", "How much is cached and how often it helped.", mcp::Effect::kRead),
           &get_cache_stats),
      make(services,
           entry("cleanup_cache", "Clean up the cache", "Removes cached answers that are out of date.",
                 mcp::Effect::kWrite),
           &cleanup_cache),
      make(services,
           entry("clear_user_cache", "Clear the cache", "Forgets every cached answer of this account.",
                 mcp::Effect::kDestroy),
           &clear_user_cache),
      make(services,
           entry("get_quota_status", "Quota", "Requests of the last 24 hours, and what Spotify has blocked until when.",
                 mcp::Effect::kRead),
           &get_quota_status),
      make(services,
           {.name = "doctor",
            .title = "Doctor",
            .description = "Looks for what is wrong (login, permissions, app, quota, devices) and how to mend it.",
            .effect = mcp::Effect::kRead,
            .toolset = "operations"},
           &doctor),
  };
}

}  // namespace tools

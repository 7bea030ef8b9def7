#include "app/audit_review.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "json/parse.h"

namespace app {
namespace {

// An attacker may come from many addresses.
constexpr size_t kSourcesShown = 5;

std::string sources_text(const std::map<std::string, int64_t>& sources) {
  std::vector<std::pair<int64_t, std::string>> most;
  for (const auto& [source, count] : sources) most.emplace_back(-count, source);
  std::ranges::sort(most);
  std::vector<std::string> shown;
  for (size_t i = 0; i < most.size() && i < kSourcesShown; ++i) {
    shown.push_back(fmt::format("{}: {}", most[i].second, -most[i].first));
  }
  if (most.size() > kSourcesShown) shown.push_back(fmt::format("{} more", most.size() - kSourcesShown));
  return fmt::format("{}", fmt::join(shown, ", "));
}

}  // namespace

int64_t Review::count(std::string_view event) const {
  const auto found = events.find(std::string(event));
  return found == events.end() ? 0 : found->second;
}

base::Result<Review> review_trail(StoredTrail& stored, base::Wall since) {
  Review review;
  review.since = base::to_rfc3339(since);
  audit::VerifyOptions options;
  options.visit = [&review](std::string_view line) {
    const auto record = json::parse(line, {});
    // Times in UTC in one form sort as texts.
    if (!record || record->text_or_empty("time") < review.since) return;
    const std::string event(record->text_or_empty("event"));
    ++review.events[event];
    ++review.sources[event][std::string(record->text_or_empty("source"))];
  };
  TRY(review.verified, audit::verify(stored.keys, *stored.disk, options));
  return review;
}

std::string summary_of(const Review& review, const std::vector<std::string_view>& events) {
  std::vector<std::string> parts;
  for (const std::string_view event : events) {
    const auto sources = review.sources.find(std::string(event));
    if (sources == review.sources.end()) continue;
    parts.push_back(fmt::format("{} {} ({})", event, review.count(event), sources_text(sources->second)));
  }
  if (!parts.empty()) return fmt::format("since {}: {}.", review.since, fmt::join(parts, "; "));
  return fmt::format("since {}: none of {}.", review.since, fmt::join(events, ", "));
}

json::Value as_json(const Review& review) {
  json::Object events;
  for (const auto& [event, count] : review.events) {
    json::Object sources;
    for (const auto& [source, times] : review.sources.at(event)) sources.set(source, times);
    events.set(event, json::Object{{"count", count}, {"sources", std::move(sources)}});
  }
  json::Object verified{{"whole", review.verified.is_whole()},
                        {"records", static_cast<int64_t>(review.verified.records)},
                        {"checkpoints", static_cast<int64_t>(review.verified.checkpoints)}};
  if (review.verified.finding) {
    verified.append("finding", json::Object{{"seq", static_cast<int64_t>(review.verified.finding->seq)},
                                            {"damage", audit::damage_name(review.verified.finding->damage)},
                                            {"about", review.verified.finding->about}});
  }
  return json::Object{{"since", review.since}, {"verified", std::move(verified)}, {"events", std::move(events)}};
}

}  // namespace app

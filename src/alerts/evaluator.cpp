#include "alerts/evaluator.h"

#include <algorithm>
#include <utility>

namespace alerts {

std::vector<Alert> Evaluator::hear(const audit::Entry& entry, base::Instant now) {
  std::vector<Alert> alerts;
  for (const Rule& rule : rules()) {
    if (std::ranges::find(rule.events, entry.event) == rule.events.end()) continue;
    auto alert = count(rule, rule.per == Per::kSource ? entry.source : std::string(), entry.times, now);
    if (alert) alerts.push_back(*std::move(alert));
  }
  return alerts;
}

std::optional<Alert> Evaluator::count(const Rule& rule, const std::string& source, int64_t times, base::Instant now) {
  auto& sources = heard_[&rule];
  if (sources.size() >= kSourcesMax && !sources.contains(source)) {
    sources.erase(std::ranges::min_element(sources, {}, [](const auto& each) { return each.second.last; }));
  }
  Heard& heard = sources[source];
  heard.last = now;
  heard.at.insert(heard.at.end(), static_cast<size_t>(std::min<int64_t>(times, rule.threshold)), now);
  while (now - heard.at.front() > rule.window || heard.at.size() > static_cast<size_t>(rule.threshold)) {
    heard.at.pop_front();
  }
  if (heard.at.size() < static_cast<size_t>(rule.threshold)) return std::nullopt;
  if (heard.told && now - *heard.told < rule.window) return std::nullopt;
  heard.told = now;
  return Alert{.rule = &rule, .source = source, .count = static_cast<int64_t>(heard.at.size())};
}

}  // namespace alerts

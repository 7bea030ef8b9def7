#include "sim/spotify/call.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "json/parse.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {

View Call::view() const {
  View view{catalogue(), world.config.regime};
  if (parameter("market")) view.market = country();
  view.resume_points = has_scope("user-read-playback-position");
  view.now = now;
  if (person == nullptr) return view;
  person->player.advance(now);
  view.player = &person->player;
  return view;
}

std::string_view Call::country() const {
  const auto market = parameter("market");
  const bool account_decides = person != nullptr && config().market_rule == MarketRule::kAccount;
  if (market && *market != "from_token" && !account_decides) return *market;
  return person != nullptr ? std::string_view(person->country) : "US";
}

Answer<void> Call::require_scope(std::string_view scope) const {
  if (has_scope(scope)) return {};
  return refuse(403, "Insufficient client scope");
}

Answer<json::Object> Call::body() const {
  if (base::trim(request.body).empty()) return json::Object();
  auto parsed = json::parse(request.body);
  if (!parsed) return refuse(400, "Error parsing JSON.");
  if (!parsed->is_object()) return refuse(400, "Malformed json");
  return std::move(parsed->object());
}

Answer<void> Call::check_market() const {
  const auto market = parameter("market");
  if (!market || *market == "from_token") return {};
  const bool valid =
      market->size() == 2 && std::ranges::all_of(*market, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!valid) return refuse(400, "Invalid market code");
  return {};
}

Answer<Index> Call::find(Kind kind, std::string_view id) const {
  if (!is_base62_id(id)) return refuse(400, "Invalid base62 id");
  const auto index = catalogue().find(kind, id);
  if (!index) return refuse(404, "Resource not found");
  return *index;
}

Answer<int64_t> integer_parameter(const Call& call, std::string_view name, int64_t fallback, int64_t low,
                                  int64_t high) {
  const auto text = call.parameter(name);
  if (!text) return fallback;
  const auto number = base::parse_integer(*text);
  if (!number || *number < low || *number > high) return refuse(400, fmt::format("Invalid {}", name));
  return int64_t{*number};
}

Answer<Window> window(const Call& call, const Bounds& bounds) {
  TRY(const int64_t limit,
      integer_parameter(call, "limit", bounds.limit_default, bounds.limit_min, bounds.limit_max));
  TRY(const int64_t offset, integer_parameter(call, "offset", 0, 0, bounds.offset_max));
  return Window{limit, offset};
}

json::Object page(const Call& call, const Window& window, size_t total, json::Array items,
                  std::optional<std::string> path) {
  const std::string of = path.value_or(call.path);
  http::Parameters kept;
  for (const auto& [name, value] : call.query) {
    if (name == "offset" || name == "limit") continue;
    // The service's own links to search results call the words "query", which it does not read itself.
    kept.emplace_back(name == "q" && of == "/search" ? "query" : name, value);
  }
  const std::string query = kept.empty() ? std::string() : "?" + http::encode_query(kept) + "&";
  return page_of(fmt::format("{}{}{}", kApiUrl, of, query), window, total, std::move(items));
}

}  // namespace sim::spotify

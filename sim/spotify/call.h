// One request to the Web API on its way through an operation: who asks, with which scopes, for what.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/url.h"
#include "json/value.h"
#include "sim/spotify/accounts.h"
#include "sim/spotify/answer.h"
#include "sim/spotify/paging.h"
#include "sim/spotify/render.h"
#include "sim/spotify/world.h"

namespace sim::spotify {

struct Operation;

struct Call {
  World& world;
  const http::Request& request;
  const Operation& operation;
  const Access& access;
  User* person;  // Null for an application's own token.
  base::Wall now;
  std::string path;                 // Without "/v1", as it came.
  std::vector<std::string> values;  // For the {...} of the operation's path, decoded.
  http::Parameters query;

  const Config& config() const { return world.config; }
  const Catalogue& catalogue() const { return world.catalogue; }
  bool is_dev2026() const { return world.config.regime == Regime::kDev2026; }
  // The operations of /me are only reached with a person.
  User& user() const { return *person; }
  // How objects look to this caller: the regime, the market, the scopes.
  View view() const;

  std::optional<std::string_view> parameter(std::string_view name) const {
    return http::find_parameter(query, name);
  }
  bool has_scope(std::string_view scope) const { return access.has_scope(scope); }
  Answer<void> require_scope(std::string_view scope) const;
  // The body as a JSON object; an empty body is an empty object.
  Answer<json::Object> body() const;
  // The market that was asked for, or else the country of the account.
  std::string_view country() const;
  // 400 for a market that is no country code.
  Answer<void> check_market() const;
  // 400 for one that is not base62, 404 for an unknown one.
  Answer<Index> find(Kind kind, std::string_view id) const;
};

// A page of a list. `limit` and `offset` are checked against the operation's bounds.
struct Bounds {
  int64_t limit_min = 1;
  int64_t limit_max = 50;
  int64_t limit_default = 20;
  int64_t offset_max = 100'000;
};
Answer<Window> window(const Call& call, const Bounds& bounds = {});
// 400 "Invalid NAME" for what is no number or out of [low, high].
Answer<int64_t> integer_parameter(const Call& call, std::string_view name, int64_t fallback, int64_t low,
                                  int64_t high);

// The paging object. `path` is what its links name; it defaults to the path of the call. The other parameters of the
// call are carried into the links.
json::Object page(const Call& call, const Window& window, size_t total, json::Array items,
                  std::optional<std::string> path = std::nullopt);

// Walks the window over a vector and renders what it shows.
template <class List, class RenderItem>
json::Object page_over(const Call& call, const Window& window, const List& list, RenderItem render_item) {
  json::Array items;
  for (size_t i = window.begin(list.size()); i < window.end(list.size()); ++i) {
    items.push_back(render_item(list[i]));
  }
  return page(call, window, list.size(), std::move(items));
}

}  // namespace sim::spotify

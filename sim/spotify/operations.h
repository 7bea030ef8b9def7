// The table of operations: what the Web API answers to, in which regime and with which scopes. Routing, scope checks,
// request counters and the list of removed operations all read this one table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "sim/spotify/answer.h"

namespace sim::spotify {

struct Call;

enum class Reach {
  kAll,      // Every regime.
  kLegacy,   // Removed in dev2026, where it answers 403.
  kRetired,  // Gone for everyone since November 2024: 403 in dev2026, 404 elsewhere.
};

struct Operation {
  http::Method method = http::Method::kGet;
  // With {placeholders}, without "/v1".
  std::string_view path;
  // Each of them is needed, separated by spaces. What depends on the item is checked by the handler.
  std::string_view scopes;
  Reach reach = Reach::kAll;
  Reply (*handle)(Call& call) = nullptr;

  // "GET /albums/{id}", the name of its request counter.
  std::string name() const;
  // Whether it makes sense only with a person's token.
  bool needs_user() const { return method != http::Method::kGet || path.starts_with("/me"); }
};

std::span<const Operation> operations();

struct Match {
  const Operation* operation = nullptr;  // Null when nothing matches.
  bool path_is_known = false;            // With another method.
  std::vector<std::string> values;
};
Match match_operation(http::Method method, std::string_view path);

}  // namespace sim::spotify

// On whose behalf a request runs. The transport establishes it (the process owner on stdio, the bearer on HTTP);
// nothing in a message can change it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcp {

struct Principal {
  // Stable and unique among the users of one server; never shown to a client. "owner" where there is only one person.
  std::string id = "owner";
  // Where its requests come from: the peer's address, or "stdio". For the audit trail; it is no part of who it is.
  std::string source = {};
  // What it may do, in the words of whoever offers the tools; nothing: everything.
  std::optional<std::vector<std::string>> scopes = std::nullopt;

  bool has_scope(std::string_view scope) const {
    return !scopes || std::ranges::find(*scopes, scope) != scopes->end();
  }
  bool operator==(const Principal& other) const { return id == other.id; }
};

}  // namespace mcp

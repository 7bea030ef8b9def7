// On whose behalf a request runs. The transport establishes it (the process owner on stdio, the bearer on HTTP);
// nothing in a message can change it.
#pragma once

#include <string>
#include <vector>

namespace mcp {

struct Principal {
  // Stable and unique among the users of one server; never shown to a client. "owner" where there is only one person.
  std::string id = "owner";

  bool operator==(const Principal&) const = default;
};

}  // namespace mcp

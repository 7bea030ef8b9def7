// What a client of this server may be allowed: few words, each for a kind of tool. They are ours; what Spotify calls
// scopes is what the server itself may do there.
#pragma once

#include <span>
#include <string_view>

#include "policy/selection.h"

namespace policy {

struct AccessScope {
  std::string_view name;
  std::string_view about;
};

inline constexpr std::string_view kReadScope = "smcp:read";

std::span<const AccessScope> access_scopes();
// What a tool of this toolset needs. Whatever changes something and belongs nowhere is for administrators.
std::string_view access_scope_of(std::string_view toolset, Access needs);

}  // namespace policy

// The check of RFC 7636 section 4.6, method S256.
#pragma once

#include <string_view>

namespace sim::spotify {

// False also for a verifier that breaks section 4.1: 43 to 128 unreserved characters.
bool pkce_matches(std::string_view verifier, std::string_view challenge);

}  // namespace sim::spotify

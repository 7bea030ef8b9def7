// API keys as clients hold them: smcp_k_<id>_<secret>. What the store keeps of one gives nobody a key back.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "store/api_keys.h"

namespace app {

struct ApiKeyRequest {
  // No key lives longer: whoever needs one for years makes a new one in time.
  static constexpr std::chrono::days kLifeMax{365};

  std::string label;
  std::vector<std::string> scopes;     // policy::access_scopes().
  std::vector<std::string> addresses = {};  // As http::AddressBlock takes them; none: from anywhere.
  std::chrono::days life{90};
};

struct MadeApiKey {
  base::Secret text;  // Shown once, and kept nowhere.
  store::ApiKey row;  // Without a box: see store::SigningKeys.
};
// kInvalidArgument, with what is known or allowed, for a label, a scope, an address or a life that is none.
base::Result<MadeApiKey> make_api_key(base::Random& random, ApiKeyRequest request, base::Wall now);

// The id of a text that has the form of a key.
std::optional<std::string> id_of_api_key(std::string_view text);
std::string digest_of_api_key(const base::Secret& text);
// HMAC-SHA-256 over "spotify-mcp request signing 1" with the key's text as its key: what its requests are signed with
// (docs/api-keys.md).
base::Secret signing_key_of(const base::Secret& text);

}  // namespace app

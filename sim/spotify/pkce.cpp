#include "sim/spotify/pkce.h"

#include <algorithm>

#include "crypto/base64.h"
#include "crypto/hash.h"

namespace sim::spotify {
namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

bool pkce_matches(std::string_view verifier, std::string_view challenge) {
  if (verifier.size() < 43 || verifier.size() > 128) return false;
  if (!std::ranges::all_of(verifier, is_unreserved)) return false;
  return crypto::base64url_encode(crypto::sha256(verifier)) == challenge;
}

}  // namespace sim::spotify

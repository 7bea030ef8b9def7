#include "oauth/pkce.h"

#include "crypto/base64.h"
#include "crypto/hash.h"
#include "crypto/random_text.h"

namespace oauth {
namespace {

constexpr size_t kVerifierBytes = 32;  // 43 characters, the shortest that section 4.1 allows.

}  // namespace

std::string challenge_of(std::string_view verifier) { return crypto::base64url_encode(crypto::sha256(verifier)); }

Pkce make_pkce(base::Random& random) {
  base::Secret verifier(crypto::random_token(random, kVerifierBytes));
  std::string challenge = challenge_of(verifier.reveal());
  return {.verifier = std::move(verifier), .challenge = std::move(challenge)};
}

}  // namespace oauth

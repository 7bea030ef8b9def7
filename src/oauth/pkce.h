// Proof Key for Code Exchange (RFC 7636), method S256: ties the answer of the browser to the program that asked, so
// that no client secret is needed.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"

namespace oauth {

struct Pkce {
  base::Secret verifier;  // Leaves this process only towards the token endpoint.
  std::string challenge;  // Goes through the browser.
};

// 256 random bits, the size that section 7.1 recommends.
Pkce make_pkce(base::Random& random);
// Section 4.2: BASE64URL(SHA256(ASCII(verifier))) without padding.
std::string challenge_of(std::string_view verifier);

}  // namespace oauth

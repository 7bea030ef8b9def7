// Random words for tokens, states, nonces and codes.
#pragma once

#include <cstddef>
#include <string>

#include "base/random.h"

namespace crypto {

// `bytes` random bytes as base64url without padding: 32 bytes give 43 characters and 256 bits.
std::string random_token(base::Random& random, size_t bytes);

}  // namespace crypto

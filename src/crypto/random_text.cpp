#include "crypto/random_text.h"

#include <span>

#include "base/secret.h"
#include "crypto/base64.h"

namespace crypto {

std::string random_token(base::Random& random, size_t bytes) {
  std::string raw(bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(raw)));
  const base::Secret kept(std::move(raw));
  return base64url_encode(kept.reveal());
}

}  // namespace crypto

#include "audit/keys.h"

#include "crypto/hmac.h"
#include "crypto/kdf.h"

namespace audit {

Keys Keys::derive(const crypto::Key& master) { return of(crypto::derive_key(master, "audit")); }

Keys Keys::of(const crypto::Key& root) {
  crypto::HmacSha256 naming(crypto::derive_key(root, "audit/id"));
  naming.update("audit/id");
  constexpr size_t kIdCharacters = 16;
  return {.id = crypto::to_hex(naming.finish()).substr(0, kIdCharacters),
          .initial = crypto::derive_key(root, "audit/epoch-0"),
          .state = crypto::derive_key(root, "audit/state"),
          .names = crypto::derive_key(root, "audit/names"),
          .signing = crypto::derive_key(root, "audit/signing")};
}

Keys Keys::clone() const {
  return {.id = id,
          .initial = initial.clone(),
          .state = state.clone(),
          .names = names.clone(),
          .signing = signing.clone()};
}

}  // namespace audit

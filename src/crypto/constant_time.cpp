#include "crypto/constant_time.h"

#include <openssl/crypto.h>

namespace crypto {

bool equal(ByteView a, ByteView b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

bool equal(const base::Secret& a, const base::Secret& b) { return equal(a.reveal(), b.reveal()); }

}  // namespace crypto

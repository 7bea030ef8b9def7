// Keys from other secrets. From a strong key: HKDF. From a passphrase: argon2id, or PBKDF2 where rules ask for it.
// The slow ones belong on a base::Worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/bytes.h"
#include "crypto/key.h"

namespace crypto {

// RFC 5869. `secret` is not empty; `bytes` is 1 to 8160.
base::Secret hkdf_sha256(ByteView secret, ByteView salt, ByteView info, size_t bytes);
// One key per purpose from a root key; `purpose` is a constant such as "smcf1/config".
Key derive_key(const Key& root, std::string_view purpose);

// RFC 9106. What a passphrase costs to try once.
struct Argon2Cost {
  uint32_t memory_kib = 64 * 1024;
  uint32_t passes = 3;
  uint32_t lanes = 1;
};

// The floors are OWASP's (19 MiB and 2 passes; 600,000 iterations; 16 bytes of salt). The ceilings (1 GiB, 10 passes,
// 4 lanes; 10 million iterations) keep a hostile file header from stopping the program. Outside: kInvalidArgument.
base::Result<Key> argon2id(const base::Secret& passphrase, ByteView salt, const Argon2Cost& cost = {});
base::Result<Key> pbkdf2_hmac_sha256(const base::Secret& passphrase, ByteView salt, uint32_t iterations = 600'000);

}  // namespace crypto

// The slow derivations without floors, for the published vectors in self_test.cpp and kdf.cpp alone: the vectors are
// far below any cost that would protect a passphrase.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/secret.h"
#include "crypto/bytes.h"
#include "crypto/kdf.h"

namespace crypto::unchecked {

base::Secret pbkdf2_hmac_sha256(ByteView passphrase, ByteView salt, uint32_t iterations, size_t bytes);

// `secret` and `associated` are the optional inputs K and X of RFC 9106 section 3.1.
struct Argon2Inputs {
  ByteView passphrase;
  ByteView salt;
  ByteView secret = "";
  ByteView associated = "";
};
// 32 bytes; empty when the memory cannot be had.
base::Secret argon2id(const Argon2Inputs& inputs, const Argon2Cost& cost);

}  // namespace crypto::unchecked

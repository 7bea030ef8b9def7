// AES-256-GCM (NIST SP 800-38D): seals a text so that it can be neither read nor changed without the key.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/bytes.h"
#include "crypto/key.h"

namespace crypto {

// A sealed box is nonce || ciphertext || tag. Random nonces of 96 bits allow 2^32 boxes under one key; replace a key
// long before. `aad` is not in the box, but a box opens only with the same one: put there what the box belongs to,
// such as the user and the kind of row.
class Aes256Gcm {
 public:
  static constexpr size_t kNonceBytes = 12;
  static constexpr size_t kTagBytes = 16;
  static constexpr size_t kOverheadBytes = kNonceBytes + kTagBytes;
  using Nonce = std::array<std::byte, kNonceBytes>;

  explicit Aes256Gcm(Key key);
  ~Aes256Gcm();
  Aes256Gcm(Aes256Gcm&&) noexcept;
  Aes256Gcm& operator=(Aes256Gcm&&) noexcept;

  std::string seal(base::Random& random, ByteView aad, ByteView plaintext) const;
  // The caller sees to it that no nonce is ever used twice under one key.
  std::string seal_with_nonce(const Nonce& nonce, ByteView aad, ByteView plaintext) const;

  // kForbidden when the box was cut, changed, or sealed under another key or with another aad; which of them cannot
  // be told.
  base::Result<std::string> open(ByteView aad, ByteView box) const;
  // For plaintext that is itself a secret.
  base::Result<base::Secret> open_secret(ByteView aad, ByteView box) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace crypto

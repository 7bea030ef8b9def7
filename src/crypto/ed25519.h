// Ed25519 signatures (RFC 8032 section 5.1): for statements that people elsewhere check with the public key alone.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "crypto/bytes.h"
#include "crypto/key.h"

namespace crypto {

class Ed25519 {
 public:
  static constexpr size_t kPublicKeyBytes = 32;
  static constexpr size_t kSignatureBytes = 64;
  using PublicKey = std::array<std::byte, kPublicKeyBytes>;
  using Signature = std::array<std::byte, kSignatureBytes>;

  // `seed` is the private key of RFC 8032: any 32 random or derived bytes.
  explicit Ed25519(const Key& seed);
  ~Ed25519();
  Ed25519(Ed25519&&) noexcept;
  Ed25519& operator=(Ed25519&&) noexcept;

  PublicKey public_key() const;
  // Deterministic: one signature for one message.
  Signature sign(ByteView message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// False for a wrong signature, and for a key or a signature that is none.
bool ed25519_verify(ByteView public_key, ByteView message, ByteView signature);

}  // namespace crypto

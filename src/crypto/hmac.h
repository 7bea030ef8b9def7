// HMAC-SHA-256 (RFC 2104, FIPS 198-1). Compare results with crypto::equal.
#pragma once

#include <memory>

#include "crypto/bytes.h"
#include "crypto/key.h"

namespace crypto {

Digest hmac_sha256(ByteView key, ByteView message);

// Keeps a key ready for many messages. One thread at a time; the key is wiped with it.
class HmacSha256 {
 public:
  explicit HmacSha256(ByteView key);
  explicit HmacSha256(const Key& key) : HmacSha256(ByteView(key.reveal())) {}
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;

  void update(ByteView bytes);
  // The code of everything since the start or the last finish(); the next update() begins a new message.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace crypto

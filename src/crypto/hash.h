// SHA-256 (FIPS 180-4), at once or piece by piece.
#pragma once

#include <memory>

#include "crypto/bytes.h"

namespace crypto {

Digest sha256(ByteView bytes);

// One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(ByteView bytes);
  // The digest of everything since the start or the last finish(); the next update() begins anew.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace crypto

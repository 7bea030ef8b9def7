// Randomness from OpenSSL's generator, which the operating system seeds.
#pragma once

#include <cstddef>
#include <span>

#include "base/random.h"

namespace crypto {

// May be used from any thread. Ends the program when there is no randomness: nothing could go on safely.
class OsRandom final : public base::Random {
 public:
  void fill(std::span<std::byte> out) override;
};

}  // namespace crypto

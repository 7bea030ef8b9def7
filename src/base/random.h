// Randomness is handed down like time: crypto/ has the real source, the simulator a seeded one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace base {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  // Uniform in [0, bound); bound must be positive.
  uint64_t below(uint64_t bound);
};

}  // namespace base

// base::Random from a seed (splitmix64): the same seed draws the same values on every machine. Never for real secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/random.h"

namespace sim::world {

class SimRandom final : public base::Random {
 public:
  explicit SimRandom(uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> out) override;
  uint64_t next();

 private:
  uint64_t state_;
};

}  // namespace sim::world

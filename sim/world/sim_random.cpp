#include "sim/world/sim_random.h"

namespace sim::world {

uint64_t SimRandom::next() {
  state_ += 0x9E3779B97F4A7C15;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  return mixed ^ (mixed >> 31);
}

void SimRandom::fill(std::span<std::byte> out) {
  uint64_t drawn = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (i % sizeof(drawn) == 0) drawn = next();
    out[i] = static_cast<std::byte>(drawn & 0xFF);
    drawn >>= 8;
  }
}

}  // namespace sim::world

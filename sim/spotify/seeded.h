// Seeded randomness: the same seed gives the same catalogue, the same ids and the same tokens on every machine.
// The standard distributions differ between libraries, so the few that are needed are written here (splitmix64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"

namespace sim::spotify {

class Seeded {
 public:
  explicit Seeded(uint64_t seed) : state_(seed) {}

  uint64_t next();
  // In [0, bound); the slight bias of multiply-shift does not matter for a catalogue.
  uint32_t below(uint32_t bound);
  // In [low, high].
  int between(int low, int high);
  bool chance(uint32_t percent) { return below(100) < percent; }
  std::string_view pick(std::span<const std::string_view> words);

 private:
  uint64_t state_;
};

// base::Random for tests and for the program: reproducible, and therefore never for real secrets.
class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(uint64_t seed) : seeded_(seed) {}
  void fill(std::span<std::byte> out) override;

 private:
  Seeded seeded_;
};

// FNV-1a, for hashes that need no strength.
uint64_t fnv1a(std::string_view text);

// The n-th id of a kind under a seed: 22 characters base62 whose first is 0 to 7, as a 128-bit number gives.
// It does not depend on how many other ids were made, so a longer catalogue keeps the ids of a shorter one.
std::string catalogue_id(uint64_t seed, std::string_view kind, uint32_t n);
std::string random_base62(base::Random& random, size_t length);
std::string random_id(base::Random& random);

bool is_base62_id(std::string_view text);

}  // namespace sim::spotify

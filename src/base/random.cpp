#include "base/random.h"

#include <limits>

#include "base/check.h"

namespace base {

uint64_t Random::below(uint64_t bound) {
  ENSURE(bound > 0);
  // Values from the incomplete last stretch are drawn again, so that no remainder is favoured.
  const uint64_t usable = std::numeric_limits<uint64_t>::max() / bound * bound;
  uint64_t value = 0;
  do {
    fill(std::as_writable_bytes(std::span(&value, 1)));
  } while (value >= usable);
  return value % bound;
}

}  // namespace base

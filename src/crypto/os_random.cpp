#include "crypto/os_random.h"

#include <algorithm>
#include <openssl/rand.h>

#include "base/check.h"

namespace crypto {

void OsRandom::fill(std::span<std::byte> out) {
  constexpr size_t kStep = 1 << 20;  // RAND_bytes counts in int.
  while (!out.empty()) {
    const size_t step = std::min(out.size(), kStep);
    ENSURE(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(step)) == 1);
    out = out.subspan(step);
  }
}

}  // namespace crypto

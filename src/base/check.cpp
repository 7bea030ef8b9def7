#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace base {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "ENSURE failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace base

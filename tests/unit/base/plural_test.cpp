#include "base/plural.h"

#include <cstdint>

#include "tests/test.h"

TEST_CASE("one is one, and everything else is many") {
  CHECK(base::count_of(1, "item") == "1 item");
  CHECK(base::count_of(0, "item") == "0 items");
  CHECK(base::count_of(size_t{2}, "item") == "2 items");
  CHECK(base::count_of(int64_t{3}, "copy is", "copies are") == "3 copies are");
  CHECK(base::count_of(1, "copy is", "copies are") == "1 copy is");
}

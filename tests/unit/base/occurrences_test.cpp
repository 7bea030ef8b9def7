#include "base/occurrences.h"

#include "tests/test.h"

TEST_CASE("the first is told at once, and those of a second together") {
  using std::chrono::milliseconds;
  base::Occurrences each(std::chrono::seconds(1));
  const base::Instant start;
  CHECK(each.add(start) == 1);
  for (int i = 1; i < 1000; ++i) CHECK_FALSE(each.add(start + milliseconds(i)));
  CHECK(each.add(start + milliseconds(1000)) == 1000);
  CHECK_FALSE(each.add(start + milliseconds(1001)));
  CHECK(each.add(start + milliseconds(5000)) == 2);
}

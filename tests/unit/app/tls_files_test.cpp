// When a certificate is told to end soon. tests/e2e/tls.test.mjs has the files themselves.
#include "app/tls_files.h"

#include <chrono>
#include <optional>

#include "tests/test.h"

namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr base::Wall kBegin{1'796'040'000'000};

std::optional<int64_t> left_after(days life, std::chrono::milliseconds age) {
  return app::days_of_ending(kBegin, kBegin + life, kBegin + age);
}

}  // namespace

TEST_CASE("a certificate ends soon when a third of its life is left, or a week of a short one") {
  CHECK(left_after(days(90), days(0)) == std::nullopt);
  CHECK(left_after(days(90), days(60)) == std::nullopt);
  CHECK(left_after(days(90), days(60) + seconds(1)) == 29);
  CHECK(left_after(days(90), days(89)) == 1);
  CHECK(left_after(days(90), days(90)) == 0);
  CHECK(left_after(days(90), days(400)) == 0);
  CHECK(left_after(days(10), days(3)) == std::nullopt);
  CHECK(left_after(days(10), days(3) + seconds(1)) == 6);
  // Of one that lives for less than a week there is always something to say.
  CHECK(left_after(days(6), days(0)) == 6);
}

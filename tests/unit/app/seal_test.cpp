// The seal before the calls: a change is refused at once, a read within the time that it may believe the last look.
#include "app/seal.h"

#include "app/audited_server.h"
#include "tests/support/manual_loop.h"
#include "tests/support/memory_trail.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

using Touch = mcp::CallFacts::Touch;

struct Sealed {
  bool passes(Touch touch) {
    const auto begun = loop.run(
        calls.begin({.method = "tools/call", .name = "x", .principal = {}, .touch = touch, .arguments = "{}"}));
    return begun.has_value();
  }

  test::ManualLoop loop;
  test::TemporaryDirectory folder;
  test::MemoryTrail trail;
  app::Seal seal{folder.path() + "/data"};
  app::AuditedServer audited{loop, trail};
  app::SealedCalls calls{loop, seal, trail, audited};
};

}  // namespace

TEST_CASE("a seal stops the next change, and every read once the time to believe is over") {
  Sealed sealed;
  CHECK(sealed.passes(Touch::kReads));
  REQUIRE(sealed.seal.put_on({}));
  // Another process may have put it on just now.
  CHECK(sealed.passes(Touch::kReads));
  CHECK_FALSE(sealed.passes(Touch::kChanges));
  CHECK_FALSE(sealed.passes(Touch::kReads));

  Sealed later;
  CHECK(later.passes(Touch::kReads));
  REQUIRE(later.seal.put_on({}));
  later.loop.advance(app::SealedCalls::kReadsBelieve);
  CHECK_FALSE(later.passes(Touch::kReads));
  REQUIRE(later.seal.take_off());
  later.loop.advance(app::SealedCalls::kReadsBelieve);
  CHECK(later.passes(Touch::kReads));
}

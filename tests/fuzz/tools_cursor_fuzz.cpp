// Cursors of any text, in the lists of tools: each is refused as the client's mistake, or is a place that one of these
// lists could have given. A place is good for its own list and its own user alone.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"
#include "crypto/base64.h"
#include "json/parse.h"
#include "store/memory_archive.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tools/cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  store::MemoryArchive archive;
  const test::ManualClock clock;
  test::SeededRandom random;
  const tools::Desk desk({archive, clock, random});
  const mcp::Principal owner;
  const tools::ListKey list(desk, owner, "search", {"query", "market"});
  const auto as_json = json::parse(text);
  if (as_json && as_json->is_object()) {
    const tools::CursorText cursor(list.cursor_at(as_json->object()));
    // A place that is larger or deeper than any of ours is refused.
    if (const auto place = list.place_of(cursor)) {
      ENSURE(*place == as_json->object());
      const auto offset = tools::offset_in(*place);
      ENSURE(!offset || *offset >= 0);
    }
    ENSURE(!tools::ListKey(desk, owner, "search", {"query", "other"}).place_of(cursor));
    ENSURE(!tools::ListKey(desk, {.id = "somebody"}, "search", {"query", "market"}).place_of(cursor));
  }
  for (const std::string& cursor :
       {text, crypto::base64url_encode(text), crypto::base64url_encode(text) + "." + text}) {
    const auto place = list.place_of(tools::CursorText(cursor));
    ENSURE(!place && place.error().code == base::Code::kInvalidArgument);
  }
  return 0;
}

// Cursors of any text, in the lists of tools: each is refused as the client's mistake, or is a place that one of these
// lists could have given. A place is good for its own list alone.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/check.h"
#include "crypto/base64.h"
#include "json/parse.h"
#include "tools/cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const tools::ListKey list("search", {"query", "market"});
  const auto as_json = json::parse(text);
  if (as_json && as_json->is_object()) {
    const tools::CursorText cursor(list.cursor_at(as_json->object()));
    // A place that is larger or deeper than any of ours is refused.
    if (const auto place = list.place_of(cursor)) {
      ENSURE(*place == as_json->object());
      const auto offset = tools::offset_in(*place);
      ENSURE(!offset || *offset >= 0);
    }
    ENSURE(!tools::ListKey("search", {"query", "other"}).place_of(cursor));
  }
  for (const std::string& cursor : {text, crypto::base64url_encode(text)}) {
    const auto place = list.place_of(tools::CursorText(cursor));
    ENSURE(place || place.error().code == base::Code::kInvalidArgument);
  }
  return 0;
}

// A stream gives the same events at once and cut where its end says.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/sse.h"
#include "tests/fuzz/pieces.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < fuzz::Pieces::kTailBytes) return 0;
  const fuzz::Pieces input = fuzz::cut(data, size);
  constexpr size_t kEventBytesMax = 256;
  http::SseParser whole(kEventBytesMax);
  const auto expected = whole.feed(input.whole);

  http::SseParser cut(kEventBytesMax);
  std::vector<http::SseEvent> events;
  bool is_good = true;
  for (const std::string_view piece : input.pieces) {
    const auto more = cut.feed(piece);
    is_good = is_good && more.has_value();
    if (more) events.insert(events.end(), more->begin(), more->end());
  }
  ENSURE(expected.has_value() == is_good);
  if (!expected) return 0;
  ENSURE(events == *expected && cut.last_event_id() == whole.last_event_id() && cut.retry() == whole.retry());
  for (const http::SseEvent& event : events) {
    ENSURE(event.data.size() <= kEventBytesMax && !event.event.empty());
    ENSURE(event.data.find('\r') == std::string::npos);
  }
  return 0;
}

// A stream gives the same events at once and cut in two, where the first byte says where to cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/sse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr size_t kEventBytesMax = 256;
  http::SseParser whole(kEventBytesMax);
  const auto expected = whole.feed(stream);

  http::SseParser cut(kEventBytesMax);
  const size_t at = std::min<size_t>(data[0], stream.size());
  auto events = cut.feed(stream.substr(0, at));
  const auto rest = cut.feed(stream.substr(at));
  ENSURE(expected.has_value() == (events.has_value() && rest.has_value()));
  if (!expected) return 0;
  events->insert(events->end(), rest->begin(), rest->end());
  ENSURE(*events == *expected && cut.last_event_id() == whole.last_event_id() && cut.retry() == whole.retry());
  for (const http::SseEvent& event : *events) {
    ENSURE(event.data.size() <= kEventBytesMax && !event.event.empty());
    ENSURE(event.data.find('\r') == std::string::npos);
  }
  return 0;
}

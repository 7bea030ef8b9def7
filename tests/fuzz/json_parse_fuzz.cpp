// What the parser accepts is written and read back as the same value; what it refuses is refused without a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const json::Limits limits{.bytes_max = 1 << 20, .depth_max = 64, .values_max = 10'000};
  const auto value = json::parse(text, limits);
  if (!value) {
    ENSURE(value.error().message.starts_with("Invalid JSON at byte "));
    return 0;
  }
  ENSURE(base::is_valid_utf8(text));
  const std::string written = json::write(*value);
  const auto back = json::parse(written, {.bytes_max = 8 << 20, .depth_max = 64, .values_max = 10'000});
  ENSURE(back.has_value() && *back == *value);
  ENSURE(json::write(*back) == written);
  return 0;
}

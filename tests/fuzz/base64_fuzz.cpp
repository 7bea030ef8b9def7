// Text that decodes is the only spelling of what it decodes to.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "crypto/base64.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const crypto::Padding padding : {crypto::Padding::kNone, crypto::Padding::kRequired}) {
    if (const auto bytes = crypto::base64_decode(text, padding)) ENSURE(crypto::base64_encode(*bytes, padding) == text);
    if (const auto bytes = crypto::base64url_decode(text, padding)) {
      ENSURE(crypto::base64url_encode(*bytes, padding) == text);
    }
    ENSURE(crypto::base64_decode(crypto::base64_encode(text, padding), padding) == text);
    ENSURE(crypto::base64url_decode(crypto::base64url_encode(text, padding), padding) == text);
  }
  return 0;
}

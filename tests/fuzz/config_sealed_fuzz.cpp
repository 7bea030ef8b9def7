// Sealed configuration files of any bytes: whatever is taken for a header is spelled as ours are and costs what we are
// willing to pay, and nothing opens that was not sealed with the key.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "config/sealed_file.h"
#include "crypto/hash.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto header = config::read_header(text);
  if (header) {
    ENSURE(config::is_sealed(text));
    ENSURE(header->generation >= 1 && header->generation <= config::kGenerationMax);
    ENSURE(!header->stretched || header->stretched->memory_kib <= 256 * 1024);
  } else {
    ENSURE(header.error().code == base::Code::kInvalidArgument);
  }
  auto key = crypto::Key::from_bytes(crypto::sha256("fake key for fuzzing"));
  ENSURE(key);
  const config::MasterSecret master = *std::move(key);
  if (const auto opened = config::open(master, text)) ENSURE(opened->text.reveal().size() <= config::kPlainBytesMax);
  return 0;
}

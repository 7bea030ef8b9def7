#include "checks/signed_files.h"

#include <fmt/format.h>

#include "base/text.h"
#include "checks/words.h"
#include "crypto/base64.h"
#include "crypto/ed25519.h"

namespace checks {
namespace {

constexpr size_t kSignatureBytesMax = size_t{1} << 16;

}  // namespace

base::Result<void> check_signature(std::string_view text, std::string_view signature, std::string_view key,
                                   std::string_view name) {
  const auto raw_signature = crypto::base64_decode(stripped(signature));
  const auto raw_key = crypto::base64_decode(stripped(key));
  if (!raw_signature || !raw_key || !crypto::ed25519_verify(*raw_key, text, *raw_signature)) {
    return base::fail(base::Code::kForbidden, fmt::format("The signature of {} does not hold.", name));
  }
  return {};
}

base::Result<std::string> read_signed(const Host& host, const std::string& path, std::string_view key,
                                      size_t bytes_max) {
  TRY(std::string text, host.read(path, bytes_max));
  TRY(const std::string signature, host.read(path + ".sig", kSignatureBytesMax));
  TRY_VOID(check_signature(text, signature, key, path.substr(path.rfind('/') + 1)));
  return text;
}

std::map<std::string, std::string, std::less<>> read_checksums(std::string_view text) {
  std::map<std::string, std::string, std::less<>> digests;
  for (const std::string_view line : base::split(text, '\n')) {
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || line.size() < space + 2) continue;
    const std::string_view file = line.substr(space + 2);
    digests.emplace(file.substr(file.rfind('/') + 1), line.substr(0, space));
  }
  return digests;
}

}  // namespace checks

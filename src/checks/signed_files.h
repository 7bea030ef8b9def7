// Files that somebody has signed: an Ed25519 signature in base64 beside a file, and lists of checksums that are signed
// so.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "checks/host.h"

namespace checks {

// kForbidden where FILE.sig, `signature` in base64, is no signature over `text` with the key: 32 bytes, in base64.
// `name` is for the error.
base::Result<void> check_signature(std::string_view text, std::string_view signature, std::string_view key,
                                   std::string_view name);
// The text of a file whose signature in PATH.sig holds; the errors of check_signature and of Host::read.
base::Result<std::string> read_signed(const Host& host, const std::string& path, std::string_view key,
                                      size_t bytes_max);

// Lines of sha256sum(1), "DIGEST  NAME" or "DIGEST *NAME": the digests by the last part of the name.
std::map<std::string, std::string, std::less<>> read_checksums(std::string_view text);

}  // namespace checks

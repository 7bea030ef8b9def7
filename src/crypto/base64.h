// Base64 and base64url (RFC 4648 sections 4 and 5). Decoding is strict: one text for one value, so that a token or a
// signature has no second spelling.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace crypto {

enum class Padding { kNone, kRequired };

std::string base64_encode(ByteView bytes, Padding padding = Padding::kRequired);
std::string base64url_encode(ByteView bytes, Padding padding = Padding::kNone);

// Nothing for a foreign character (also a line end), padding that is missing, unexpected or misplaced, a length that
// no encoder gives, or unused bits that are not zero.
std::optional<std::string> base64_decode(std::string_view text, Padding padding = Padding::kRequired);
std::optional<std::string> base64url_decode(std::string_view text, Padding padding = Padding::kNone);

}  // namespace crypto

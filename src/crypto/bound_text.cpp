#include "crypto/bound_text.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/base64.h"
#include "crypto/constant_time.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"

namespace crypto {
namespace {

// The purpose as a digest: of one length, so that no text can take over a part of it.
std::string tag_of(const Key& key, std::string_view purpose, std::string_view text) {
  HmacSha256 code(key);
  code.update(sha256(purpose));
  code.update(text);
  const Digest digest = code.finish();
  return {reinterpret_cast<const char*>(digest.data()), BoundTexts::kTagBytes};
}

}  // namespace

BoundTexts::BoundTexts(std::span<const Key> keys) {
  ENSURE(!keys.empty());
  for (const Key& key : keys) keys_.push_back(derive_key(key, "bound-text/1"));
}

std::string BoundTexts::bind(std::string_view purpose, std::string_view text) const {
  return base64url_encode(tag_of(keys_.front(), purpose, text) + std::string(text));
}

std::optional<std::string> BoundTexts::open(std::string_view purpose, std::string_view bound) const {
  auto bytes = base64url_decode(bound);
  if (!bytes || bytes->size() < kTagBytes) return std::nullopt;
  const std::string tag = bytes->substr(0, kTagBytes);
  std::string text = bytes->substr(kTagBytes);
  const bool is_ours =
      std::ranges::any_of(keys_, [&](const Key& key) { return equal(tag_of(key, purpose, text), tag); });
  return is_ours ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace crypto

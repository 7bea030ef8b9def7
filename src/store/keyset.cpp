#include "store/keyset.h"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "crypto/aead.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "json/write.h"

namespace store {
namespace {

constexpr std::array kStates{std::pair{KeyState::kPrimary, std::string_view("primary")},
                             std::pair{KeyState::kEnabled, std::string_view("enabled")},
                             std::pair{KeyState::kCompromised, std::string_view("compromised")},
                             std::pair{KeyState::kDestroyed, std::string_view("destroyed")}};

// A JSON array keeps the parts apart.
std::string binding(const StoredKey& row) {
  return json::write(json::Array{"keys", row.purpose, row.version, name_of(row.state), row.id, row.created.unix_ms});
}

}  // namespace

std::string_view name_of(KeyState state) {
  for (const auto& [each, name] : kStates) {
    if (each == state) return name;
  }
  return "";
}

std::optional<KeyState> key_state(std::string_view name) {
  for (const auto& [state, each] : kStates) {
    if (each == name) return state;
  }
  return std::nullopt;
}

std::string key_id(const crypto::Key& key) {
  constexpr std::string_view kPurpose = "spotify-mcp/key-id/1";
  return crypto::to_hex(crypto::hmac_sha256(crypto::ByteView(crypto::derive_key(key, kPurpose).reveal()), kPurpose));
}

crypto::Key first_key(const crypto::Key& master, std::string_view purpose) {
  // The trail and the API keys had theirs before there were versions of it.
  if (purpose == kAuditKeys) return crypto::derive_key(master, kAuditKeys);
  if (purpose == kSigningKeys) return crypto::derive_key(master, "spotify-mcp/api-keys/signing/1");
  return crypto::derive_key(master, fmt::format("spotify-mcp/store/{}/1", purpose));
}

KeyWrap::KeyWrap(const crypto::Key& master) : key_(crypto::derive_key(master, "spotify-mcp/keyset/1")) {}

std::string KeyWrap::seal(base::Random& random, const StoredKey& row, const crypto::Key& key) const {
  return crypto::Aes256Gcm(key_.clone()).seal(random, binding(row), crypto::ByteView(key.reveal()));
}

base::Result<crypto::Key> KeyWrap::open(const StoredKey& row) const {
  TRY(const base::Secret bytes, crypto::Aes256Gcm(key_.clone()).open_secret(binding(row), row.box));
  TRY(crypto::Key key, crypto::Key::from_bytes(bytes.reveal()));
  if (key_id(key) == row.id) return key;
  return base::fail(base::Code::kForbidden, "This key is not the one that its row names.");
}

}  // namespace store

#include "store/vault.h"

#include <optional>

#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "json/parse.h"
#include "json/write.h"
#include "store/keyset.h"

namespace store {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kIdPurpose = "spotify-mcp/store/key-id/1";

std::unexpected<base::Error> changed(std::string_view what) {
  return fail(Code::kUnavailable,
              "The stored Spotify login was changed from outside and is not used. Run `spotify-mcp-server logout`, "
              "then `spotify-mcp-server login`.",
              std::string(what));
}

base::Secret encode(const Grant& grant) {
  json::Array scopes;
  for (const std::string& scope : grant.scopes) scopes.emplace_back(scope);
  return base::Secret(json::write(json::Object{
      {"state", grant.state == GrantState::kActive ? "active" : "ended"},
      {"user_id", grant.user_id},
      {"scopes", std::move(scopes)},
      {"access_token", grant.access_token.reveal()},
      {"refresh_token", grant.refresh_token.reveal()},
      {"access_expires_at", grant.access_expires_at.unix_ms},
      {"authorized_at", grant.authorized_at.unix_ms},
  }));
}

// The cipher vouches for the text, so what does not fit comes from another version of this program.
std::optional<Grant> decode(const base::Secret& text) {
  const auto value = json::parse(text.reveal());
  if (!value) return std::nullopt;
  const json::Value* scopes = value->find("scopes");
  const json::Value* expires = value->find("access_expires_at");
  const json::Value* authorized = value->find("authorized_at");
  const std::string_view state = value->text_or_empty("state");
  const bool complete = scopes != nullptr && scopes->is_array() && expires != nullptr && expires->is_integer() &&
                        authorized != nullptr && authorized->is_integer() && (state == "active" || state == "ended");
  if (!complete) return std::nullopt;
  Grant grant;
  grant.state = state == "active" ? GrantState::kActive : GrantState::kEnded;
  grant.user_id = std::string(value->text_or_empty("user_id"));
  for (const json::Value& scope : scopes->array()) {
    if (!scope.is_string()) return std::nullopt;
    grant.scopes.push_back(scope.string());
  }
  grant.access_token = base::Secret(std::string(value->text_or_empty("access_token")));
  grant.refresh_token = base::Secret(std::string(value->text_or_empty("refresh_token")));
  grant.access_expires_at = {expires->integer()};
  grant.authorized_at = {authorized->integer()};
  return grant;
}

// JSON arrays keep the parts apart, whatever a principal is called.
std::string binding_of_key(const std::string& principal, int64_t generation, const std::string& key_id) {
  return json::write(json::Array{"grants/data-key", principal, key_id, generation});
}
std::string binding_of_grant(const std::string& principal, int64_t generation) {
  return json::write(json::Array{"grants/box", principal, generation});
}

crypto::Aes256Gcm cipher_of(const crypto::Key& key) {
  return crypto::Aes256Gcm(crypto::derive_key(key, "spotify-mcp/store/data-keys/1"));
}

Result<Grant> grant_of(const Result<base::Secret>& text, int64_t generation) {
  if (!text) return changed("the box does not open");
  auto grant = decode(*text);
  if (!grant) return changed("the box holds no grant");
  grant->generation = generation;
  return *std::move(grant);
}

}  // namespace

Vault::Vault(const crypto::Key& primary) : primary_(store::key_id(primary)) { add(primary); }

void Vault::add(const crypto::Key& older) { ciphers_.emplace(store::key_id(older), cipher_of(older)); }

SealedGrant Vault::seal(base::Random& random, const std::string& principal, int64_t generation,
                        const Grant& grant) const {
  crypto::Key data = crypto::Key::generate(random);
  std::string wrapped = ciphers_.find(primary_)->second.seal(random, binding_of_key(principal, generation, primary_),
                                                             crypto::ByteView(data.reveal()));
  const crypto::Aes256Gcm cipher(std::move(data));
  return {.key_id = primary_,
          .data_key = std::move(wrapped),
          .box = cipher.seal(random, binding_of_grant(principal, generation), encode(grant).reveal())};
}

Result<crypto::Key> Vault::data_key(const std::string& principal, int64_t generation, const SealedGrant& sealed) const {
  const auto cipher = ciphers_.find(sealed.key_id);
  if (cipher == ciphers_.end()) return changed("the key is not known");
  const auto bytes = cipher->second.open_secret(binding_of_key(principal, generation, sealed.key_id), sealed.data_key);
  if (!bytes) return changed("the data key does not open");
  auto key = crypto::Key::from_bytes(bytes->reveal());
  if (!key) return changed("this is no data key");
  return key;
}

Result<Grant> Vault::open(const std::string& principal, int64_t generation, const SealedGrant& sealed) const {
  TRY(crypto::Key data, data_key(principal, generation, sealed));
  const crypto::Aes256Gcm cipher(std::move(data));
  return grant_of(cipher.open_secret(binding_of_grant(principal, generation), sealed.box), generation);
}

Result<SealedGrant> Vault::rewrap(base::Random& random, const std::string& principal, int64_t generation,
                                  const SealedGrant& sealed) const {
  TRY(const crypto::Key data, data_key(principal, generation, sealed));
  return SealedGrant{.key_id = primary_,
                     .data_key = ciphers_.find(primary_)->second.seal(
                         random, binding_of_key(principal, generation, primary_), crypto::ByteView(data.reveal())),
                     .box = sealed.box};
}

std::string Vault::direct_key_id(const crypto::Key& master) {
  return crypto::to_hex(
      crypto::hmac_sha256(crypto::ByteView(crypto::derive_key(master, kIdPurpose).reveal()), kIdPurpose));
}

Result<Grant> Vault::open_direct(const crypto::Key& master, const std::string& principal, int64_t generation,
                                 const std::string& box) {
  const crypto::Aes256Gcm cipher(first_key(master, kGrantKeys));
  const std::string binding = json::write(json::Array{"grants", principal, direct_key_id(master), generation});
  return grant_of(cipher.open_secret(binding, box), generation);
}

}  // namespace store

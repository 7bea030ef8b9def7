#include "store/vault.h"

#include <optional>

#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "json/parse.h"
#include "json/write.h"

namespace store {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::string_view kPurpose = "spotify-mcp/store/grants/1";
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

}  // namespace

Vault::Vault(const crypto::Key& master)
    : key_id_(crypto::to_hex(crypto::hmac_sha256(crypto::ByteView(crypto::derive_key(master, kIdPurpose).reveal()),
                                                 kIdPurpose))),
      cipher_(crypto::derive_key(master, kPurpose)) {}

std::string Vault::binding(const std::string& principal, int64_t generation) const {
  // A JSON array keeps the parts apart, whatever a principal is called.
  return json::write(json::Array{"grants", principal, key_id_, generation});
}

std::string Vault::seal(base::Random& random, const std::string& principal, int64_t generation,
                        const Grant& grant) const {
  return cipher_.seal(random, binding(principal, generation), encode(grant).reveal());
}

Result<Grant> Vault::open(const std::string& principal, int64_t generation, const std::string& box) const {
  const auto text = cipher_.open_secret(binding(principal, generation), box);
  if (!text) return changed("the box does not open");
  auto grant = decode(*text);
  if (!grant) return changed("the box holds no grant");
  grant->generation = generation;
  return *std::move(grant);
}

}  // namespace store

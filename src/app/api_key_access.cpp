#include "app/api_key_access.h"

#include <utility>

#include "base/text.h"
#include "crypto/constant_time.h"
#include "http/address.h"

namespace app {
namespace {

constexpr std::string_view kPrincipalPrefix = "api-key ";

std::unexpected<base::Error> unknown(std::string_view what) {
  return base::fail(base::Code::kUnauthenticated, std::string(what), "unknown key or wrong secret");
}

}  // namespace

std::string_view ApiKeyAccess::challenge(bool signing) {
  return signing ? "Signature realm=\"spotify-mcp-server\", alg=\"hmac-sha256\""
                 : "Bearer realm=\"spotify-mcp-server\"";
}

std::string ApiKeyAccess::principal_of(std::string_view key_id) {
  return std::string(kPrincipalPrefix) + std::string(key_id);
}

base::Task<bool> ApiKeyAccess::may_go_on(std::string principal) {
  if (!principal.starts_with(kPrincipalPrefix)) co_return true;
  auto finding = services_.keys.find(principal.substr(kPrincipalPrefix.size()));
  const auto found = co_await std::move(finding);
  if (!found) co_return true;
  co_return *found && !(*found)->revoked && (*found)->expires > services_.clock.wall();
}

base::Task<base::Result<mcp::Principal>> ApiKeyAccess::authenticate(const http::Request& request) {
  auto looking = signing_keys_ != nullptr ? by_signature(request) : by_bearer(request);
  CO_TRY(store::ApiKey key, co_await std::move(looking));
  co_return mcp::Principal{.id = principal_of(key.id), .scopes = std::move(key.scopes)};
}

// A client is not to learn what is wrong with a file of the server.
base::Task<base::Result<std::optional<store::ApiKey>>> ApiKeyAccess::find(std::string id) {
  auto finding = services_.keys.find(std::move(id));
  auto found = co_await std::move(finding);
  if (found) co_return found;
  services_.log.event(base::Level::kError, "api_keys.unreadable",
                      {{"why", found.error().message}, {"detail", found.error().detail}});
  co_return base::fail(base::Code::kUnavailable, "The server cannot look at its API keys. Try again later.");
}

base::Task<base::Result<store::ApiKey>> ApiKeyAccess::by_bearer(const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  constexpr std::string_view kAdvice = "This is no API key of this server. Make one with `api-key create` there.";
  const std::string_view value = request.authorization.reveal();
  if (value.empty()) {
    co_return base::fail(base::Code::kUnauthenticated, "Send an API key: Authorization: Bearer smcp_k_...", "no key");
  }
  if (!base::equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) co_return unknown(kAdvice);
  const base::Secret text(std::string(value.substr(kScheme.size())));
  auto id = id_of_api_key(text.reveal());
  if (!id) co_return unknown(kAdvice);
  CO_TRY(std::optional<store::ApiKey> key, co_await find(*std::move(id)));
  // Where there is no such key the same is done, so that the time does not tell.
  const std::string nobody(32, '\0');
  if (!crypto::equal(digest_of_api_key(text), key ? key->digest : nobody) || !key) co_return unknown(kAdvice);
  CO_TRY_VOID(check_use(*key, request.peer));
  co_return *std::move(key);
}

base::Task<base::Result<store::ApiKey>> ApiKeyAccess::by_signature(const http::Request& request) {
  constexpr std::string_view kAdvice =
      "The signature was not made with an API key of this server over this request. Sign as docs/api-keys.md shows.";
  const base::Wall now = services_.clock.wall();
  CO_TRY(const policy::RequestSignature signature, policy::read_signature(request, now));
  CO_TRY(std::optional<store::ApiKey> key, co_await find(signature.key_id));
  base::Secret signing_key(std::string(32, '\0'));
  // Also where there is no such key, so that the time does not tell.
  auto opening = signing_keys_->signing_key(signature.key_id);
  auto unsealed = co_await std::move(opening);
  const bool opened = key && unsealed && unsealed->has_value();
  if (opened) signing_key = *std::move(*unsealed);
  if (!unsealed) {
    services_.log.event(base::Level::kError, "api_keys.signing_key_not_opened",
                        {{"key", signature.key_id}, {"why", unsealed.error().message}});
  }
  if (!policy::is_signed_by(signature, signing_key.reveal()) || !opened) co_return unknown(kAdvice);
  CO_TRY_VOID(check_use(*key, request.peer));
  // Only what a key has signed takes room there.
  auto using_nonce = services_.nonces.use(key->id, signature.nonce, signature.nonce_expires(), now);
  const auto fresh = co_await std::move(using_nonce);
  if (!fresh) {
    if (fresh.error().code == base::Code::kRateLimited) co_return std::unexpected(fresh.error());
    services_.log.event(base::Level::kError, "api_keys.nonce_not_kept",
                        {{"why", fresh.error().message}, {"detail", fresh.error().detail}});
    co_return base::fail(base::Code::kUnavailable, "The server cannot keep nonces. Try again later.");
  }
  if (!*fresh) {
    co_return base::fail(base::Code::kUnauthenticated, "This nonce was used before. Sign each request anew.",
                         "replayed request");
  }
  co_return *std::move(key);
}

// Only for who has shown that they have the secret.
base::Result<void> ApiKeyAccess::check_use(const store::ApiKey& key, std::string_view peer) const {
  if (key.revoked) {
    return base::fail(base::Code::kUnauthenticated, "This API key was revoked. Ask for a new one.", "revoked key");
  }
  if (key.expires <= services_.clock.wall()) {
    return base::fail(base::Code::kUnauthenticated, "This API key has expired. Ask for a new one.", "expired key");
  }
  if (!key.addresses.empty() && !http::is_in(peer, key.addresses)) {
    return base::fail(base::Code::kForbidden, "This API key may not be used from this address.",
                      "key from another address");
  }
  return {};
}

}  // namespace app

#include "app/api_key.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/random_text.h"
#include "http/address.h"
#include "policy/access_scopes.h"

namespace app {
namespace {

constexpr std::string_view kPrefix = "smcp_k_";
constexpr std::string_view kSigning = "spotify-mcp request signing 1";
constexpr size_t kIdBytes = 8;
constexpr size_t kSecretBytes = 32;
constexpr size_t kSecretCharacters = 43;
constexpr size_t kLabelMax = 64;
constexpr size_t kAddressesMax = 32;

std::string text_of(const crypto::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string random_hex(base::Random& random, size_t bytes) {
  std::string raw(bytes, '\0');
  random.fill(std::as_writable_bytes(std::span(raw)));
  return crypto::to_hex(raw);
}

std::unexpected<base::Error> refuse(std::string message) {
  return base::fail(base::Code::kInvalidArgument, std::move(message));
}

base::Result<void> check(const ApiKeyRequest& request) {
  if (request.label.empty() || request.label.size() > kLabelMax || !base::is_valid_utf8(request.label) ||
      base::has_control_characters(request.label)) {
    return refuse(fmt::format("--label: say what the key is for, in up to {} bytes.", kLabelMax));
  }
  std::vector<std::string_view> known;
  for (const policy::AccessScope& scope : policy::access_scopes()) known.push_back(scope.name);
  if (request.scopes.empty()) {
    return refuse(fmt::format("--scopes: name what the key may do: {}.", fmt::join(known, ", ")));
  }
  for (const std::string& scope : request.scopes) {
    if (std::ranges::find(known, std::string_view(scope)) == known.end()) {
      return refuse(fmt::format("--scopes: there is no scope \"{}\". Known are: {}.",
                                base::has_control_characters(scope) ? "?" : scope, fmt::join(known, ", ")));
    }
  }
  if (request.addresses.size() > kAddressesMax) {
    return refuse(fmt::format("--from: at most {} addresses and blocks.", kAddressesMax));
  }
  for (const std::string& address : request.addresses) {
    if (http::AddressBlock::parse(address)) continue;
    return refuse(
        "--from: give addresses or blocks such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, without bits behind "
        "the prefix.");
  }
  if (request.life < std::chrono::days(1) || request.life > ApiKeyRequest::kLifeMax) {
    return refuse("--days: a key lives 1 to 365 days.");
  }
  return {};
}

}  // namespace

base::Result<MadeApiKey> make_api_key(base::Random& random, ApiKeyRequest request, base::Wall now) {
  TRY_VOID(check(request));
  MadeApiKey made;
  made.row.id = random_hex(random, kIdBytes);
  made.text = base::Secret(fmt::format("{}{}_{}", kPrefix, made.row.id, crypto::random_token(random, kSecretBytes)));
  made.row.label = std::move(request.label);
  made.row.scopes = std::move(request.scopes);
  made.row.addresses = std::move(request.addresses);
  made.row.created = now;
  made.row.expires = now + request.life;
  made.row.digest = digest_of_api_key(made.text);
  return made;
}

std::optional<std::string> id_of_api_key(std::string_view text) {
  constexpr size_t kIdCharacters = 2 * kIdBytes;
  if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + kIdCharacters + 1 + kSecretCharacters) {
    return std::nullopt;
  }
  const std::string_view id = text.substr(kPrefix.size(), kIdCharacters);
  const bool is_hex = id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!is_hex || text[kPrefix.size() + kIdCharacters] != '_') return std::nullopt;
  return std::string(id);
}

std::string digest_of_api_key(const base::Secret& text) { return text_of(crypto::sha256(text.reveal())); }

base::Secret signing_key_of(const base::Secret& text) {
  return base::Secret(text_of(crypto::hmac_sha256(text.reveal(), kSigning)));
}

}  // namespace app

#include "oauth/token.h"

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/base64.h"
#include "http/url.h"
#include "json/parse.h"
#include "oauth/scopes.h"

namespace oauth {

using base::Code;

namespace {

constexpr size_t kReplyBytesMax = size_t{64} * 1024;
constexpr int64_t kExpiresSecondsMax = int64_t{30} * 24 * 3600;
constexpr std::chrono::seconds kRetryAfterMax{3600};

http::Request token_request(const std::string& accounts_url, const ClientIdentity& client,
                            http::Parameters parameters) {
  http::Request request;
  request.method = http::Method::kPost;
  request.server_url = accounts_url;
  request.target = "/api/token";
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.add("Accept", "application/json");
  if (client.client_secret.empty()) {
    parameters.emplace_back("client_id", client.client_id);
  } else {
    // RFC 6749 section 2.3.1 encodes both parts first; for Spotify's plain letters and digits that changes nothing.
    const base::Secret pair(client.client_id + ":" + std::string(client.client_secret.reveal()));
    request.authorization = base::Secret("Basic " + crypto::base64_encode(pair.reveal()));
  }
  request.body = http::encode_query(parameters);
  return request;
}

std::unexpected<TokenFailure> failure(TokenFailure::Kind kind, Code code, std::string message, std::string detail) {
  return std::unexpected(TokenFailure{kind, {code, std::move(message), std::move(detail), std::nullopt}});
}

// RFC 6749 section 5.2: {"error": "...", "error_description": "..."}. Behind a proxy it may be a page instead.
std::string error_word(const http::Response& response) {
  const auto body = json::parse(response.body, {.bytes_max = kReplyBytesMax});
  if (!body) return {};
  return std::string(body->text_or_empty("error"));
}

std::unexpected<TokenFailure> read_failure(const http::Response& response) {
  const std::string word = response.status >= 400 && response.status < 500 ? error_word(response) : std::string();
  const std::string detail = fmt::format("token endpoint: status {}", response.status);
  if (word == "invalid_grant") {
    return failure(TokenFailure::Kind::kGrantEnded, Code::kUnauthenticated,
                   fmt::format("The Spotify login has ended. {}", kHowToLogIn), detail + ", invalid_grant");
  }
  if (word == "invalid_client") {
    return failure(TokenFailure::Kind::kClientRefused, Code::kUnauthenticated,
                   "Spotify does not accept this client id or client secret. Check spotify.client_id and "
                   "spotify.client_secret against the Spotify dashboard.",
                   detail + ", invalid_client");
  }
  if (response.status == 429) {
    auto refused = failure(TokenFailure::Kind::kTransient, Code::kRateLimited,
                           "Spotify asks us to wait before the login can be renewed. Try again later.", detail);
    const auto header = response.headers.find("Retry-After");
    const auto seconds = header ? base::parse_integer(base::trim(*header)) : std::nullopt;
    refused.error().error.retry_after =
        seconds && *seconds >= 0 ? std::min(std::chrono::seconds(*seconds), kRetryAfterMax) : std::chrono::seconds(5);
    return refused;
  }
  return failure(TokenFailure::Kind::kTransient, response.status >= 500 ? Code::kUnavailable : Code::kUpstream,
                 "Spotify's login service did not give a token. Try again in a minute.", detail);
}

std::unexpected<TokenFailure> unreadable(std::string_view what) {
  return failure(TokenFailure::Kind::kTransient, Code::kUpstream,
                 "Spotify's login service sent an answer that cannot be read. Try again in a minute.",
                 fmt::format("token endpoint: {}", what));
}

// Tokens travel in a header, so they are visible ASCII (RFC 6750 section 2.1), and bounded.
bool is_token(std::string_view text) {
  constexpr size_t kTokenBytesMax = 4096;
  if (text.empty() || text.size() > kTokenBytesMax) return false;
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace

http::Request exchange_request(const std::string& accounts_url, const ClientIdentity& client, Authorized authorized) {
  return token_request(accounts_url, client,
                       {{"grant_type", "authorization_code"},
                        {"code", std::string(authorized.code.reveal())},
                        {"redirect_uri", authorized.redirect_uri},
                        {"code_verifier", std::string(authorized.verifier.reveal())}});
}

http::Request refresh_request(const std::string& accounts_url, const ClientIdentity& client,
                              const base::Secret& refresh_token) {
  return token_request(accounts_url, client,
                       {{"grant_type", "refresh_token"}, {"refresh_token", std::string(refresh_token.reveal())}});
}

std::expected<TokenReply, TokenFailure> read_token_reply(const http::Response& response) {
  if (response.status != 200) return read_failure(response);
  const auto body = json::parse(response.body, {.bytes_max = kReplyBytesMax});
  if (!body || !body->is_object()) return unreadable("no JSON object");
  if (!base::equals_ignoring_case(body->text_or_empty("token_type"), "Bearer")) return unreadable("no bearer token");
  TokenReply reply;
  const std::string_view access = body->text_or_empty("access_token");
  if (!is_token(access)) return unreadable("no access_token");
  reply.access_token = base::Secret(std::string(access));
  const json::Value* refresh = body->find("refresh_token");
  if (refresh != nullptr && !refresh->is_null()) {
    if (!refresh->is_string() || !is_token(refresh->string())) return unreadable("a bad refresh_token");
    reply.refresh_token = base::Secret(refresh->string());
  }
  const json::Value* expires = body->find("expires_in");
  if (expires == nullptr || !expires->is_integer() || expires->integer() <= 0) return unreadable("no expires_in");
  reply.expires_in = std::chrono::seconds(std::min(expires->integer(), kExpiresSecondsMax));
  const json::Value* scope = body->find("scope");
  if (scope != nullptr && scope->is_string()) reply.scopes = split_scopes(scope->string());
  return reply;
}

}  // namespace oauth

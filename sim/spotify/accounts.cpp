#include "sim/spotify/accounts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "crypto/base64.h"
#include "sim/spotify/answer.h"
#include "sim/spotify/encoding.h"
#include "sim/spotify/pkce.h"
#include "sim/spotify/seeded.h"

namespace sim::spotify {
namespace {

constexpr auto kScopes = std::to_array<std::string_view>({
    "app-remote-control", "playlist-modify-private", "playlist-modify-public", "playlist-read-collaborative",
    "playlist-read-private", "streaming", "ugc-image-upload", "user-follow-modify", "user-follow-read",
    "user-library-modify", "user-library-read", "user-modify-playback-state", "user-read-currently-playing",
    "user-read-email", "user-read-playback-position", "user-read-playback-state", "user-read-private",
    "user-read-recently-played", "user-top-read",
});

std::string value_of(const http::Parameters& parameters, std::string_view name) {
  return std::string(http::find_parameter(parameters, name).value_or(""));
}

http::Response page(std::string_view text) { return html_response(400, "Error", text); }

}  // namespace

bool Access::has_scope(std::string_view scope) const {
  return std::ranges::find(scopes, scope) != scopes.end();
}

bool redirect_matches(std::string_view registered, std::string_view given) {
  if (registered == given) return true;
  const auto known = http::parse_url(registered);
  const auto url = http::parse_url(given);
  if (!known || !url) return false;
  const bool loopback = known->scheme == "http" && http::is_loopback_literal(known->host);
  return loopback && !known->port && url->scheme == "http" && url->host == known->host &&
         url->target == known->target;
}

Accounts::Accounts(World& world, const base::Clock& clock)
    : world_(world), config_(world.config), clock_(clock), random_(world.random) {}

const App* Accounts::find_app(std::string_view client_id) const {
  const auto found = std::ranges::find(config_.apps, client_id, &App::client_id);
  return found == config_.apps.end() ? nullptr : &*found;
}

std::optional<http::Response> Accounts::refuse_page(const http::Parameters& query, const App* app) const {
  if (app == nullptr) return page("INVALID_CLIENT: Invalid client");
  const std::string redirect = value_of(query, "redirect_uri");
  const auto url = http::parse_url(redirect);
  const bool insecure = url && url->scheme == "http" && !http::is_loopback_literal(url->host);
  if (insecure) return page("INVALID_CLIENT: Insecure redirect URI");
  const bool registered = std::ranges::any_of(
      app->redirect_uris, [&](const std::string& known) { return redirect_matches(known, redirect); });
  if (!registered) return page("INVALID_CLIENT: Invalid redirect URI");
  if (value_of(query, "response_type") != "code") return page("response_type must be code");
  for (const std::string& scope : split_words(value_of(query, "scope"))) {
    if (std::ranges::find(kScopes, scope) == kScopes.end()) return page("invalid_scope");
  }
  const std::string challenge = value_of(query, "code_challenge");
  const std::string method = value_of(query, "code_challenge_method");
  if (!challenge.empty() && method != "S256") return page("code_challenge_method must be S256");
  // A SHA-256 in base64url without padding has 43 characters.
  if (!method.empty() && challenge.size() != 43) return page("code_challenge is invalid");
  return std::nullopt;
}

http::Response Accounts::authorize(const http::Request& request) {
  const http::Parameters query = parse_form(http::split_target(request.target).query);
  const App* app = find_app(value_of(query, "client_id"));
  if (auto refused = refuse_page(query, app)) return std::move(*refused);

  http::Parameters back;
  if (config_.consent == Consent::kDeny) {
    back.emplace_back("error", "access_denied");
  } else {
    const std::string hint = value_of(query, "login_hint");
    Code code;
    code.client_id = app->client_id;
    code.user_id = world_.find_user(hint) != nullptr ? hint : config_.user;
    code.redirect_uri = value_of(query, "redirect_uri");
    code.challenge = value_of(query, "code_challenge");
    code.expires_at = clock_.wall() + kCodeLifetime;
    for (std::string& scope : split_words(value_of(query, "scope"))) {
      const auto& withheld = config_.withheld_scopes;
      if (std::ranges::find(withheld, scope) == withheld.end()) code.scopes.push_back(std::move(scope));
    }
    std::string text = "AQC-sim-" + random_base62(random_, 80);
    back.emplace_back("code", text);
    codes_.emplace(std::move(text), std::move(code));
  }
  if (const auto state = http::find_parameter(query, "state")) {
    back.emplace_back("state", config_.consent == Consent::kForgedState ? "forged" : *state);
  }

  const std::string redirect = value_of(query, "redirect_uri");
  http::Response response = empty_response(302);
  response.headers.add("Location", redirect + (redirect.contains('?') ? "&" : "?") + http::encode_query(back));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Accounts::Outcome<Accounts::Caller> Accounts::identify(const http::Request& request,
                                                       const http::Parameters& form) const {
  const std::string_view authorization = request.authorization.reveal();
  if (authorization.empty()) {
    const App* app = find_app(value_of(form, "client_id"));
    if (app == nullptr) return std::unexpected(OauthError{"invalid_client", "Invalid client"});
    return Caller{app, ClientKind::kPublic};
  }
  if (!authorization.starts_with("Basic ")) {
    return std::unexpected(OauthError{"invalid_client", "Invalid client"});
  }
  const std::string pair = crypto::base64_decode(authorization.substr(6)).value_or("");
  const size_t colon = std::min(pair.find(':'), pair.size());
  const App* app = find_app(std::string_view(pair).substr(0, colon));
  if (app == nullptr) return std::unexpected(OauthError{"invalid_client", "Invalid client"});
  if (pair.substr(std::min(colon + 1, pair.size())) != app->client_secret) {
    return std::unexpected(OauthError{"invalid_client", "Invalid client secret"});
  }
  return Caller{app, ClientKind::kConfidential};
}

http::Response Accounts::token(const http::Request& request) {
  const auto type = request.headers.find("Content-Type").value_or("");
  const bool is_form = type.starts_with("application/x-www-form-urlencoded");
  const http::Parameters form = is_form ? parse_form(request.body) : http::Parameters();
  const std::string grant = value_of(form, "grant_type");
  const auto run = [&]() -> Outcome<json::Object> {
    if (grant.empty()) {
      return std::unexpected(OauthError{"unsupported_grant_type", "grant_type parameter is missing"});
    }
    if (grant != "authorization_code" && grant != "refresh_token" && grant != "client_credentials") {
      return std::unexpected(OauthError{
          "unsupported_grant_type",
          "grant_type must be client_credentials, authorization_code or refresh_token"});
    }
    TRY(const Caller caller, identify(request, form));
    if (grant == "authorization_code") return exchange_code(caller, form);
    if (grant == "refresh_token") return refresh(caller, form);
    return client_credentials(caller);
  };
  auto outcome = run();
  http::Response response =
      outcome ? json_response(200, std::move(*outcome))
              : json_response(400, json::Object{{"error", outcome.error().code},
                                                {"error_description", outcome.error().description}});
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Accounts::Outcome<json::Object> Accounts::exchange_code(const Caller& caller, const http::Parameters& form) {
  const auto invalid = [](std::string description) {
    return std::unexpected(OauthError{"invalid_grant", std::move(description)});
  };
  const std::string text = value_of(form, "code");
  if (text.empty()) return std::unexpected(OauthError{"invalid_request", "code must be supplied"});
  const auto found = codes_.find(text);
  if (found == codes_.end() || found->second.client_id != caller.app->client_id) {
    return invalid("Invalid authorization code");
  }
  // A code is spent by the first attempt, whether that succeeds or not.
  const Code code = std::move(found->second);
  codes_.erase(found);
  const base::Wall now = clock_.wall();
  if (now >= code.expires_at) return invalid("Authorization code expired");
  if (value_of(form, "redirect_uri") != code.redirect_uri) return invalid("Invalid redirect URI");
  if (!code.challenge.empty()) {
    const std::string verifier = value_of(form, "code_verifier");
    if (verifier.empty()) return std::unexpected(OauthError{"invalid_request", "code_verifier required"});
    if (!pkce_matches(verifier, code.challenge)) return invalid("code_verifier was incorrect");
  } else if (caller.kind == ClientKind::kPublic) {
    return std::unexpected(OauthError{"invalid_client", "Invalid client secret"});
  }

  std::string refresh_token = "AQR-sim-" + random_base62(random_, 100);
  refresh_.emplace(refresh_token, Refresh{caller.app->client_id, code.user_id, code.scopes, now, caller.kind});
  return json::Object{{"access_token", new_access(caller.app->client_id, code.user_id, code.scopes)},
                      {"token_type", "Bearer"},
                      {"scope", fmt::format("{}", fmt::join(code.scopes, " "))},
                      {"expires_in", static_cast<int64_t>(kAccessTokenLifetime.count())},
                      {"refresh_token", std::move(refresh_token)}};
}

Accounts::Outcome<json::Object> Accounts::refresh(const Caller& caller, const http::Parameters& form) {
  const auto invalid = [](std::string description) {
    return std::unexpected(OauthError{"invalid_grant", std::move(description)});
  };
  const std::string text = value_of(form, "refresh_token");
  if (text.empty()) return std::unexpected(OauthError{"invalid_request", "refresh_token must be supplied"});
  const auto found = refresh_.find(text);
  if (found == refresh_.end() || found->second.client_id != caller.app->client_id) {
    return invalid("Invalid refresh token");
  }
  Refresh& grant = found->second;
  if (grant.is_revoked) return invalid("Refresh token revoked");
  if (clock_.wall() >= grant.authorized_at + kRefreshTokenLifetime) return invalid("Refresh token expired");
  if (grant.client == ClientKind::kConfidential && caller.kind == ClientKind::kPublic) {
    return std::unexpected(OauthError{"invalid_client", "Invalid client secret"});
  }
  if (const auto older = refresh_.find(std::exchange(grant.predecessor, {})); older != refresh_.end()) {
    older->second.is_revoked = true;
  }
  json::Object answer{{"access_token", new_access(grant.client_id, grant.user_id, grant.scopes)},
                      {"token_type", "Bearer"},
                      {"scope", fmt::format("{}", fmt::join(grant.scopes, " "))},
                      {"expires_in", static_cast<int64_t>(kAccessTokenLifetime.count())}};
  if (auto fresh = rotate(text, grant)) answer.append("refresh_token", std::move(*fresh));
  return answer;
}

std::optional<std::string> Accounts::rotate(const std::string& token, Refresh& grant) {
  if (config_.refresh_mode == RefreshMode::kNever) return std::nullopt;
  Refresh successor = grant;
  successor.predecessor = config_.refresh_mode == RefreshMode::kGrace ? token : "";
  grant.is_revoked = config_.refresh_mode == RefreshMode::kStrict;
  std::string text = "AQR-sim-" + random_base62(random_, 100);
  refresh_.emplace(text, std::move(successor));
  return text;
}

Accounts::Outcome<json::Object> Accounts::client_credentials(const Caller& caller) {
  if (caller.kind == ClientKind::kPublic) {
    return std::unexpected(OauthError{"invalid_client", "Invalid client secret"});
  }
  return json::Object{{"access_token", new_access(caller.app->client_id, std::nullopt, {})},
                      {"token_type", "Bearer"},
                      {"expires_in", static_cast<int64_t>(kAccessTokenLifetime.count())}};
}

std::string Accounts::new_access(std::string_view client_id, std::optional<std::string> user_id,
                                 std::vector<std::string> scopes) {
  std::string text = "BQA-sim-" + random_base62(random_, 120);
  access_.emplace(text, Access{std::string(client_id), std::move(user_id), std::move(scopes),
                               clock_.wall() + kAccessTokenLifetime});
  return text;
}

const Access* Accounts::find(std::string_view access_token) const {
  const auto found = access_.find(access_token);
  return found == access_.end() ? nullptr : &found->second;
}

void Accounts::expire(std::string_view access_token) {
  if (const auto found = access_.find(access_token); found != access_.end()) {
    found->second.expires_at = clock_.wall();
  }
}

void Accounts::revoke(std::string_view user_id) {
  std::erase_if(access_, [user_id](const auto& item) { return item.second.user_id == user_id; });
  for (auto& [text, grant] : refresh_) {
    if (grant.user_id == user_id) grant.is_revoked = true;
  }
}

Tokens Accounts::issue(std::string_view user_id, std::vector<std::string> scopes) {
  const std::string client_id = config_.apps.front().client_id;
  Tokens tokens;
  tokens.refresh = "AQR-sim-" + random_base62(random_, 100);
  refresh_.emplace(tokens.refresh,
                   Refresh{client_id, std::string(user_id), scopes, clock_.wall(), ClientKind::kPublic});
  tokens.access = new_access(client_id, std::string(user_id), std::move(scopes));
  return tokens;
}

size_t Accounts::live_refresh_tokens() const {
  const base::Wall now = clock_.wall();
  return static_cast<size_t>(std::ranges::count_if(refresh_, [now](const auto& item) {
    return !item.second.is_revoked && now < item.second.authorized_at + kRefreshTokenLifetime;
  }));
}

}  // namespace sim::spotify

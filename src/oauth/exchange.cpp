#include "oauth/exchange.h"

#include <utility>

namespace oauth {

using base::Code;
using base::fail;

base::Task<base::Result<std::expected<TokenReply, TokenFailure>>> ask_for_token(
    http::Client& client, ClientIdentity identity, std::function<http::Request(const ClientIdentity&)> make) {
  auto sending = client.send(make(identity));
  CO_TRY(const http::Response response, co_await std::move(sending));
  auto reply = read_token_reply(response);
  const bool refused = !reply && reply.error().kind == TokenFailure::Kind::kClientRefused;
  if (!refused || identity.previous_secret.empty()) co_return reply;
  identity.client_secret = std::move(identity.previous_secret);
  auto again = client.send(make(identity));
  CO_TRY(const http::Response second, co_await std::move(again));
  co_return read_token_reply(second);
}

base::Task<base::Result<store::Grant>> exchange_code(http::Client& client, const base::Clock& clock,
                                                     ExchangeRequest request) {
  auto make = [&request](const ClientIdentity& identity) {
    http::Request exchange = exchange_request(request.accounts_url, identity, request.authorized.clone());
    exchange.deadline = request.deadline;
    return exchange;
  };
  auto asking = ask_for_token(client, request.client.clone(), std::move(make));
  CO_TRY(auto reply, co_await std::move(asking));
  if (!reply) {
    TokenFailure failure = std::move(reply).error();
    if (failure.kind == TokenFailure::Kind::kGrantEnded) {
      co_return fail(Code::kUnauthenticated,
                     "Spotify did not accept the answer of the browser: it was used before, is too old, or the "
                     "redirect address is not the registered one. Start the login again.",
                     std::move(failure.error.detail));
    }
    co_return std::unexpected(std::move(failure.error));
  }
  if (!reply->refresh_token) {
    co_return fail(Code::kUpstream, "Spotify gave no lasting login. Start the login again.", "no refresh_token");
  }
  const base::Wall now = clock.wall();
  store::Grant grant;
  grant.scopes = reply->scopes ? std::move(*reply->scopes) : std::move(request.asked_scopes);
  grant.access_token = std::move(reply->access_token);
  grant.refresh_token = std::move(*reply->refresh_token);
  grant.access_expires_at = now + reply->expires_in;
  grant.authorized_at = now;
  co_return grant;
}

}  // namespace oauth

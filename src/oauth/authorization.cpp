#include "oauth/authorization.h"

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/constant_time.h"
#include "crypto/random_text.h"
#include "http/url.h"
#include "oauth/scopes.h"

namespace oauth {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr size_t kStateBytes = 32;
constexpr size_t kQueryBytesMax = 8192;

Result<Authorized> refused_by(std::string_view error) {
  // RFC 6749 section 4.1.2.1. Spotify's words are not repeated: anyone can send a browser to this address.
  if (error == "access_denied") {
    return fail(Code::kForbidden, "The login was denied in the browser. Start it again and choose Agree to allow it.");
  }
  if (error == "invalid_scope") {
    return fail(Code::kForbidden, "Spotify does not know a permission that was asked for. Check spotify.scopes.");
  }
  return fail(Code::kForbidden, "Spotify refused the login. Check the client id and the redirect address in the "
                                "Spotify dashboard, then start again.");
}

}  // namespace

PendingAuthorization::PendingAuthorization(base::Random& random, const AuthorizationRequest& request,
                                           base::Instant expires_at)
    : redirect_uri_(request.redirect_uri),
      expires_at_(expires_at),
      pkce_(make_pkce(random)),
      state_(crypto::random_token(random, kStateBytes)) {
  url_ = request.accounts_url + "/authorize?" +
         http::encode_query({{"client_id", request.client_id},
                             {"response_type", "code"},
                             {"redirect_uri", redirect_uri_.text()},
                             {"scope", join_scopes(request.scopes)},
                             {"state", std::string(state_.reveal())},
                             {"code_challenge_method", "S256"},
                             {"code_challenge", pkce_.challenge}});
}

Result<Authorized> PendingAuthorization::accept(std::string_view query, base::Instant now) {
  if (!open_) return fail(Code::kConflict, "This login has been answered already. Start a new one.");
  if (now >= expires_at_) {
    open_ = false;
    return fail(Code::kDeadline, "The time for this login is over. Start a new one.");
  }
  const auto foreign = [] {
    return fail(Code::kInvalidArgument,
                "This is not the answer to the login that waits here. Use the address that this login opened.");
  };
  if (query.size() > kQueryBytesMax) return foreign();
  const auto parameters = http::parse_query(query);
  if (!parameters) return foreign();
  const auto state = http::find_parameter(*parameters, "state");
  if (!state || !crypto::equal(*state, state_.reveal())) return foreign();

  // From here on the answer is from someone who saw our state; the login is used up whatever it says.
  open_ = false;
  if (const auto error = http::find_parameter(*parameters, "error")) return refused_by(*error);
  const auto code = http::find_parameter(*parameters, "code");
  if (!code || code->empty()) {
    return fail(Code::kUpstream, "Spotify's answer holds no code. Start the login again.");
  }
  return Authorized{.code = base::Secret(std::string(*code)),
                    .verifier = std::move(pkce_.verifier),
                    .redirect_uri = redirect_uri_.text()};
}

Result<Authorized> PendingAuthorization::accept_pasted(std::string_view text, base::Instant now) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  text = base::trim(text);
  const size_t question = text.find('?');
  const std::string_view address = question == std::string_view::npos ? "" : text.substr(0, question);
  if (question != std::string_view::npos) text.remove_prefix(question + 1);
  if (!address.empty() && address != redirect_uri_.text()) {
    return fail(Code::kInvalidArgument, fmt::format("Paste the whole address that the browser ended on; it begins "
                                                    "with {}.",
                                                    redirect_uri_.text()));
  }
  if (const size_t fragment = text.find('#'); fragment != std::string_view::npos) text = text.substr(0, fragment);
  return accept(text, now);
}

}  // namespace oauth

#include "app/browser_binding.h"

#include <optional>
#include <utility>

#include "crypto/bytes.h"
#include "crypto/constant_time.h"
#include "crypto/random_text.h"
#include "http/cookie.h"
#include "http/url.h"

namespace app {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr size_t kNameBytes = 6;
constexpr const char* kStart = "/login";

// Compared by their digests, so that neither the time nor what is kept tells the value.
bool is_of(const crypto::Digest& digest, std::string_view value) {
  return crypto::equal(crypto::to_hex(digest), crypto::to_hex(crypto::sha256(value)));
}

std::unexpected<base::Error> stranger(std::string_view why) {
  return base::fail(base::Code::kInvalidArgument,
                    "This is not the browser that this login was begun in. Open the address of the login, and stay in "
                    "that browser.",
                    std::string(why));
}

}  // namespace

BrowserBinding::BrowserBinding(base::Random& random, std::string path, std::chrono::seconds lives)
    : path_(http::is_cookie_path(path) ? std::move(path) : "/"),
      lives_(lives),
      // A name for each login, so that two of them, on two ports of one address, do not take each other's cookie away.
      name_("spotify_mcp_login_" + crypto::random_token(random, kNameBytes)),
      start_path_(path_.starts_with(kStart) ? path_ + "/open" : kStart),
      key_(crypto::random_token(random, kSecretBytes)),
      cookie_(),
      random_(random) {}

std::string BrowserBinding::start_target() const { return start_path_ + "?key=" + key_; }

base::Result<std::vector<std::string>> BrowserBinding::open(const http::Request& request) {
  const auto parameters = http::parse_query(http::split_target(request.target).query);
  const auto key = parameters ? http::find_parameter(*parameters, "key") : std::nullopt;
  if (!key || !is_of(crypto::sha256(key_), *key)) return stranger("no address of a login");
  // A browser that prepares for a click may not use the address up.
  if (request.headers.find("Sec-Purpose") || request.headers.find("Purpose")) return stranger("a look ahead");
  if (opened_) {
    TRY_VOID(check(request));
    return std::vector<std::string>();
  }
  opened_ = true;
  const std::string value = crypto::random_token(random_, kSecretBytes);
  cookie_ = crypto::sha256(value);
  std::vector<std::string> fields;
  // Other programs listen on other ports of this address, and get every cookie whose path fits.
  fields.push_back(http::set_cookie({.name = name_, .value = value, .path = path_, .lives = lives_}));
  if (!start_path_.starts_with(path_)) {
    fields.push_back(http::set_cookie({.name = name_, .value = value, .path = start_path_, .lives = lives_}));
  }
  return fields;
}

base::Result<void> BrowserBinding::check(const http::Request& request) const {
  if (!opened_) return stranger("an answer before the login was opened");
  TRY(const std::optional<std::string> value, http::find_cookie(request.headers, name_));
  if (!value) return stranger("another browser");
  if (!is_of(cookie_, *value)) return stranger("a cookie of another login");
  return {};
}

}  // namespace app

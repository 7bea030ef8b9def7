// What a simulator can be told when it is made, and the constants that a client of it needs to know.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sim/spotify/faults.h"

namespace sim::spotify {

// The application that is registered from the start. Invented, and refused by the real service.
inline constexpr std::string_view kClientId = "51b0c0de51b0c0de51b0c0de51b0c0de";
inline constexpr std::string_view kClientSecret = "fa4e5ec4e7fa4e5ec4e7fa4e5ec4e7fa";
// Registered without a port, so any port of these addresses is accepted.
inline constexpr std::string_view kRedirectIpv4 = "http://127.0.0.1/callback";
inline constexpr std::string_view kRedirectIpv6 = "http://[::1]/callback";

// The people of the world. Name one of them as `login_hint` of /authorize.
inline constexpr std::string_view kDefaultUser = "sim-listener";  // Premium, with a full library.
inline constexpr std::string_view kFriendUser = "sim-friend";     // Premium, few things.
inline constexpr std::string_view kFreeUser = "sim-free";         // No Premium: player commands are refused.
inline constexpr std::string_view kStrangerUser = "sim-stranger"; // Not on the app's list of users: 403 everywhere.

// Which set of operations and fields the app's client id sees.
enum class Regime {
  kDev2026,    // Development mode since February 2026: 49 operations, short pages, `items`/`item`.
  kDevLegacy,  // An older development-mode id: every operation, both namings at once.
  kExtended,   // Extended quota: every operation, the old naming.
};
std::optional<Regime> parse_regime(std::string_view name);
std::string_view regime_name(Regime regime);

// What a refresh does to the refresh token.
enum class RefreshMode {
  kNever,   // It stays, and the answer holds none.
  kGrace,   // A new one comes; the old one works until the new one is first used.
  kStrict,  // A new one comes; the old one is revoked at once.
  kKeep,    // A new one comes, and the old one goes on working.
};
std::optional<RefreshMode> parse_refresh_mode(std::string_view name);

enum class Consent {
  kAllow,
  kDeny,
  kForgedState,  // The callback comes back with a code and another state, as an attacker's would.
};
std::optional<Consent> parse_consent(std::string_view name);

// Whose country decides what can be played when a request of a person names a market.
enum class MarketRule {
  kParameter,  // That of the request, as it is in practice.
  kAccount,    // That of the account, as the documentation says.
};

// What reads of the player show while the active device is in a private session.
enum class PrivateSession {
  kSilent,  // 204, as if nothing played.
  kNoItem,  // The state without its item.
};

// The body of a player command that succeeded.
enum class CommandReply {
  kNoContent,   // 204
  kOpaqueText,  // 200 with a short text that is no JSON, as the service has answered since August 2024.
};

// 3,600 s; the authorization code 10 minutes; the refresh token six months from the login, whatever is refreshed.
inline constexpr std::chrono::seconds kAccessTokenLifetime{3600};
inline constexpr std::chrono::minutes kCodeLifetime{10};
inline constexpr std::chrono::days kRefreshTokenLifetime{182};

struct App {
  std::string client_id;
  std::string client_secret;
  std::vector<std::string> redirect_uris;
};
App default_app();

// What Spotify does not publish about its limits, as numbers. 0 means no limit.
struct Quota {
  int per_day = 0;         // Requests of each bucket in any 24 hours; development mode only.
  int per_30_seconds = 0;  // Requests of the app in any 30 seconds.
};

class Catalogue;

struct Config {
  uint64_t seed = 1;
  // Catalogue::generate(seed), where many worlds share one; null makes it.
  std::shared_ptr<const Catalogue> catalogue{};
  Regime regime = Regime::kDev2026;
  RefreshMode refresh_mode = RefreshMode::kNever;
  Consent consent = Consent::kAllow;
  CommandReply command_reply = CommandReply::kNoContent;
  PrivateSession private_session = PrivateSession::kSilent;
  // Scopes that the user unticks: they are missing from what is granted.
  std::vector<std::string> withheld_scopes{};
  std::vector<App> apps{default_app()};
  std::string user{kDefaultUser};
  // Every n-th playlist of a search answer is null, as hidden ones are. 0 is none.
  int null_playlist_every = 4;
  // For so long after a player command GET /me/player shows the state from before it.
  std::chrono::milliseconds player_lag{0};
  // For so long after a change of the library or of a playlist its reads show the state from before it.
  std::chrono::milliseconds write_lag{0};
  // An active device that has been paused for so long is gone from the list. 0 is never.
  std::chrono::seconds device_idle{0};
  // Of the default user's account.
  std::string country = "US";
  MarketRule market_rule = MarketRule::kParameter;
  Quota quota{};
  FaultPlan faults{};
};

}  // namespace sim::spotify

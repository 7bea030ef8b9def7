// What a refusal of Spotify means (status and reason first, its words second), said so that the reader knows what to do
// next. Spotify's own words go into `detail`, cut short, and never into `message`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "spotify/operation.h"

namespace spotify {

// A closed set behind the error codes, for callers that want to add something, such as the list of devices.
enum class Cause {
  kLogin,              // The token is not accepted, even after a refresh.
  kScope,              // The login lacks a permission.
  kOwnerNotPremium,    // The owner of the Spotify app has no Premium.
  kNotRegistered,      // The user is not on the app's list.
  kNotYours,           // A playlist of somebody else.
  kNotPremium,         // The user has no Premium.
  kNotOffered,         // This app may not call this endpoint.
  kRestriction,        // The player does not allow it in its present state.
  kVolumeFixed,        // The device's volume cannot be set.
  kNoActiveDevice,
  kDeviceNotFound,
  kNotFound,
  kStaleSnapshot,
  kPlaylistFull,
  kBadRequest,
  kTooLarge,
  kRateLimited,        // A short wait.
  kQuotaExceeded,      // A long one.
  kUpstream,           // Spotify failed, or sent what cannot be read.
  kMayHaveHappened,    // A write was sent and no answer came: look before repeating it.
};

// The cause of an error that this folder made; nothing for others.
std::optional<Cause> cause_of(const base::Error& error);
std::string_view cause_name(Cause cause);

base::Error make_error(Cause cause, base::Code code, std::string message, std::string_view upstream = {});

// For every status that is not 2xx. `now` makes the clock time of a wait; `wait_max` separates short from long.
base::Error error_of(const OperationInfo& operation, const http::Response& response, base::Wall now,
                     std::chrono::seconds wait_max);
// The login lacks a permission; `scopes` says which, in words, or is empty where that is not known.
base::Error scope_error(std::string_view scopes, std::string_view upstream);
// The wait that a 429 asks for: Retry-After, or a default where it is missing.
struct Wait {
  std::chrono::seconds duration{0};
  enum class Kind { kShort, kLong } kind = Kind::kShort;
};
Wait wait_of(const http::Response& response, std::chrono::seconds wait_max);
// "Spotify takes no more requests of this kind until 14:05 UTC (in 3 hours)."
base::Error blocked_error(Bucket bucket, base::Wall until, base::Wall now);
// No complete answer came to a write that may have arrived.
base::Error may_have_happened(const OperationInfo& operation, const base::Error& why);

}  // namespace spotify

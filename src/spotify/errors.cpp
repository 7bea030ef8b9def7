#include "spotify/errors.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "json/parse.h"

namespace spotify {
namespace {

using base::Code;
using std::chrono::seconds;

constexpr size_t kUpstreamShownMax = 200;
constexpr seconds kWaitWithoutHeader{5};
constexpr seconds kQuotaWaitWithoutHeader{3600};
constexpr seconds kWaitLongest{7 * 24 * 3600};

constexpr std::array<std::pair<Cause, std::string_view>, 20> kNames{{
    {Cause::kLogin, "login"},
    {Cause::kScope, "scope"},
    {Cause::kOwnerNotPremium, "owner_not_premium"},
    {Cause::kNotRegistered, "not_registered"},
    {Cause::kNotYours, "not_yours"},
    {Cause::kNotPremium, "not_premium"},
    {Cause::kNotOffered, "not_offered"},
    {Cause::kRestriction, "restriction"},
    {Cause::kVolumeFixed, "volume_fixed"},
    {Cause::kNoActiveDevice, "no_active_device"},
    {Cause::kDeviceNotFound, "device_not_found"},
    {Cause::kNotFound, "not_found"},
    {Cause::kStaleSnapshot, "stale_snapshot"},
    {Cause::kPlaylistFull, "playlist_full"},
    {Cause::kBadRequest, "bad_request"},
    {Cause::kTooLarge, "too_large"},
    {Cause::kRateLimited, "rate_limited"},
    {Cause::kQuotaExceeded, "quota_exceeded"},
    {Cause::kUpstream, "upstream"},
    {Cause::kMayHaveHappened, "may_have_happened"},
}};

// What Spotify said: the reason word, and the message in lower case for matching.
struct Refusal {
  std::string reason;
  std::string message;
  std::string lower;

  bool says(std::string_view words) const { return lower.contains(words); }
};

Refusal read_refusal(const http::Response& response) {
  Refusal refusal;
  const std::string_view body = response.body;
  const auto document = json::parse(body);
  const json::Value* error = document ? document->find("error") : nullptr;
  if (error != nullptr && error->is_object()) {
    refusal.reason = error->text_or_empty("reason");
    refusal.message = error->text_or_empty("message");
  } else if (!document) {
    // Several refusals are plain text, or a page of a proxy.
    refusal.message = body.substr(0, 4 * kUpstreamShownMax);
  }
  refusal.lower = base::to_lower_ascii(refusal.message);
  return refusal;
}

std::string shortened(std::string_view upstream) {
  std::string out(upstream.substr(0, kUpstreamShownMax));
  std::ranges::replace_if(out, [](char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return out;
}

std::string in_words(seconds wait) {
  const auto count = std::max<int64_t>(wait.count(), 1);
  const auto plural = [](int64_t number, std::string_view unit) {
    return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
  };
  if (count < 120) return plural(count, "second");
  if (count < 7200) return plural((count + 59) / 60, "minute");
  return plural((count + 3599) / 3600, "hour");
}

base::Error with_wait(base::Error error, seconds wait) {
  error.retry_after = wait;
  return error;
}

bool is_playlist_write(const OperationInfo& operation) {
  return operation.bucket == Bucket::kPlaylists && operation.repeat != Repeat::kRead;
}

base::Error unauthorized(const OperationInfo& operation, const Refusal& refusal, std::string_view upstream) {
  if (refusal.says("permissions missing")) return scope_error(operation.scopes, upstream);
  return make_error(Cause::kLogin, Code::kUnauthenticated,
                    "Spotify does not accept this login any more. Log in again with get_auth_url where it is offered, "
                    "or the person runs `spotify-mcp-server login`.",
                    upstream);
}

// What concerns the app or the account as a whole, whatever was asked.
std::optional<base::Error> account_refusal(const Refusal& refusal, std::string_view upstream) {
  if (refusal.says("subscription required for the owner")) {
    return make_error(Cause::kOwnerNotPremium, Code::kForbidden,
                      "The owner of the Spotify app has no active Premium subscription, so Spotify refuses every "
                      "request. Renew it; it can take a few hours until requests are allowed again.",
                      upstream);
  }
  if (refusal.says("not registered") || refusal.says("may not be registered")) {
    return make_error(Cause::kNotRegistered, Code::kForbidden,
                      "This Spotify account is not on the user list of the Spotify app. Its owner can add it under "
                      "User Management on developer.spotify.com/dashboard.",
                      upstream);
  }
  return std::nullopt;
}

base::Error player_refusal(const OperationInfo& operation, const Refusal& refusal, std::string_view upstream) {
  if (refusal.reason == "PREMIUM_REQUIRED" || refusal.says("premium required")) {
    return make_error(Cause::kNotPremium, Code::kForbidden,
                      "Controlling playback needs Spotify Premium on this account. Reading what plays works without.",
                      upstream);
  }
  if (refusal.reason == "VOLUME_CONTROL_DISALLOW" || refusal.says("cannot control device volume")) {
    return make_error(Cause::kVolumeFixed, Code::kConflict,
                      "The volume of this device cannot be set from here. Set it on the device, or choose another.",
                      upstream);
  }
  if (refusal.reason == "DEVICE_NOT_CONTROLLABLE" || refusal.reason == "REMOTE_CONTROL_DISALLOW") {
    return make_error(Cause::kRestriction, Code::kConflict,
                      "This device takes no commands from here. Choose another device.", upstream);
  }
  const bool to_device = operation.operation == Operation::kAddToQueue;
  return make_error(Cause::kRestriction, Code::kConflict,
                    to_device ? "The player does not take this now. Queue to the device that is active, while it plays."
                              : "The player does not allow this in its present state, such as pausing what is paused "
                                "or skipping at the end. Look at the playback state before trying again.",
                    upstream);
}

base::Error forbidden(const OperationInfo& operation, const Refusal& refusal, std::string_view upstream) {
  if (auto error = account_refusal(refusal, upstream)) return *std::move(error);
  if (refusal.says("insufficient client scope") || refusal.says("permissions missing")) {
    return scope_error(operation.scopes, upstream);
  }
  if (operation.bucket == Bucket::kPlayer) {
    const bool says_why = !refusal.reason.empty() || refusal.says("player command failed") || refusal.says("premium");
    if (says_why) return player_refusal(operation, refusal, upstream);
  }
  if (is_playlist_write(operation)) {
    return make_error(Cause::kNotYours, Code::kForbidden,
                      "Spotify does not let this account change that playlist: it belongs to somebody else. Copy its "
                      "items to a playlist of your own instead.",
                      upstream);
  }
  if (operation.operation == Operation::kGetPlaylistItems) {
    return make_error(Cause::kNotYours, Code::kForbidden,
                      "Spotify gives the content of a playlist only to its owner and collaborators. Its name and "
                      "description can still be read.",
                      upstream);
  }
  return make_error(Cause::kNotOffered, Code::kForbidden,
                    "Spotify does not allow this app to do that. Apps in Development Mode have fewer operations; "
                    "there is nothing to retry.",
                    upstream);
}

base::Error not_found(const OperationInfo& operation, const Refusal& refusal, std::string_view upstream) {
  if (refusal.reason == "NO_ACTIVE_DEVICE" || refusal.says("no active device")) {
    return make_error(Cause::kNoActiveDevice, Code::kConflict,
                      "No active device. Name a device, or open Spotify on one and start playing there.", upstream);
  }
  if (refusal.says("device not found") || (operation.bucket == Bucket::kPlayer && operation.what == "device")) {
    return make_error(Cause::kDeviceNotFound, Code::kNotFound,
                      "This device is not online. List the devices again; their ids change.", upstream);
  }
  if (operation.what == "playlist") {
    return make_error(Cause::kNotFound, Code::kNotFound,
                      "There is no such playlist, or Spotify does not show it to this app (its own and algorithmic "
                      "playlists are hidden). Check the id.",
                      upstream);
  }
  if (operation.what == "audiobook") {
    return make_error(Cause::kNotFound, Code::kNotFound,
                      "Spotify knows no such audiobook, or does not offer it in this country: there are audiobooks in "
                      "the US, the UK, Canada, Ireland, New Zealand and Australia. Check the id and the market.",
                      upstream);
  }
  return make_error(Cause::kNotFound, Code::kNotFound,
                    fmt::format("Spotify knows no such {}. Check the id, or search for it.", operation.what),
                    upstream);
}

base::Error bad_request(const OperationInfo& operation, const Refusal& refusal, std::string_view upstream) {
  const auto invalid = [&](Cause cause, std::string message) {
    return make_error(cause, Code::kInvalidArgument, std::move(message), upstream);
  };
  if (refusal.says("version tag")) {
    return make_error(Cause::kStaleSnapshot, Code::kConflict,
                      "The snapshot id is not one of this playlist. Read the playlist again and use the id it shows.",
                      upstream);
  }
  if (refusal.says("size limit")) {
    return make_error(Cause::kPlaylistFull, Code::kConflict,
                      "The playlist is full: Spotify allows 10,000 items. Remove some, or use another playlist.",
                      upstream);
  }
  if (refusal.says("base62") || refusal.says("invalid id")) {
    return invalid(Cause::kBadRequest, fmt::format("Spotify does not know this {} id. Search for the {} again.",
                                                   operation.what, operation.what));
  }
  if (refusal.says("have offset for context")) {
    return invalid(Cause::kBadRequest, "Playing an artist cannot begin at a certain track. Leave the offset out.");
  }
  if (operation.operation == Operation::kPlay && refusal.says("offset")) {
    return invalid(Cause::kBadRequest,
                   "There is no such place in what is to be played: offset_position counts from 0 and is below the "
                   "number of its items, and offset_uri is one of them.");
  }
  if (is_playlist_write(operation) && refusal.says("out of bounds")) {
    return invalid(Cause::kBadRequest, "There is no such place in the playlist. Places count from 0; read it again.");
  }
  if (refusal.says("context uri") || refusal.says("context_uri")) {
    return invalid(Cause::kBadRequest, "Spotify cannot play this context. Give an album, artist, playlist or show.");
  }
  if (refusal.says("market")) {
    return invalid(Cause::kBadRequest, "Spotify does not know this market. Leave the market out.");
  }
  if (refusal.says("invalid limit") || refusal.says("invalid offset")) {
    return invalid(Cause::kBadRequest,
                   "Spotify does not give this part of the list. Ask for less, or from earlier on.");
  }
  if (refusal.says("no search query")) {
    return invalid(Cause::kBadRequest, "The search text is empty. Say what to look for.");
  }
  return invalid(Cause::kBadRequest,
                 "Spotify refused the values of this request. Check the ids and numbers; the same request would be "
                 "refused again.");
}

base::Error too_many(const OperationInfo& operation, const Refusal& refusal, const http::Response& response,
                     base::Wall now, seconds wait_max, std::string_view upstream) {
  const Wait wait = wait_of(response, wait_max);
  if (wait.kind == Wait::Kind::kLong) {
    base::Error error = blocked_error(operation.bucket, now + wait.duration, now);
    error.detail += fmt::format(" {}{}", refusal.reason.empty() ? "" : "by quota: ", upstream);
    return error;
  }
  return with_wait(make_error(Cause::kRateLimited, Code::kRateLimited,
                              fmt::format("Spotify asks to wait {}. {}Try again after that.", in_words(wait.duration),
                                          operation.repeat == Repeat::kRead ? "" : "Nothing was changed. "),
                              upstream),
                   wait.duration);
}

base::Error too_large(std::string_view upstream) {
  return make_error(Cause::kTooLarge, Code::kInvalidArgument,
                    "This is more than Spotify takes in one request. Send fewer items at once.", upstream);
}

}  // namespace

std::string_view cause_name(Cause cause) {
  const auto* const found = std::ranges::find(kNames, cause, &std::pair<Cause, std::string_view>::first);
  return found == kNames.end() ? "" : found->second;
}

std::optional<Cause> cause_of(const base::Error& error) {
  const std::string_view detail = error.detail;
  const std::string_view word = detail.substr(0, detail.find(':'));
  const auto* const found = std::ranges::find(kNames, word, &std::pair<Cause, std::string_view>::second);
  return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

base::Error make_error(Cause cause, Code code, std::string message, std::string_view upstream) {
  return {code, std::move(message), fmt::format("{}: {}", cause_name(cause), shortened(upstream)), std::nullopt};
}

base::Error scope_error(std::string_view scopes, std::string_view upstream) {
  const std::string lacking = scopes.empty() ? "" : fmt::format(" ({})", scopes);
  return make_error(Cause::kScope, Code::kForbidden,
                    fmt::format("The login lacks a permission for this{}. Log in again and allow it: with get_auth_url "
                                "where it is offered, or the person runs `spotify-mcp-server login` with the "
                                "--config, --toolsets and --tools of this server.",
                                lacking),
                    upstream);
}

base::Error error_of(const OperationInfo& operation, const http::Response& response, base::Wall now, seconds wait_max) {
  const Refusal refusal = read_refusal(response);
  const std::string upstream = fmt::format("{} {} {}", response.status, refusal.reason, refusal.message);
  switch (response.status) {
    case 400:
      return bad_request(operation, refusal, upstream);
    case 401:
      return unauthorized(operation, refusal, upstream);
    case 403:
      return forbidden(operation, refusal, upstream);
    case 404:
      return not_found(operation, refusal, upstream);
    case 413:
    case 414:
      return too_large(upstream);
    case 429:
      return too_many(operation, refusal, response, now, wait_max, upstream);
    default:
      if (response.status >= 500) {
        return make_error(Cause::kUpstream, Code::kUnavailable,
                          "Spotify has a problem at the moment. Try again in a minute.", upstream);
      }
      return make_error(Cause::kUpstream, Code::kUpstream,
                        "Spotify gave an answer that does not belong to this request. Trying again will hardly help.",
                        upstream);
  }
}

Wait wait_of(const http::Response& response, seconds wait_max) {
  const bool quota = read_refusal(response).reason == "QUOTA_EXCEEDED";
  const auto header = response.headers.find("Retry-After");
  const auto number = header ? base::parse_integer(base::trim(*header)) : std::nullopt;
  Wait wait{quota ? kQuotaWaitWithoutHeader : kWaitWithoutHeader, Wait::Kind::kShort};
  // A wait beyond a week is a mistake of somebody's; it would lock the user out for good.
  if (number && *number >= 0) {
    const auto longest = static_cast<long long>(kWaitLongest.count());
    wait.duration = seconds(std::clamp<long long>(*number, 1, longest));
  }
  if (quota || wait.duration > wait_max) wait.kind = Wait::Kind::kLong;
  return wait;
}

base::Error blocked_error(Bucket bucket, base::Wall until, base::Wall now) {
  const auto wait = std::chrono::ceil<seconds>(until - now);
  return with_wait(
      make_error(Cause::kQuotaExceeded, Code::kRateLimited,
                 fmt::format("Spotify's quota for {} requests is used up until {} (in {}). Do not try before then; "
                             "other kinds of requests may still work.",
                             bucket_name(bucket), base::to_rfc3339(until), in_words(wait)),
                 bucket_name(bucket)),
      std::max(wait, seconds(1)));
}

base::Error may_have_happened(const OperationInfo& operation, const base::Error& why) {
  std::string_view look = "Look at the playback and the queue";
  if (operation.bucket == Bucket::kPlaylists) look = "Read the playlist";
  if (operation.bucket == Bucket::kLibrary) look = "Check the library";
  if (operation.operation == Operation::kCreatePlaylist) look = "List the playlists";
  return make_error(Cause::kMayHaveHappened, why.code,
                    fmt::format("Spotify did not confirm this change, so it may or may not have been made. {} before "
                                "trying again.",
                                look),
                    why.detail);
}

}  // namespace spotify

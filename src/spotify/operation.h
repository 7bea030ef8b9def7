// The operations of the Web API in one table: how each is asked for, what it needs, and for which apps it exists.
// The client uses those that exist everywhere, and asks regime.h before it uses another.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/url.h"
#include "spotify/pacing.h"

namespace spotify {

enum class Operation {
  // The catalogue.
  kSearch,
  kGetTrack,
  kGetAlbum,
  kGetAlbumTracks,
  kGetArtist,
  kGetArtistAlbums,
  kGetShow,
  kGetShowEpisodes,
  kGetEpisode,
  kGetAudiobook,
  kGetAudiobookChapters,
  kGetChapter,
  // The player.
  kGetPlayback,
  kGetCurrentlyPlaying,
  kGetDevices,
  kGetRecentlyPlayed,
  kGetQueue,
  kPlay,
  kPause,
  kNext,
  kPrevious,
  kSeek,
  kSetVolume,
  kSetShuffle,
  kSetRepeat,
  kTransfer,
  kAddToQueue,
  // Playlists.
  kGetMyPlaylists,
  kGetPlaylist,
  kGetPlaylistItems,
  kCreatePlaylist,
  kChangePlaylist,
  kAddPlaylistItems,
  kReplacePlaylistItems,
  kReorderPlaylistItems,
  kRemovePlaylistItems,
  kGetPlaylistImages,
  kSetPlaylistImage,
  // The library.
  kSaveToLibrary,
  kRemoveFromLibrary,
  kCheckLibrary,
  kGetSavedTracks,
  kGetSavedAlbums,
  kGetSavedShows,
  kGetSavedEpisodes,
  kGetSavedAudiobooks,
  // The user.
  kGetMe,
  kGetTopArtists,
  kGetTopTracks,
  kGetFollowedArtists,
  // Gone for development-mode apps of 2026.
  kGetAlbums,
  kGetArtists,
  kGetTracks,
  kGetShows,
  kGetEpisodes,
  kGetAudiobooks,
  kGetChapters,
  kGetArtistTopTracks,
  kGetNewReleases,
  kGetCategories,
  kGetCategory,
  kGetMarkets,
  kGetUser,
  kGetUserPlaylists,
  kCreateUserPlaylist,
  kGetPlaylistTracks,
  kAddPlaylistTracks,
  kChangePlaylistTracks,
  kRemovePlaylistTracks,
  kSaveTracks,
  kRemoveTracks,
  kCheckTracks,
  kSaveAlbums,
  kRemoveAlbums,
  kCheckAlbums,
  kSaveShows,
  kRemoveShows,
  kCheckShows,
  kSaveEpisodes,
  kRemoveEpisodes,
  kCheckEpisodes,
  kSaveAudiobooks,
  kRemoveAudiobooks,
  kCheckAudiobooks,
  kFollow,
  kUnfollow,
  kCheckFollowing,
  kFollowPlaylist,
  kUnfollowPlaylist,
  kCheckPlaylistFollowers,
  // Gone for everyone who was not there before November 2024.
  kGetRelatedArtists,
  kGetRecommendations,
  kGetGenreSeeds,
  kGetAudioFeaturesOfSeveral,
  kGetAudioFeatures,
  kGetAudioAnalysis,
  kGetFeaturedPlaylists,
  kGetCategoryPlaylists,
};

// What may be done when no answer came. A write is never sent again after it may have arrived, idempotent or not: the
// user may have acted in between.
enum class Repeat { kRead, kIdempotentWrite, kNeverRepeat };

enum class Body { kNone, kJson, kJpeg };

// What the client id of the app may call. Spotify does not say which one it is; RegimeProbe finds out.
enum class Regime {
  kDev2026,    // Development mode since February 2026: the least, and what this client relies on.
  kDevLegacy,  // A development-mode app from before.
  kExtended,   // Extended quota.
};
std::string_view regime_name(Regime regime);
std::optional<Regime> parse_regime(std::string_view name);

// In which regimes an operation exists.
enum class Reach {
  kEverywhere,
  kOlder,    // Not in dev2026.
  kRetired,  // Only for apps that had extended access before November 2024, which is none of the regimes above.
};

struct OperationInfo {
  Operation operation = Operation::kSearch;
  std::string_view name;  // For logs, such as "playlist.add".
  http::Method method = http::Method::kGet;
  std::string_view path;   // Each {} takes one argument, percent-encoded.
  std::string_view query;  // The names that it takes, separated by spaces.
  Body body = Body::kNone;
  Repeat repeat = Repeat::kRead;
  Bucket bucket = Bucket::kSearch;
  Reach reach = Reach::kEverywhere;
  std::string_view scopes;  // What a login must have, or "".
  std::string_view what;    // What a 404 did not find: "track", "playlist".
};
const OperationInfo& info(Operation operation);
std::span<const OperationInfo> operations();
bool exists_in(const OperationInfo& operation, Regime regime);

// Path and query below the base path of the API, with names of the table only: "/playlists/{}/items" becomes
// "/playlists/37i9/items?limit=50".
std::string make_target(const OperationInfo& operation, std::initializer_list<std::string_view> arguments,
                        const http::Parameters& query);

}  // namespace spotify

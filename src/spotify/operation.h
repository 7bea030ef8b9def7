// The operations of the Web API that this client uses, in one table: all of them exist in every regime.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/url.h"
#include "spotify/pacing.h"

namespace spotify {

enum class Operation {
  kSearch,
  kGetTrack,
  kGetAlbum,
  kGetAlbumTracks,
  kGetArtist,
  kGetArtistAlbums,
  kGetPlayback,
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
  kSaveToLibrary,
  kRemoveFromLibrary,
  kCheckLibrary,
  kGetSavedTracks,
  kGetSavedAlbums,
  kGetMe,
  kGetTopArtists,
  kGetTopTracks,
  kGetFollowedArtists,
};

// What may be done when no answer came. A write is never sent again after it may have arrived, idempotent or not: the
// user may have acted in between.
enum class Repeat { kRead, kIdempotentWrite, kNeverRepeat };

struct OperationInfo {
  Operation operation = Operation::kSearch;
  std::string_view name;  // For logs, such as "playlist.add".
  http::Method method = http::Method::kGet;
  std::string_view path;  // Each {} takes one argument, percent-encoded.
  Repeat repeat = Repeat::kRead;
  Bucket bucket = Bucket::kSearch;
  std::string_view scopes;  // What a login must have, or "".
  std::string_view what;    // What a 404 did not find: "track", "playlist".
};
const OperationInfo& info(Operation operation);

// Path and query below the base path of the API: "/playlists/{}/items" becomes "/playlists/37i9/items?limit=50".
std::string make_target(const OperationInfo& operation, std::initializer_list<std::string_view> arguments,
                        const http::Parameters& query);

}  // namespace spotify

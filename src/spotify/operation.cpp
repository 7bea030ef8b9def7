#include "spotify/operation.h"

#include <array>

#include "base/check.h"

namespace spotify {
namespace {

using enum Operation;
using enum http::Method;
using enum Repeat;

constexpr std::string_view kReadState = "user-read-playback-state";
constexpr std::string_view kModifyState = "user-modify-playback-state";
constexpr std::string_view kModifyPlaylist = "playlist-modify-public or playlist-modify-private";
constexpr std::string_view kModifyLibrary =
    "user-library-modify, for artists user-follow-modify, for playlists playlist-modify-public";

// In the order of the enumeration, which info() relies on.
constexpr std::array<OperationInfo, 40> kOperations{{
    {kSearch, "search", kGet, "/search", kRead, Bucket::kSearch, "", "search"},
    {kGetTrack, "track.get", kGet, "/tracks/{}", kRead, Bucket::kCatalogue, "", "track"},
    {kGetAlbum, "album.get", kGet, "/albums/{}", kRead, Bucket::kCatalogue, "", "album"},
    {kGetAlbumTracks, "album.tracks", kGet, "/albums/{}/tracks", kRead, Bucket::kCatalogue, "", "album"},
    {kGetArtist, "artist.get", kGet, "/artists/{}", kRead, Bucket::kCatalogue, "", "artist"},
    {kGetArtistAlbums, "artist.albums", kGet, "/artists/{}/albums", kRead, Bucket::kCatalogue, "", "artist"},
    {kGetPlayback, "player.get", kGet, "/me/player", kRead, Bucket::kPlayer, kReadState, "playback"},
    {kGetDevices, "player.devices", kGet, "/me/player/devices", kRead, Bucket::kPlayer, kReadState, "device"},
    {kGetRecentlyPlayed, "player.recent", kGet, "/me/player/recently-played", kRead, Bucket::kPlayer,
     "user-read-recently-played", "history"},
    {kGetQueue, "queue.get", kGet, "/me/player/queue", kRead, Bucket::kPlayer,
     "user-read-currently-playing and user-read-playback-state", "queue"},
    {kPlay, "player.play", kPut, "/me/player/play", kIdempotentWrite, Bucket::kPlayer, kModifyState, "item"},
    {kPause, "player.pause", kPut, "/me/player/pause", kIdempotentWrite, Bucket::kPlayer, kModifyState, "device"},
    {kNext, "player.next", kPost, "/me/player/next", kNeverRepeat, Bucket::kPlayer, kModifyState, "device"},
    {kPrevious, "player.previous", kPost, "/me/player/previous", kNeverRepeat, Bucket::kPlayer, kModifyState,
     "device"},
    {kSeek, "player.seek", kPut, "/me/player/seek", kIdempotentWrite, Bucket::kPlayer, kModifyState, "device"},
    {kSetVolume, "player.volume", kPut, "/me/player/volume", kIdempotentWrite, Bucket::kPlayer, kModifyState,
     "device"},
    {kSetShuffle, "player.shuffle", kPut, "/me/player/shuffle", kIdempotentWrite, Bucket::kPlayer, kModifyState,
     "device"},
    {kSetRepeat, "player.repeat", kPut, "/me/player/repeat", kIdempotentWrite, Bucket::kPlayer, kModifyState,
     "device"},
    {kTransfer, "player.transfer", kPut, "/me/player", kIdempotentWrite, Bucket::kPlayer, kModifyState, "device"},
    {kAddToQueue, "queue.add", kPost, "/me/player/queue", kNeverRepeat, Bucket::kPlayer, kModifyState, "item"},
    {kGetMyPlaylists, "playlists.mine", kGet, "/me/playlists", kRead, Bucket::kPlaylists, "playlist-read-private",
     "playlist"},
    {kGetPlaylist, "playlist.get", kGet, "/playlists/{}", kRead, Bucket::kPlaylists, "playlist-read-private",
     "playlist"},
    {kGetPlaylistItems, "playlist.items", kGet, "/playlists/{}/items", kRead, Bucket::kPlaylists,
     "playlist-read-private", "playlist"},
    {kCreatePlaylist, "playlist.create", kPost, "/me/playlists", kNeverRepeat, Bucket::kPlaylists, kModifyPlaylist,
     "playlist"},
    {kChangePlaylist, "playlist.change", kPut, "/playlists/{}", kIdempotentWrite, Bucket::kPlaylists,
     kModifyPlaylist, "playlist"},
    {kAddPlaylistItems, "playlist.add", kPost, "/playlists/{}/items", kNeverRepeat, Bucket::kPlaylists,
     kModifyPlaylist, "playlist"},
    {kReplacePlaylistItems, "playlist.replace", kPut, "/playlists/{}/items", kIdempotentWrite, Bucket::kPlaylists,
     kModifyPlaylist, "playlist"},
    {kReorderPlaylistItems, "playlist.reorder", kPut, "/playlists/{}/items", kNeverRepeat, Bucket::kPlaylists,
     kModifyPlaylist, "playlist"},
    {kRemovePlaylistItems, "playlist.remove", kDelete, "/playlists/{}/items", kIdempotentWrite, Bucket::kPlaylists,
     kModifyPlaylist, "playlist"},
    {kGetPlaylistImages, "playlist.images", kGet, "/playlists/{}/images", kRead, Bucket::kPlaylists, "", "playlist"},
    {kSetPlaylistImage, "playlist.set_image", kPut, "/playlists/{}/images", kIdempotentWrite, Bucket::kPlaylists,
     "ugc-image-upload and playlist-modify-public or playlist-modify-private", "playlist"},
    {kSaveToLibrary, "library.save", kPut, "/me/library", kIdempotentWrite, Bucket::kLibrary, kModifyLibrary,
     "item"},
    {kRemoveFromLibrary, "library.remove", kDelete, "/me/library", kIdempotentWrite, Bucket::kLibrary,
     kModifyLibrary, "item"},
    {kCheckLibrary, "library.contains", kGet, "/me/library/contains", kRead, Bucket::kLibrary,
     "user-library-read, for artists user-follow-read, for playlists playlist-read-private", "item"},
    {kGetSavedTracks, "library.tracks", kGet, "/me/tracks", kRead, Bucket::kLibrary, "user-library-read", "track"},
    {kGetSavedAlbums, "library.albums", kGet, "/me/albums", kRead, Bucket::kLibrary, "user-library-read", "album"},
    {kGetMe, "me.get", kGet, "/me", kRead, Bucket::kUser, "", "user"},
    {kGetTopArtists, "me.top_artists", kGet, "/me/top/artists", kRead, Bucket::kUser, "user-top-read", "artist"},
    {kGetTopTracks, "me.top_tracks", kGet, "/me/top/tracks", kRead, Bucket::kUser, "user-top-read", "track"},
    {kGetFollowedArtists, "me.following", kGet, "/me/following", kRead, Bucket::kUser, "user-follow-read",
     "artist"},
}};

constexpr bool in_order() {
  for (size_t i = 0; i < kOperations.size(); ++i) {
    if (kOperations[i].operation != static_cast<Operation>(i)) return false;
  }
  return kOperations.size() == static_cast<size_t>(kGetFollowedArtists) + 1;
}
static_assert(in_order());

}  // namespace

const OperationInfo& info(Operation operation) { return kOperations[static_cast<size_t>(operation)]; }

std::string make_target(const OperationInfo& operation, std::initializer_list<std::string_view> arguments,
                        const http::Parameters& query) {
  std::string target;
  std::string_view rest = operation.path;
  for (const std::string_view argument : arguments) {
    const size_t place = rest.find("{}");
    // An empty argument would name another endpoint: /playlists/ instead of one playlist.
    ENSURE(place != std::string_view::npos && !argument.empty());
    target += rest.substr(0, place);
    target += http::percent_encode(argument);
    rest.remove_prefix(place + 2);
  }
  ENSURE(!rest.contains("{}"));
  target += rest;
  if (!query.empty()) {
    target += '?';
    target += http::encode_query(query);
  }
  return target;
}

}  // namespace spotify

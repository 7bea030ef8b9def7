#include "spotify/operation.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"

namespace spotify {
namespace {

using enum Operation;
using enum http::Method;
using enum Repeat;
using enum Reach;

constexpr std::string_view kReadState = "user-read-playback-state";
constexpr std::string_view kModifyState = "user-modify-playback-state";
constexpr std::string_view kModifyPlaylist = "playlist-modify-public or playlist-modify-private";
constexpr std::string_view kReadPlaylist = "playlist-read-private";
constexpr std::string_view kReadPosition = "user-read-playback-position";
constexpr std::string_view kReadLibrary = "user-library-read";
constexpr std::string_view kModifySaved = "user-library-modify";
constexpr std::string_view kModifyLibrary =
    "user-library-modify, for artists user-follow-modify, for playlists playlist-modify-public";

// In the order of the enumeration, which info() relies on.
constexpr std::array<OperationInfo, 98> kOperations{{
    // The catalogue.
    {kSearch, "search", kGet, "/search", "q type market limit offset include_external", Body::kNone, kRead,
     Bucket::kSearch, kEverywhere, "", "search"},
    {kGetTrack, "track.get", kGet, "/tracks/{}", "market", Body::kNone, kRead, Bucket::kCatalogue, kEverywhere, "",
     "track"},
    {kGetAlbum, "album.get", kGet, "/albums/{}", "market", Body::kNone, kRead, Bucket::kCatalogue, kEverywhere, "",
     "album"},
    {kGetAlbumTracks, "album.tracks", kGet, "/albums/{}/tracks", "market limit offset", Body::kNone, kRead,
     Bucket::kCatalogue, kEverywhere, "", "album"},
    {kGetArtist, "artist.get", kGet, "/artists/{}", "", Body::kNone, kRead, Bucket::kCatalogue, kEverywhere, "",
     "artist"},
    {kGetArtistAlbums, "artist.albums", kGet, "/artists/{}/albums", "include_groups market limit offset", Body::kNone,
     kRead, Bucket::kCatalogue, kEverywhere, "", "artist"},
    {kGetShow, "show.get", kGet, "/shows/{}", "market", Body::kNone, kRead, Bucket::kCatalogue, kEverywhere,
     kReadPosition, "show"},
    {kGetShowEpisodes, "show.episodes", kGet, "/shows/{}/episodes", "market limit offset", Body::kNone, kRead,
     Bucket::kCatalogue, kEverywhere, kReadPosition, "show"},
    {kGetEpisode, "episode.get", kGet, "/episodes/{}", "market", Body::kNone, kRead, Bucket::kCatalogue, kEverywhere,
     kReadPosition, "episode"},
    {kGetAudiobook, "audiobook.get", kGet, "/audiobooks/{}", "market", Body::kNone, kRead, Bucket::kCatalogue,
     kEverywhere, "", "audiobook"},
    {kGetAudiobookChapters, "audiobook.chapters", kGet, "/audiobooks/{}/chapters", "market limit offset", Body::kNone,
     kRead, Bucket::kCatalogue, kEverywhere, "", "audiobook"},
    {kGetChapter, "chapter.get", kGet, "/chapters/{}", "market", Body::kNone, kRead, Bucket::kCatalogue, kEverywhere,
     "", "chapter"},
    // The player.
    {kGetPlayback, "player.get", kGet, "/me/player", "market additional_types", Body::kNone, kRead, Bucket::kPlayer,
     kEverywhere, kReadState, "playback"},
    {kGetCurrentlyPlaying, "player.current", kGet, "/me/player/currently-playing", "market additional_types",
     Body::kNone, kRead, Bucket::kPlayer, kEverywhere, "user-read-currently-playing", "playback"},
    {kGetDevices, "player.devices", kGet, "/me/player/devices", "", Body::kNone, kRead, Bucket::kPlayer, kEverywhere,
     kReadState, "device"},
    {kGetRecentlyPlayed, "player.recent", kGet, "/me/player/recently-played", "limit after before", Body::kNone, kRead,
     Bucket::kPlayer, kEverywhere, "user-read-recently-played", "history"},
    {kGetQueue, "queue.get", kGet, "/me/player/queue", "", Body::kNone, kRead, Bucket::kPlayer, kEverywhere,
     "user-read-currently-playing and user-read-playback-state", "queue"},
    {kPlay, "player.play", kPut, "/me/player/play", "device_id", Body::kJson, kIdempotentWrite, Bucket::kPlayer,
     kEverywhere, kModifyState, "item"},
    {kPause, "player.pause", kPut, "/me/player/pause", "device_id", Body::kNone, kIdempotentWrite, Bucket::kPlayer,
     kEverywhere, kModifyState, "device"},
    {kNext, "player.next", kPost, "/me/player/next", "device_id", Body::kNone, kNeverRepeat, Bucket::kPlayer,
     kEverywhere, kModifyState, "device"},
    {kPrevious, "player.previous", kPost, "/me/player/previous", "device_id", Body::kNone, kNeverRepeat,
     Bucket::kPlayer, kEverywhere, kModifyState, "device"},
    {kSeek, "player.seek", kPut, "/me/player/seek", "position_ms device_id", Body::kNone, kIdempotentWrite,
     Bucket::kPlayer, kEverywhere, kModifyState, "device"},
    {kSetVolume, "player.volume", kPut, "/me/player/volume", "volume_percent device_id", Body::kNone, kIdempotentWrite,
     Bucket::kPlayer, kEverywhere, kModifyState, "device"},
    {kSetShuffle, "player.shuffle", kPut, "/me/player/shuffle", "state device_id", Body::kNone, kIdempotentWrite,
     Bucket::kPlayer, kEverywhere, kModifyState, "device"},
    {kSetRepeat, "player.repeat", kPut, "/me/player/repeat", "state device_id", Body::kNone, kIdempotentWrite,
     Bucket::kPlayer, kEverywhere, kModifyState, "device"},
    {kTransfer, "player.transfer", kPut, "/me/player", "", Body::kJson, kIdempotentWrite, Bucket::kPlayer, kEverywhere,
     kModifyState, "device"},
    {kAddToQueue, "queue.add", kPost, "/me/player/queue", "uri device_id", Body::kNone, kNeverRepeat, Bucket::kPlayer,
     kEverywhere, kModifyState, "item"},
    // Playlists.
    {kGetMyPlaylists, "playlists.mine", kGet, "/me/playlists", "limit offset", Body::kNone, kRead, Bucket::kPlaylists,
     kEverywhere, kReadPlaylist, "playlist"},
    {kGetPlaylist, "playlist.get", kGet, "/playlists/{}", "market fields additional_types", Body::kNone, kRead,
     Bucket::kPlaylists, kEverywhere, kReadPlaylist, "playlist"},
    {kGetPlaylistItems, "playlist.items", kGet, "/playlists/{}/items", "market fields limit offset additional_types",
     Body::kNone, kRead, Bucket::kPlaylists, kEverywhere, kReadPlaylist, "playlist"},
    {kCreatePlaylist, "playlist.create", kPost, "/me/playlists", "", Body::kJson, kNeverRepeat, Bucket::kPlaylists,
     kEverywhere, kModifyPlaylist, "playlist"},
    {kChangePlaylist, "playlist.change", kPut, "/playlists/{}", "", Body::kJson, kIdempotentWrite, Bucket::kPlaylists,
     kEverywhere, kModifyPlaylist, "playlist"},
    {kAddPlaylistItems, "playlist.add", kPost, "/playlists/{}/items", "position uris", Body::kJson, kNeverRepeat,
     Bucket::kPlaylists, kEverywhere, kModifyPlaylist, "playlist"},
    {kReplacePlaylistItems, "playlist.replace", kPut, "/playlists/{}/items", "uris", Body::kJson, kIdempotentWrite,
     Bucket::kPlaylists, kEverywhere, kModifyPlaylist, "playlist"},
    {kReorderPlaylistItems, "playlist.reorder", kPut, "/playlists/{}/items", "uris", Body::kJson, kNeverRepeat,
     Bucket::kPlaylists, kEverywhere, kModifyPlaylist, "playlist"},
    {kRemovePlaylistItems, "playlist.remove", kDelete, "/playlists/{}/items", "", Body::kJson, kIdempotentWrite,
     Bucket::kPlaylists, kEverywhere, kModifyPlaylist, "playlist"},
    {kGetPlaylistImages, "playlist.images", kGet, "/playlists/{}/images", "", Body::kNone, kRead, Bucket::kPlaylists,
     kEverywhere, "", "playlist"},
    {kSetPlaylistImage, "playlist.set_image", kPut, "/playlists/{}/images", "", Body::kJpeg, kIdempotentWrite,
     Bucket::kPlaylists, kEverywhere, "ugc-image-upload and playlist-modify-public or playlist-modify-private",
     "playlist"},
    // The library.
    {kSaveToLibrary, "library.save", kPut, "/me/library", "uris", Body::kNone, kIdempotentWrite, Bucket::kLibrary,
     kEverywhere, kModifyLibrary, "item"},
    {kRemoveFromLibrary, "library.remove", kDelete, "/me/library", "uris", Body::kNone, kIdempotentWrite,
     Bucket::kLibrary, kEverywhere, kModifyLibrary, "item"},
    {kCheckLibrary, "library.contains", kGet, "/me/library/contains", "uris", Body::kNone, kRead, Bucket::kLibrary,
     kEverywhere, "user-library-read, for artists user-follow-read, for playlists playlist-read-private", "item"},
    {kGetSavedTracks, "library.tracks", kGet, "/me/tracks", "market limit offset", Body::kNone, kRead, Bucket::kLibrary,
     kEverywhere, kReadLibrary, "track"},
    {kGetSavedAlbums, "library.albums", kGet, "/me/albums", "limit offset market", Body::kNone, kRead, Bucket::kLibrary,
     kEverywhere, kReadLibrary, "album"},
    {kGetSavedShows, "library.shows", kGet, "/me/shows", "limit offset", Body::kNone, kRead, Bucket::kLibrary,
     kEverywhere, kReadLibrary, "show"},
    {kGetSavedEpisodes, "library.episodes", kGet, "/me/episodes", "market limit offset", Body::kNone, kRead,
     Bucket::kLibrary, kEverywhere, "user-library-read and user-read-playback-position", "episode"},
    {kGetSavedAudiobooks, "library.audiobooks", kGet, "/me/audiobooks", "limit offset", Body::kNone, kRead,
     Bucket::kLibrary, kEverywhere, kReadLibrary, "audiobook"},
    // The user.
    {kGetMe, "me.get", kGet, "/me", "", Body::kNone, kRead, Bucket::kUser, kEverywhere, "", "user"},
    {kGetTopArtists, "me.top_artists", kGet, "/me/top/artists", "time_range limit offset", Body::kNone, kRead,
     Bucket::kUser, kEverywhere, "user-top-read", "artist"},
    {kGetTopTracks, "me.top_tracks", kGet, "/me/top/tracks", "time_range limit offset", Body::kNone, kRead,
     Bucket::kUser, kEverywhere, "user-top-read", "track"},
    {kGetFollowedArtists, "me.following", kGet, "/me/following", "type after limit", Body::kNone, kRead, Bucket::kUser,
     kEverywhere, "user-follow-read", "artist"},
    // Gone for development-mode apps of 2026.
    {kGetAlbums, "albums.get", kGet, "/albums", "ids market", Body::kNone, kRead, Bucket::kCatalogue, kOlder, "",
     "album"},
    {kGetArtists, "artists.get", kGet, "/artists", "ids", Body::kNone, kRead, Bucket::kCatalogue, kOlder, "", "artist"},
    {kGetTracks, "tracks.get", kGet, "/tracks", "market ids", Body::kNone, kRead, Bucket::kCatalogue, kOlder, "",
     "track"},
    {kGetShows, "shows.get", kGet, "/shows", "market ids", Body::kNone, kRead, Bucket::kCatalogue, kOlder, "", "show"},
    {kGetEpisodes, "episodes.get", kGet, "/episodes", "ids market", Body::kNone, kRead, Bucket::kCatalogue, kOlder,
     kReadPosition, "episode"},
    {kGetAudiobooks, "audiobooks.get", kGet, "/audiobooks", "ids market", Body::kNone, kRead, Bucket::kCatalogue,
     kOlder, "", "audiobook"},
    {kGetChapters, "chapters.get", kGet, "/chapters", "ids market", Body::kNone, kRead, Bucket::kCatalogue, kOlder, "",
     "chapter"},
    {kGetArtistTopTracks, "artist.top_tracks", kGet, "/artists/{}/top-tracks", "market", Body::kNone, kRead,
     Bucket::kCatalogue, kOlder, "", "artist"},
    {kGetNewReleases, "browse.new_releases", kGet, "/browse/new-releases", "limit offset", Body::kNone, kRead,
     Bucket::kCatalogue, kOlder, "", "album"},
    {kGetCategories, "browse.categories", kGet, "/browse/categories", "locale limit offset", Body::kNone, kRead,
     Bucket::kCatalogue, kOlder, "", "category"},
    {kGetCategory, "browse.category", kGet, "/browse/categories/{}", "locale", Body::kNone, kRead, Bucket::kCatalogue,
     kOlder, "", "category"},
    {kGetMarkets, "markets.get", kGet, "/markets", "", Body::kNone, kRead, Bucket::kCatalogue, kOlder, "", "market"},
    {kGetUser, "user.get", kGet, "/users/{}", "", Body::kNone, kRead, Bucket::kUser, kOlder, "", "user"},
    {kGetUserPlaylists, "user.playlists", kGet, "/users/{}/playlists", "limit offset", Body::kNone, kRead,
     Bucket::kPlaylists, kOlder, "playlist-read-private and playlist-read-collaborative", "playlist"},
    {kCreateUserPlaylist, "user.create_playlist", kPost, "/users/{}/playlists", "", Body::kJson, kNeverRepeat,
     Bucket::kPlaylists, kOlder, kModifyPlaylist, "playlist"},
    {kGetPlaylistTracks, "playlist_tracks.get", kGet, "/playlists/{}/tracks",
     "market fields limit offset additional_types", Body::kNone, kRead, Bucket::kPlaylists, kOlder, kReadPlaylist,
     "playlist"},
    {kAddPlaylistTracks, "playlist_tracks.add", kPost, "/playlists/{}/tracks", "position uris", Body::kJson,
     kNeverRepeat, Bucket::kPlaylists, kOlder, kModifyPlaylist, "playlist"},
    {kChangePlaylistTracks, "playlist_tracks.change", kPut, "/playlists/{}/tracks", "uris", Body::kJson, kNeverRepeat,
     Bucket::kPlaylists, kOlder, kModifyPlaylist, "playlist"},
    {kRemovePlaylistTracks, "playlist_tracks.remove", kDelete, "/playlists/{}/tracks", "", Body::kJson,
     kIdempotentWrite, Bucket::kPlaylists, kOlder, kModifyPlaylist, "playlist"},
    {kSaveTracks, "saved_tracks.save", kPut, "/me/tracks", "", Body::kJson, kIdempotentWrite, Bucket::kLibrary, kOlder,
     kModifySaved, "track"},
    {kRemoveTracks, "saved_tracks.remove", kDelete, "/me/tracks", "ids", Body::kJson, kIdempotentWrite,
     Bucket::kLibrary, kOlder, kModifySaved, "track"},
    {kCheckTracks, "saved_tracks.contains", kGet, "/me/tracks/contains", "ids", Body::kNone, kRead, Bucket::kLibrary,
     kOlder, kReadLibrary, "track"},
    {kSaveAlbums, "saved_albums.save", kPut, "/me/albums", "ids", Body::kJson, kIdempotentWrite, Bucket::kLibrary,
     kOlder, kModifySaved, "album"},
    {kRemoveAlbums, "saved_albums.remove", kDelete, "/me/albums", "ids", Body::kJson, kIdempotentWrite,
     Bucket::kLibrary, kOlder, kModifySaved, "album"},
    {kCheckAlbums, "saved_albums.contains", kGet, "/me/albums/contains", "ids", Body::kNone, kRead, Bucket::kLibrary,
     kOlder, kReadLibrary, "album"},
    {kSaveShows, "saved_shows.save", kPut, "/me/shows", "ids", Body::kJson, kIdempotentWrite, Bucket::kLibrary, kOlder,
     kModifySaved, "show"},
    {kRemoveShows, "saved_shows.remove", kDelete, "/me/shows", "ids market", Body::kJson, kIdempotentWrite,
     Bucket::kLibrary, kOlder, kModifySaved, "show"},
    {kCheckShows, "saved_shows.contains", kGet, "/me/shows/contains", "ids", Body::kNone, kRead, Bucket::kLibrary,
     kOlder, kReadLibrary, "show"},
    {kSaveEpisodes, "saved_episodes.save", kPut, "/me/episodes", "ids", Body::kJson, kIdempotentWrite, Bucket::kLibrary,
     kOlder, kModifySaved, "episode"},
    {kRemoveEpisodes, "saved_episodes.remove", kDelete, "/me/episodes", "ids", Body::kJson, kIdempotentWrite,
     Bucket::kLibrary, kOlder, kModifySaved, "episode"},
    {kCheckEpisodes, "saved_episodes.contains", kGet, "/me/episodes/contains", "ids", Body::kNone, kRead,
     Bucket::kLibrary, kOlder, kReadLibrary, "episode"},
    {kSaveAudiobooks, "saved_audiobooks.save", kPut, "/me/audiobooks", "ids", Body::kNone, kIdempotentWrite,
     Bucket::kLibrary, kOlder, kModifySaved, "audiobook"},
    {kRemoveAudiobooks, "saved_audiobooks.remove", kDelete, "/me/audiobooks", "ids", Body::kNone, kIdempotentWrite,
     Bucket::kLibrary, kOlder, kModifySaved, "audiobook"},
    {kCheckAudiobooks, "saved_audiobooks.contains", kGet, "/me/audiobooks/contains", "ids", Body::kNone, kRead,
     Bucket::kLibrary, kOlder, kReadLibrary, "audiobook"},
    {kFollow, "following.add", kPut, "/me/following", "type ids", Body::kJson, kIdempotentWrite, Bucket::kLibrary,
     kOlder, "user-follow-modify", "artist"},
    {kUnfollow, "following.remove", kDelete, "/me/following", "type ids", Body::kJson, kIdempotentWrite,
     Bucket::kLibrary, kOlder, "user-follow-modify", "artist"},
    {kCheckFollowing, "following.contains", kGet, "/me/following/contains", "type ids", Body::kNone, kRead,
     Bucket::kLibrary, kOlder, "user-follow-read", "artist"},
    {kFollowPlaylist, "playlist_followers.add", kPut, "/playlists/{}/followers", "", Body::kJson, kIdempotentWrite,
     Bucket::kPlaylists, kOlder, kModifyPlaylist, "playlist"},
    {kUnfollowPlaylist, "playlist_followers.remove", kDelete, "/playlists/{}/followers", "", Body::kNone,
     kIdempotentWrite, Bucket::kPlaylists, kOlder, kModifyPlaylist, "playlist"},
    {kCheckPlaylistFollowers, "playlist_followers.contains", kGet, "/playlists/{}/followers/contains", "ids",
     Body::kNone, kRead, Bucket::kPlaylists, kOlder, "", "playlist"},
    // Gone for everyone who was not there before November 2024.
    {kGetRelatedArtists, "artist.related", kGet, "/artists/{}/related-artists", "", Body::kNone, kRead,
     Bucket::kCatalogue, kRetired, "", "artist"},
    {kGetRecommendations, "recommendations.get", kGet, "/recommendations",
     "limit market seed_artists seed_genres seed_tracks", Body::kNone, kRead, Bucket::kCatalogue, kRetired, "",
     "track"},
    {kGetGenreSeeds, "recommendations.genres", kGet, "/recommendations/available-genre-seeds", "", Body::kNone, kRead,
     Bucket::kCatalogue, kRetired, "", "genre"},
    {kGetAudioFeaturesOfSeveral, "audio_features.several", kGet, "/audio-features", "ids", Body::kNone, kRead,
     Bucket::kCatalogue, kRetired, "", "track"},
    {kGetAudioFeatures, "audio_features.get", kGet, "/audio-features/{}", "", Body::kNone, kRead, Bucket::kCatalogue,
     kRetired, "", "track"},
    {kGetAudioAnalysis, "audio_analysis.get", kGet, "/audio-analysis/{}", "", Body::kNone, kRead, Bucket::kCatalogue,
     kRetired, "", "track"},
    {kGetFeaturedPlaylists, "browse.featured_playlists", kGet, "/browse/featured-playlists", "locale limit offset",
     Body::kNone, kRead, Bucket::kCatalogue, kRetired, "", "playlist"},
    {kGetCategoryPlaylists, "browse.category_playlists", kGet, "/browse/categories/{}/playlists", "limit offset",
     Body::kNone, kRead, Bucket::kCatalogue, kRetired, "", "category"},
}};

constexpr bool in_order() {
  for (size_t i = 0; i < kOperations.size(); ++i) {
    if (kOperations[i].operation != static_cast<Operation>(i)) return false;
  }
  return kOperations.size() == static_cast<size_t>(kGetCategoryPlaylists) + 1;
}
static_assert(in_order());

bool takes(const OperationInfo& operation, std::string_view name) {
  const auto names = base::split(operation.query, ' ');
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::string_view regime_name(Regime regime) {
  switch (regime) {
    case Regime::kDev2026:
      return "dev2026";
    case Regime::kDevLegacy:
      return "dev-legacy";
    case Regime::kExtended:
      return "extended";
  }
  return "";
}

std::optional<Regime> parse_regime(std::string_view name) {
  for (const Regime regime : {Regime::kDev2026, Regime::kDevLegacy, Regime::kExtended}) {
    if (regime_name(regime) == name) return regime;
  }
  return std::nullopt;
}

std::span<const OperationInfo> operations() { return kOperations; }

bool exists_in(const OperationInfo& operation, Regime regime) {
  switch (operation.reach) {
    case Reach::kEverywhere:
      return true;
    case Reach::kOlder:
      return regime != Regime::kDev2026;
    case Reach::kRetired:
      return false;
  }
  return false;
}

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
    ENSURE(std::ranges::all_of(query, [&](const auto& each) { return takes(operation, each.first); }));
    target += '?';
    target += http::encode_query(query);
  }
  return target;
}

}  // namespace spotify

#include "sim/spotify/operations.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "http/url.h"
#include "sim/spotify/handlers.h"

namespace sim::spotify {
namespace {

using enum http::Method;
constexpr Reach kLegacy = Reach::kLegacy;
constexpr Reach kRetired = Reach::kRetired;

constexpr std::string_view kPlayback = "user-read-playback-state";
constexpr std::string_view kCommand = "user-modify-playback-state";
constexpr std::string_view kLibrary = "user-library-read";
constexpr std::string_view kLibraryModify = "user-library-modify";

constexpr Operation kOperations[] = {
    // Development mode 2026: 49 operations.
    {kGet, "/albums/{id}", "", Reach::kAll, get_album},
    {kGet, "/albums/{id}/tracks", "", Reach::kAll, get_album_tracks},
    {kGet, "/artists/{id}", "", Reach::kAll, get_artist},
    {kGet, "/artists/{id}/albums", "", Reach::kAll, get_artist_albums},
    {kGet, "/shows/{id}", "", Reach::kAll, get_show},
    {kGet, "/shows/{id}/episodes", "", Reach::kAll, get_show_episodes},
    {kGet, "/episodes/{id}", "", Reach::kAll, get_episode},
    {kGet, "/audiobooks/{id}", "", Reach::kAll, get_audiobook},
    {kGet, "/audiobooks/{id}/chapters", "", Reach::kAll, get_audiobook_chapters},
    {kGet, "/me/audiobooks", kLibrary, Reach::kAll, get_saved_audiobooks},
    {kGet, "/chapters/{id}", "", Reach::kAll, get_chapter},
    {kGet, "/tracks/{id}", "", Reach::kAll, get_track},
    {kGet, "/search", "", Reach::kAll, search},
    {kGet, "/me", "", Reach::kAll, get_me},
    {kGet, "/playlists/{id}", "", Reach::kAll, get_playlist},
    {kPut, "/playlists/{id}", "", Reach::kAll, change_playlist},
    {kGet, "/playlists/{id}/items", "", Reach::kAll, get_playlist_items},
    {kPost, "/playlists/{id}/items", "", Reach::kAll, add_playlist_items},
    {kPut, "/playlists/{id}/items", "", Reach::kAll, update_playlist_items},
    {kDelete, "/playlists/{id}/items", "", Reach::kAll, remove_playlist_items},
    {kGet, "/me/playlists", "playlist-read-private", Reach::kAll, get_my_playlists},
    {kPost, "/me/playlists", "", Reach::kAll, create_playlist},
    {kPut, "/me/library", "", Reach::kAll, put_library},
    {kDelete, "/me/library", "", Reach::kAll, delete_library},
    {kGet, "/me/library/contains", "", Reach::kAll, library_contains},
    {kGet, "/me/albums", kLibrary, Reach::kAll, get_saved_albums},
    {kGet, "/me/tracks", kLibrary, Reach::kAll, get_saved_tracks},
    {kGet, "/me/episodes", kLibrary, Reach::kAll, get_saved_episodes},
    {kGet, "/me/shows", kLibrary, Reach::kAll, get_saved_shows},
    {kGet, "/playlists/{id}/images", "", Reach::kAll, get_playlist_images},
    {kPut, "/playlists/{id}/images", "ugc-image-upload", Reach::kAll, put_playlist_image},
    {kGet, "/me/following", "user-follow-read", Reach::kAll, get_following},
    {kGet, "/me/player", kPlayback, Reach::kAll, get_playback},
    {kPut, "/me/player", kCommand, Reach::kAll, transfer_playback},
    {kGet, "/me/player/devices", kPlayback, Reach::kAll, get_devices},
    {kGet, "/me/player/currently-playing", "user-read-currently-playing", Reach::kAll, get_currently_playing},
    {kPut, "/me/player/play", kCommand, Reach::kAll, start_playback},
    {kPut, "/me/player/pause", kCommand, Reach::kAll, pause_playback},
    {kPost, "/me/player/next", kCommand, Reach::kAll, skip_to_next},
    {kPost, "/me/player/previous", kCommand, Reach::kAll, skip_to_previous},
    {kPut, "/me/player/seek", kCommand, Reach::kAll, seek_playback},
    {kPut, "/me/player/repeat", kCommand, Reach::kAll, set_repeat},
    {kPut, "/me/player/volume", kCommand, Reach::kAll, set_volume},
    {kPut, "/me/player/shuffle", kCommand, Reach::kAll, set_shuffle},
    {kGet, "/me/player/recently-played", "user-read-recently-played", Reach::kAll, get_recently_played},
    {kGet, "/me/player/queue", "user-read-currently-playing user-read-playback-state", Reach::kAll, get_queue},
    {kPost, "/me/player/queue", kCommand, Reach::kAll, add_to_queue},
    {kGet, "/me/top/artists", "user-top-read", Reach::kAll, get_top_artists},
    {kGet, "/me/top/tracks", "user-top-read", Reach::kAll, get_top_tracks},

    // Removed for new development-mode ids in February 2026.
    {kGet, "/albums", "", kLegacy, get_albums},
    {kGet, "/artists", "", kLegacy, get_artists},
    {kGet, "/tracks", "", kLegacy, get_tracks},
    {kGet, "/shows", "", kLegacy, get_shows},
    {kGet, "/episodes", "", kLegacy, get_episodes},
    {kGet, "/audiobooks", "", kLegacy, get_audiobooks},
    {kGet, "/chapters", "", kLegacy, get_chapters},
    {kGet, "/artists/{id}/top-tracks", "", kLegacy, get_artist_top_tracks},
    {kGet, "/browse/new-releases", "", kLegacy, get_new_releases},
    {kGet, "/browse/categories", "", kLegacy, get_categories},
    {kGet, "/browse/categories/{id}", "", kLegacy, get_category},
    {kGet, "/markets", "", kLegacy, get_markets},
    {kGet, "/users/{id}", "", kLegacy, get_user},
    {kGet, "/users/{id}/playlists", "playlist-read-private", kLegacy, get_user_playlists},
    {kPost, "/users/{id}/playlists", "", kLegacy, create_playlist},
    {kGet, "/playlists/{id}/tracks", "", kLegacy, get_playlist_items},
    {kPost, "/playlists/{id}/tracks", "", kLegacy, add_playlist_items},
    {kPut, "/playlists/{id}/tracks", "", kLegacy, update_playlist_items},
    {kDelete, "/playlists/{id}/tracks", "", kLegacy, remove_playlist_items},
    {kPut, "/me/tracks", kLibraryModify, kLegacy, save_by_ids},
    {kPut, "/me/albums", kLibraryModify, kLegacy, save_by_ids},
    {kPut, "/me/shows", kLibraryModify, kLegacy, save_by_ids},
    {kPut, "/me/episodes", kLibraryModify, kLegacy, save_by_ids},
    {kPut, "/me/audiobooks", kLibraryModify, kLegacy, save_by_ids},
    {kPut, "/me/following", "user-follow-modify", kLegacy, save_by_ids},
    {kDelete, "/me/tracks", kLibraryModify, kLegacy, remove_by_ids},
    {kDelete, "/me/albums", kLibraryModify, kLegacy, remove_by_ids},
    {kDelete, "/me/shows", kLibraryModify, kLegacy, remove_by_ids},
    {kDelete, "/me/episodes", kLibraryModify, kLegacy, remove_by_ids},
    {kDelete, "/me/audiobooks", kLibraryModify, kLegacy, remove_by_ids},
    {kDelete, "/me/following", "user-follow-modify", kLegacy, remove_by_ids},
    {kGet, "/me/tracks/contains", kLibrary, kLegacy, contains_by_ids},
    {kGet, "/me/albums/contains", kLibrary, kLegacy, contains_by_ids},
    {kGet, "/me/shows/contains", kLibrary, kLegacy, contains_by_ids},
    {kGet, "/me/episodes/contains", kLibrary, kLegacy, contains_by_ids},
    {kGet, "/me/audiobooks/contains", kLibrary, kLegacy, contains_by_ids},
    {kGet, "/me/following/contains", "user-follow-read", kLegacy, contains_by_ids},
    {kPut, "/playlists/{id}/followers", "", kLegacy, follow_playlist},
    {kDelete, "/playlists/{id}/followers", "", kLegacy, unfollow_playlist},
    {kGet, "/playlists/{id}/followers/contains", "", kLegacy, playlist_followers_contain},

    // Gone since November 2024.
    {kGet, "/artists/{id}/related-artists", "", kRetired, nullptr},
    {kGet, "/recommendations", "", kRetired, nullptr},
    {kGet, "/recommendations/available-genre-seeds", "", kRetired, nullptr},
    {kGet, "/audio-features", "", kRetired, nullptr},
    {kGet, "/audio-features/{id}", "", kRetired, nullptr},
    {kGet, "/audio-analysis/{id}", "", kRetired, nullptr},
    {kGet, "/browse/featured-playlists", "", kRetired, nullptr},
    {kGet, "/browse/categories/{id}/playlists", "", kRetired, nullptr},
};

// The values of the placeholders, when the path has the template's form.
std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path) {
  const auto wanted = base::split(pattern, '/');
  const auto given = base::split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> values;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with('{')) {
      if (wanted[i] != given[i]) return std::nullopt;
      continue;
    }
    auto value = http::percent_decode(given[i]);
    if (!value || value->empty()) return std::nullopt;
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace

std::string Operation::name() const { return fmt::format("{} {}", http::method_name(method), path); }

std::span<const Operation> operations() { return kOperations; }

Match match_operation(http::Method method, std::string_view path) {
  Match match;
  for (const Operation& operation : kOperations) {
    auto values = match_path(operation.path, path);
    if (!values) continue;
    match.path_is_known = true;
    if (operation.method != method) continue;
    match.operation = &operation;
    match.values = std::move(*values);
    return match;
  }
  return match;
}

}  // namespace sim::spotify

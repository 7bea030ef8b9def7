#include "tools/needs.h"

#include <algorithm>
#include <iterator>

namespace tools {
namespace {

using enum spotify::Operation;

// A tool without a row needs none. What a tool asks for only where it exists (the documented way to follow an artist)
// has no row.
constexpr Need kNeeds[] = {
    {"search", kSearch},
    {"search_tracks", kSearch},
    {"get_track_details", kGetTrack},
    {"get_album_details", kGetAlbum},
    {"get_album_details", kGetAlbumTracks},
    {"get_artist_details", kGetArtist},
    {"get_artist_albums", kGetArtistAlbums},
    {"get_playback_state", kGetPlayback},
    {"get_devices", kGetDevices},
    {"get_recently_played", kGetRecentlyPlayed},
    {"get_queue", kGetQueue},
    {"play", kPlay},
    {"play", kGetPlayback},
    {"play", kGetDevices},
    {"pause", kPause},
    {"pause", kGetPlayback},
    {"pause", kGetDevices},
    {"skip_next", kNext},
    {"skip_next", kGetPlayback},
    {"skip_next", kGetDevices},
    {"skip_previous", kPrevious},
    {"skip_previous", kGetPlayback},
    {"skip_previous", kGetDevices},
    {"seek", kSeek},
    {"seek", kGetPlayback},
    {"seek", kGetDevices},
    {"set_volume", kSetVolume},
    {"set_volume", kGetPlayback},
    {"set_volume", kGetDevices},
    {"set_shuffle", kSetShuffle},
    {"set_shuffle", kGetPlayback},
    {"set_shuffle", kGetDevices},
    {"set_repeat", kSetRepeat},
    {"set_repeat", kGetPlayback},
    {"set_repeat", kGetDevices},
    {"transfer_playback", kTransfer},
    {"transfer_playback", kGetPlayback},
    {"transfer_playback", kGetDevices},
    {"add_to_queue", kAddToQueue},
    {"add_to_queue", kGetQueue},
    {"add_to_queue", kGetPlayback},
    {"add_to_queue", kGetDevices},
    {"get_playlists", kGetMyPlaylists},
    {"get_playlist", kGetPlaylist},
    {"get_playlist", kGetPlaylistItems},
    {"create_playlist", kCreatePlaylist},
    {"create_playlist", kAddPlaylistItems},
    {"update_playlist", kGetPlaylist},
    {"update_playlist", kChangePlaylist},
    {"add_tracks_to_playlist", kGetPlaylist},
    {"add_tracks_to_playlist", kGetPlaylistItems},
    {"add_tracks_to_playlist", kAddPlaylistItems},
    {"remove_tracks_from_playlist", kGetPlaylist},
    {"remove_tracks_from_playlist", kGetPlaylistItems},
    {"remove_tracks_from_playlist", kRemovePlaylistItems},
    {"remove_tracks_from_playlist", kAddPlaylistItems},
    {"remove_tracks_from_playlist", kReplacePlaylistItems},
    {"remove_tracks_from_playlist", kReorderPlaylistItems},
    {"remove_tracks_from_playlist", kGetTrack},
    {"remove_tracks_from_playlist", kGetEpisode},
    {"reorder_playlist", kGetPlaylist},
    {"reorder_playlist", kReorderPlaylistItems},
    {"unfollow_playlist", kGetPlaylist},
    {"unfollow_playlist", kCheckLibrary},
    {"unfollow_playlist", kRemoveFromLibrary},
    {"get_saved_tracks", kGetSavedTracks},
    {"get_saved_albums", kGetSavedAlbums},
    {"save_to_library", kCheckLibrary},
    {"save_to_library", kSaveToLibrary},
    {"remove_from_library", kCheckLibrary},
    {"remove_from_library", kRemoveFromLibrary},
    {"check_library", kCheckLibrary},
    {"get_me", kGetMe},
    {"get_top_items", kGetTopTracks},
    {"get_top_items", kGetTopArtists},
    {"get_followed_artists", kGetFollowedArtists},
    {"undo", kCheckLibrary},
    {"undo", kSaveToLibrary},
    {"undo", kRemoveFromLibrary},
    {"undo", kChangePlaylist},
    {"undo", kGetPlayback},
    {"undo", kGetDevices},
    {"undo", kPlay},
    {"undo", kPause},
    {"undo", kSeek},
    {"undo", kSetVolume},
    {"undo", kSetShuffle},
    {"undo", kSetRepeat},
    {"undo", kTransfer},
    {"import_playlist", kSearch},
    {"set_playlist_cover", kGetPlaylist},
    {"set_playlist_cover", kSetPlaylistImage},
    {"set_playlist_cover", kGetPlaylistImages},
    {"get_playlist_cover", kGetPlaylistImages},
    {"get_show", kGetShow},
    {"get_show_episodes", kGetShowEpisodes},
    {"get_episode", kGetEpisode},
    {"get_saved_shows", kGetSavedShows},
    {"get_saved_episodes", kGetSavedEpisodes},
    {"get_audiobook", kGetAudiobook},
    {"get_audiobook_chapters", kGetAudiobookChapters},
    {"get_saved_audiobooks", kGetSavedAudiobooks},
    {"follow_artists", kGetArtist},
    {"follow_artists", kCheckLibrary},
    {"follow_artists", kSaveToLibrary},
    {"unfollow_artists", kGetArtist},
    {"unfollow_artists", kCheckLibrary},
    {"unfollow_artists", kRemoveFromLibrary},
    {"doctor", kGetMe},
    {"doctor", kGetDevices},
};

// What is removed from the library is named before.
constexpr spotify::Operation kName[] = {kGetTrack, kGetAlbum,   kGetArtist,   kGetPlaylist,
                                        kGetShow,  kGetEpisode, kGetAudiobook};
// What keeps a whole playlist in order stands on the same operations.
constexpr spotify::Operation kRead[] = {kGetPlaylist, kGetPlaylistItems};
constexpr spotify::Operation kRewrite[] = {kGetPlaylist,         kGetPlaylistItems,     kAddPlaylistItems,
                                           kRemovePlaylistItems, kReplacePlaylistItems, kReorderPlaylistItems};
constexpr spotify::Operation kMake[] = {kGetPlaylist, kGetPlaylistItems, kCreatePlaylist, kAddPlaylistItems};

struct Group {
  std::string_view tool;
  std::span<const spotify::Operation> operations;
};
constexpr Group kGroups[] = {
    {"find_duplicates", kRead},     {"find_unavailable", kRead},  {"diff_playlists", kRead},
    {"diff_since_snapshot", kRead}, {"snapshot_playlist", kRead}, {"export_playlist", kRead},
    {"dedupe_playlist", kRewrite},  {"sort_playlist", kRewrite},  {"shuffle_playlist", kRewrite},
    {"restore_playlist", kRewrite}, {"undo", kRewrite},           {"replace_playlist_items", kRewrite},
    {"clone_playlist", kMake},      {"split_playlist", kMake},    {"merge_playlists", kMake},
    {"merge_playlists", kRewrite},  {"import_playlist", kMake},   {"import_playlist", kRewrite},
    {"save_to_library", kName},     {"undo", kName},              {"remove_from_library", kName},
};

}  // namespace

std::vector<Need> needs() {
  std::vector<Need> rows(std::begin(kNeeds), std::end(kNeeds));
  for (const Group& group : kGroups) {
    for (const spotify::Operation operation : group.operations) rows.push_back({group.tool, operation});
  }
  return rows;
}

std::vector<spotify::Operation> operations_of(std::string_view tool) {
  std::vector<spotify::Operation> operations;
  for (const Need& need : needs()) {
    if (need.tool == tool) operations.push_back(need.operation);
  }
  return operations;
}

std::optional<spotify::Operation> missing_in(spotify::Regime regime, std::span<const spotify::Operation> operations) {
  const auto missing = std::ranges::find_if(
      operations, [&](spotify::Operation each) { return !spotify::exists_in(spotify::info(each), regime); });
  return missing == operations.end() ? std::nullopt : std::optional(*missing);
}

}  // namespace tools

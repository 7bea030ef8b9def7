// One good call of every tool, for tests that hold for all of them. Those that read come first, so that they see the
// world before the others change it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crypto/base64.h"
#include "tests/unit/tools/bench.h"

namespace tools {

using Calls = std::vector<std::pair<std::string, json::Object>>;

inline Calls every_reading_call(Bench& bench) {
  const auto& catalogue = bench.simulator.catalogue();
  const std::string mixed = bench.playlist_id("Mixed bag");
  const std::string twice = bench.playlist_id("Twice as nice");
  return {
      {"search",
       {{"query", "midnight"},
        {"types", json::Array{"track", "album", "artist", "playlist", "show", "episode", "audiobook"}}}},
      {"search_tracks", {{"query", "midnight"}}},
      {"get_track_details", {{"track_id", catalogue.tracks[0].id}}},
      {"get_album_details", {{"album_id", catalogue.albums[0].id}}},
      {"get_artist_details", {{"artist_id", catalogue.artists[0].id}}},
      {"get_artist_albums", {{"artist_id", catalogue.artists[0].id}}},
      {"get_playback_state", {}},
      {"get_devices", {}},
      {"get_recently_played", {}},
      {"get_queue", {}},
      {"get_playlists", {}},
      {"get_playlist", {{"playlist_id", mixed}}},
      {"get_saved_tracks", {}},
      {"get_saved_albums", {}},
      {"check_library", {{"uris", bench.track_uris(3)}}},
      {"get_me", {}},
      {"get_top_items", {{"type", "track"}}},
      {"get_top_items", {{"type", "artist"}}},
      {"get_followed_artists", {}},
      {"get_auth_status", {}},
      {"find_duplicates", {{"playlist_id", twice}}},
      {"find_unavailable", {{"playlist_id", mixed}}},
      {"diff_playlists", {{"first_id", mixed}, {"second_id", twice}}},
      {"export_playlist", {{"playlist_id", mixed}}},
      {"get_playlist_cover", {{"playlist_id", mixed}}},
      {"get_show", {{"show_id", catalogue.shows[0].id}}},
      {"get_show_episodes", {{"show_id", catalogue.shows[0].id}}},
      {"get_episode", {{"episode_id", catalogue.episodes[0].id}}},
      {"get_saved_shows", {}},
      {"get_saved_episodes", {}},
      {"get_audiobook", {{"audiobook_id", catalogue.audiobooks[0].id}}},
      {"get_audiobook_chapters", {{"audiobook_id", catalogue.audiobooks[0].id}}},
      {"get_saved_audiobooks", {}},
      {"get_cache_stats", {}},
      {"get_quota_status", {}},
      {"doctor", {}},
  };
}

inline Calls every_changing_call(Bench& bench) {
  const std::string mixed = bench.playlist_id("Mixed bag");
  const std::string twice = bench.playlist_id("Twice as nice");
  const std::string device = bench.device("Robin's phone");
  const std::string line = bench.simulator.catalogue().tracks[7].name;
  return {
      {"snapshot_playlist", {{"playlist_id", mixed}}},
      {"diff_since_snapshot", {{"playlist_id", mixed}}},
      {"play", {{"uris", bench.track_uris(3)}, {"device_id", device}}},
      {"seek", {{"position_ms", 1}}},
      {"set_volume", {{"volume_percent", 40}}},
      {"set_shuffle", {{"shuffle", true}}},
      {"set_repeat", {{"mode", "context"}}},
      {"add_to_queue", {{"uri", bench.track_uri(1)}}},
      {"skip_next", {}},
      {"skip_previous", {}},
      {"pause", {}},
      {"transfer_playback", {{"device_id", device}}},
      {"add_to_queue", {{"uri", bench.track_uri(1)}, {"device_id", "nosuchdevice"}}},
      {"create_playlist", {{"name", "Ours"}}},
      {"update_playlist", {{"playlist_id", mixed}, {"description", "Ours"}}},
      {"add_tracks_to_playlist", {{"playlist_id", mixed}, {"uris", bench.track_uris(2, 40)}}},
      {"remove_tracks_from_playlist", {{"playlist_id", mixed}, {"uris", bench.track_uris(1, 40)}}},
      {"reorder_playlist", {{"playlist_id", mixed}, {"range_start", 0}, {"insert_before", 3}}},
      {"save_to_library", {{"uris", bench.track_uris(2)}}},
      {"remove_from_library", {{"uris", bench.track_uris(1)}}},
      {"dedupe_playlist", {{"playlist_id", twice}}},
      {"sort_playlist", {{"playlist_id", mixed}, {"by", "title"}}},
      {"shuffle_playlist", {{"playlist_id", mixed}}},
      {"clone_playlist", {{"playlist_id", mixed}, {"name", "Ours too"}}},
      {"merge_playlists", {{"playlist_ids", json::Array{mixed, twice}}, {"name", "Ours as well"}}},
      {"split_playlist", {{"playlist_id", mixed}, {"by", "artist"}, {"dry_run", true}}},
      {"import_playlist", {{"content", line}, {"name", "Brought"}}},
      {"replace_playlist_items", {{"playlist_id", mixed}, {"uris", bench.track_uris(2)}}},
      {"restore_playlist", {{"playlist_id", mixed}}},
      {"undo", {}},
      {"set_playlist_cover", {{"playlist_id", mixed}, {"image", crypto::base64_encode("\xFF\xD8\xFF a picture")}}},
      {"unfollow_playlist", {{"playlist_id", twice}}},
      {"follow_artists", {{"artist_ids", json::Array{bench.stranger()}}}},
      {"unfollow_artists", {{"artist_ids", json::Array{bench.followed()}}}},
      {"cleanup_cache", {}},
      {"clear_user_cache", {}},
      {"get_auth_url", {}},
      {"authenticate", {{"callback_url", "http://127.0.0.1:1/callback?code=c&state=s"}}},
      {"logout", {}},
  };
}

}  // namespace tools

// The operations' handlers, one group per file.
#pragma once

#include "sim/spotify/answer.h"

namespace sim::spotify {

struct Call;

// catalogue_handlers.cpp
Reply get_album(Call& call);
Reply get_album_tracks(Call& call);
Reply get_artist(Call& call);
Reply get_artist_albums(Call& call);
Reply get_track(Call& call);
Reply get_show(Call& call);
Reply get_show_episodes(Call& call);
Reply get_episode(Call& call);
Reply get_audiobook(Call& call);
Reply get_audiobook_chapters(Call& call);
Reply get_chapter(Call& call);

// legacy_handlers.cpp
Reply get_albums(Call& call);
Reply get_artists(Call& call);
Reply get_tracks(Call& call);
Reply get_shows(Call& call);
Reply get_episodes(Call& call);
Reply get_audiobooks(Call& call);
Reply get_chapters(Call& call);
Reply get_artist_top_tracks(Call& call);
Reply get_new_releases(Call& call);
Reply get_categories(Call& call);
Reply get_category(Call& call);
Reply get_markets(Call& call);
Reply get_user(Call& call);
Reply get_user_playlists(Call& call);
Reply save_by_ids(Call& call);
Reply remove_by_ids(Call& call);
Reply contains_by_ids(Call& call);
Reply follow_playlist(Call& call);
Reply unfollow_playlist(Call& call);
Reply playlist_followers_contain(Call& call);

// search_handler.cpp
Reply search(Call& call);

// me_handlers.cpp
Reply get_me(Call& call);
Reply get_top_artists(Call& call);
Reply get_top_tracks(Call& call);
Reply get_following(Call& call);
Reply get_recently_played(Call& call);

// library_handlers.cpp
Reply put_library(Call& call);
Reply delete_library(Call& call);
Reply library_contains(Call& call);
Reply get_saved_tracks(Call& call);
Reply get_saved_albums(Call& call);
Reply get_saved_shows(Call& call);
Reply get_saved_episodes(Call& call);
Reply get_saved_audiobooks(Call& call);

// playlist_handlers.cpp
Reply get_playlist(Call& call);
Reply get_playlist_items(Call& call);
Reply get_my_playlists(Call& call);
Reply get_playlist_images(Call& call);

// playlist_write_handlers.cpp
Reply create_playlist(Call& call);
Reply change_playlist(Call& call);
Reply add_playlist_items(Call& call);
Reply update_playlist_items(Call& call);
Reply remove_playlist_items(Call& call);
Reply put_playlist_image(Call& call);

// player_handlers.cpp
Reply get_playback(Call& call);
Reply get_currently_playing(Call& call);
Reply get_devices(Call& call);
Reply get_queue(Call& call);

// player_command_handlers.cpp
Reply transfer_playback(Call& call);
Reply start_playback(Call& call);
Reply pause_playback(Call& call);
Reply skip_to_next(Call& call);
Reply skip_to_previous(Call& call);
Reply seek_playback(Call& call);
Reply set_repeat(Call& call);
Reply set_shuffle(Call& call);
Reply set_volume(Call& call);
Reply add_to_queue(Call& call);

}  // namespace sim::spotify

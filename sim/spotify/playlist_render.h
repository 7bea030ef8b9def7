// JSON of playlists and their entries.
#pragma once

#include "sim/spotify/call.h"

namespace sim::spotify {

// Whether this caller may read the items. In dev2026 only of own and collaborative playlists.
bool can_see_items(const Call& call, const Playlist& playlist);

json::Object render_simplified_playlist(const Call& call, const Playlist& playlist);
// With the first 100 entries, when the caller may see them.
json::Object render_playlist(const Call& call, const Playlist& playlist);
json::Object render_entry(const Call& call, const View& view, const Entry& entry);
json::Array render_playlist_images(const Call& call, const Playlist& playlist);
// The playlist of the call's path: 400 for a malformed id, 404 for unknown and hidden ones.
Answer<Playlist*> find_playlist(Call& call);

}  // namespace sim::spotify

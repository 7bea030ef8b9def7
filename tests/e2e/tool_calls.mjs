// The names and arguments of the tools that the tests and the demo call, in one place. Each function gives
// [tool, arguments], and the readers below know where the structured answers hold what the callers compare.
export const calls = {
  searchTracks: (query, limit = 10, cursor) => ['search_tracks', clean({ query, limit, cursor })],
  searchAlbums: (query, limit = 5) => ['search', { query, types: ['album'], limit }],
  album: (album_id) => ['get_album_details', { album_id }],
  createPlaylist: (name, description) => ['create_playlist', { name, description, public: false }],
  addTracks: (playlist_id, uris) => ['add_tracks_to_playlist', { playlist_id, uris }],
  playlist: (playlist_id, limit = 50, cursor) => ['get_playlist', clean({ playlist_id, limit, cursor })],
  devices: () => ['get_devices', {}],
  playContext: (context_uri, device_id) => ['play', clean({ context_uri, device_id })],
  skipNext: () => ['skip_next', {}],
  addToQueue: (uri) => ['add_to_queue', { uri }],
  queue: () => ['get_queue', {}],
  setVolume: (volume_percent) => ['set_volume', { volume_percent }],
  playbackState: () => ['get_playback_state', {}],
  me: () => ['get_me', {}],
  authStatus: () => ['get_auth_status', {}],
};

function clean(args) {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}

export const read = {
  items: (answer) => answer.items,
  nextCursor: (answer) => answer.next_cursor,
  playlistId: (answer) => answer.playlist_id,
  nowPlaying: (answer) => answer.item,
  volume: (answer) => answer.device?.volume_percent,
  // A device that can be addressed, takes commands and lets its volume be set.
  usable: (device) => device.id && !device.restricted && !device.volume_fixed,
};

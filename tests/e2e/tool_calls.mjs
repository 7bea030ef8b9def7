// The names and arguments of the tools that the tests and the demo call, in one place. Each function gives
// [tool, arguments], and the readers below know where the structured answers hold what the callers compare.
export const calls = {
  searchTracks: (query, limit = 10, cursor) => ['search_tracks', clean({ query, limit, cursor })],
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
  tracks: (answer) => answer.tracks ?? answer.items,
  albumTracks: (answer) => answer.tracks?.items ?? answer.tracks ?? answer.items,
  playlistId: (answer) => answer.playlist?.id ?? answer.id ?? answer.playlist_id,
  playlistItems: (answer) => answer.items ?? answer.tracks,
  nextCursor: (answer) => answer.next_cursor ?? undefined,
  uri: (item) => item.uri ?? item.track?.uri ?? item.item?.uri,
  devices: (answer) => answer.devices ?? answer.items,
  nowPlaying: (answer) => answer.item ?? answer.track,
  volume: (answer) => answer.device?.volume_percent,
  queue: (answer) => answer.queue ?? answer.items,
};

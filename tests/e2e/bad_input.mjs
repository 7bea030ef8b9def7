// Bad arguments of tools, the same over every transport: what is sent, and what the answer must name. Each is a tool
// error (isError), so that the model mends its call, never a protocol error and never a crash.
export const badArguments = [
  { title: 'an unknown argument', name: 'search_tracks', args: { query: 'midnight', colour: 'red' }, says: /colour/ },
  { title: 'a wrong type', name: 'search_tracks', args: { query: 7 }, says: /query/ },
  { title: 'a missing argument', name: 'search_tracks', args: {}, says: /query/ },
  { title: 'an empty query', name: 'search_tracks', args: { query: '' }, says: /query/ },
  { title: 'limit 0', name: 'search_tracks', args: { query: 'midnight', limit: 0 }, says: /limit/ },
  { title: 'limit 51', name: 'search_tracks', args: { query: 'midnight', limit: 51 }, says: /limit.*50|50.*limit/s },
  { title: 'a limit that is no integer', name: 'search_tracks', args: { query: 'midnight', limit: 1.5 }, says: /limit/ },
  { title: 'a malformed id', name: 'get_album_details', args: { album_id: 'not an id' }, says: /album_id/ },
  { title: 'an id of another kind', name: 'get_album_details', args: { album_id: 'spotify:track:Inv3ntedInv3ntedInv3nt' }, says: /album_id/ },
  { title: 'a path in an id', name: 'get_album_details', args: { album_id: '../../me/playlists/aaaaaa' }, says: /album_id/ },
  { title: 'a control character', name: 'search_tracks', args: { query: 'lo\u0007ve' }, says: /query/ },
  { title: 'a control character in a name', name: 'create_playlist', args: { name: 'a\u0000b' }, says: /name/ },
  { title: 'a volume of 101', name: 'set_volume', args: { volume_percent: 101 }, says: /volume_percent/ },
  { title: 'a cursor that we never gave', name: 'search_tracks', args: { query: 'midnight', cursor: 'made-up' }, says: /cursor/ },
  { title: 'two problems at once', name: 'search_tracks', args: { query: 7, limit: 0 }, says: /query.*limit|limit.*query/s },
];

// Names that break careless programs; each must reach the search as it is.
export const hostileNames = [
  "Don't Stop Believin'", 'AC/DC', 'artist:"Daft Punk"', '<3', 'P!nk; DROP TABLE', 'naïve café 🎧', 'مرحبا بالعالم',
  '100% & more?a=b#c', 'back\\slash',
];

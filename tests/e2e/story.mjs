// The main job, told once for every client: find music, build a playlist of 150 tracks, read it back, play it. The demo
// prints it and the tests run it. Each step checks what it got and says in a few words what that was.
import { textOf } from './harness.mjs';
import { calls, read } from './tool_calls.mjs';

export const playlistSize = 150;
const searchWords = ['love', 'night', 'the', 'blue', 'river', 'light', 'dance', 'rain', 'home', 'fire', 'a', 'e', 'o'];

export class StepFailed extends Error {}

// Throws with the step's name when the expectation does not hold.
function expect(condition, step, what) {
  if (!condition) throw new StepFailed(`${step}: ${what}`);
}

// session has call(name, args); report(step) gets {tool, said, detail, ms} after each step; countAdds() gives how many
// requests to add tracks have reached Spotify so far.
export async function tellStory(session, label, report, countAdds) {
  async function ask([tool, args], describe, said = '') {
    const began = performance.now();
    const result = await session.call(tool, args);
    const ms = performance.now() - began;
    expect(!result.isError, tool, `answered with an error: ${textOf(result)}`);
    expect(result.structuredContent, tool, 'has no structured answer');
    const detail = describe?.(result.structuredContent);
    if (detail) report({ tool, said, detail, ms });
    return result.structuredContent;
  }

  const found = read.tracks(await ask(
    calls.searchTracks('love', 5), (a) => titles(read.tracks(a)), '"love", 5 results'));
  expect(found.length === 5, 'search_tracks', `gave ${found.length} tracks instead of 5`);

  const albumId = found[0].album?.id ?? found[0].album_id;
  expect(albumId, 'search_tracks', 'gave a track without its album');
  const album = await ask(calls.album(albumId), (a) => `"${a.name ?? a.album?.name}", ${read.albumTracks(a).length} tracks`, albumId);
  expect(read.albumTracks(album).length > 0, 'get_album_details', 'gave no tracks');

  const uris = await collect(ask, read.albumTracks(album).map(read.uri));
  report({ tool: 'search_tracks', said: 'several words, with cursors', detail: `${uris.length} different tracks collected` });

  const playlistId = read.playlistId(await ask(
    calls.createPlaylist(`Demo: ${label}`, 'Made by the demo'), (a) => read.playlistId(a), `"Demo: ${label}"`));
  expect(playlistId, 'create_playlist', 'gave no id');

  const addsBefore = await countAdds();
  const added = await ask(calls.addTracks(playlistId, uris));
  const adds = (await countAdds()) - addsBefore;
  report({
    tool: 'add_tracks_to_playlist', said: `${uris.length} tracks in one call`,
    detail: `${statusOf(added)}, ${adds} requests to Spotify`,
  });
  expect(adds === 2, 'add_tracks_to_playlist', `sent ${adds} requests instead of 2`);

  const readBack = await readPlaylist(ask, playlistId, report);
  expect(readBack.length === uris.length, 'get_playlist', `gave ${readBack.length} tracks instead of ${uris.length}`);
  const wrong = uris.findIndex((uri, n) => readBack[n] !== uri);
  expect(wrong < 0, 'get_playlist', `has ${readBack[wrong]} at position ${wrong}, where ${uris[wrong]} was added`);

  await play(ask, playlistId, uris);
}

function titles(tracks) {
  return tracks.slice(0, 3).map((track) => `"${track.name}"`).join(', ') + (tracks.length > 3 ? ', ...' : '');
}

async function collect(ask, start) {
  const uris = new Set(start);
  for (const word of searchWords) {
    let cursor;
    do {
      const page = await ask(calls.searchTracks(word, 50, cursor));
      for (const track of read.tracks(page)) uris.add(read.uri(track));
      cursor = read.nextCursor(page);
    } while (cursor && uris.size < playlistSize);
    if (uris.size >= playlistSize) return [...uris].slice(0, playlistSize);
  }
  throw new StepFailed(`search_tracks: only ${uris.size} different tracks were found`);
}

async function readPlaylist(ask, playlistId, report) {
  const uris = [];
  let pages = 0;
  let cursor;
  const began = performance.now();
  do {
    const page = await ask(calls.playlist(playlistId, 50, cursor));
    uris.push(...read.playlistItems(page).map(read.uri));
    cursor = read.nextCursor(page);
    pages += 1;
    expect(pages <= 20, 'get_playlist', 'gives one cursor after another without an end');
  } while (cursor);
  report({
    tool: 'get_playlist', said: `read back with cursors, ${pages} pages`, detail: `${uris.length} tracks, in the order added`,
    ms: performance.now() - began,
  });
  return uris;
}

async function play(ask, playlistId, uris) {
  const devices = read.devices(await ask(calls.devices(), (a) => read.devices(a).map((d) => d.name).join(', ')));
  expect(devices.length > 0, 'get_devices', 'gave no device');
  const device = devices.find((d) => d.supports_volume !== false && !d.is_restricted) ?? devices[0];

  await ask(calls.playContext(`spotify:playlist:${playlistId}`, device.id), statusOf, `the playlist on ${device.name}`);
  await expectPlaying(ask, uris[0], 'after play');
  await ask(calls.skipNext(), statusOf);
  await expectPlaying(ask, uris[1], 'after skip_next');

  const queued = uris[100];
  await ask(calls.addToQueue(queued), statusOf, queued);
  await ask(calls.skipNext(), statusOf);
  await expectPlaying(ask, queued, 'after add_to_queue and skip_next');

  await ask(calls.setVolume(35), statusOf, '35 percent');
  const state = await ask(calls.playbackState(), (a) => `"${read.nowPlaying(a)?.name}" at ${read.volume(a)} percent`);
  expect(read.volume(state) === 35, 'set_volume', `left the volume at ${read.volume(state)}`);
}

const statusOf = (answer) => answer.status ?? 'done';

async function expectPlaying(ask, uri, when) {
  const state = await ask(calls.playbackState());
  const playing = read.nowPlaying(state);
  expect(playing && read.uri(playing) === uri, 'get_playback_state',
    `${when} ${uri} should play, but ${playing ? read.uri(playing) : 'nothing'} does`);
}

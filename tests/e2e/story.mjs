// The main job, told once for every client: find music, build a playlist of 150 tracks, read it back, play it. The demo
// prints it and the tests run it. Each step checks what it got and says in a few words what that was.
import { textOf } from './harness.mjs';
import { calls, read } from './tool_calls.mjs';

export const playlistSize = 150;
const searchWords = ['midnight', 'lantern', 'silver', 'harbour', 'quiet', 'paper', 'winter', 'signal', 'lunar', 'dance', 'velvet'];

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

  const found = await ask(calls.searchTracks('midnight', 5), (a) => names(a.items), '"midnight", 5 results');
  expect(found.items.length === 5, 'search_tracks', `gave ${found.items.length} tracks instead of 5`);

  const albums = await ask(calls.searchAlbums('lantern'), (a) => names(a.items), '"lantern", albums');
  expect(albums.items.length > 0, 'search', 'gave no albums');
  const album = await ask(
    calls.album(albums.items[0].uri), (a) => `"${a.name}", ${a.items.length} tracks`, albums.items[0].uri);
  expect(album.items.length > 0, 'get_album_details', 'gave no tracks');

  const uris = await collect(ask, album.items.map((track) => track.uri));
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

function names(items) {
  return items.slice(0, 3).map((item) => `"${item.name}"`).join(', ') + (items.length > 3 ? ', ...' : '');
}

async function collect(ask, start) {
  const uris = new Set(start);
  for (const word of searchWords) {
    let cursor;
    do {
      const page = await ask(calls.searchTracks(word, 50, cursor));
      for (const track of read.items(page)) uris.add(track.uri);
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
    uris.push(...read.items(page).map((item) => item.uri));
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
  const devices = await ask(calls.devices(), (a) => read.items(a).map((d) => d.name).join(', '));
  const device = read.items(devices).find(read.usable);
  expect(device, 'get_devices', 'gave no device that takes commands');

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
  expect(playing?.uri === uri, 'get_playback_state',
    `${when} ${uri} should play, but ${playing?.uri ?? 'nothing'} does`);
}

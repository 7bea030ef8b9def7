// Every tool that asks Spotify for something, called once or more through the real server, so that each operation that
// the product uses goes over the wire.
import assert from 'node:assert/strict';
import { modernRequest, textOf } from '../e2e/harness.mjs';

// The smallest picture that is a JPEG: its markers and nothing between them.
const cover = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex').toString('base64');

export class Tools {
  #asked = 0;
  #known;

  constructor(wire) {
    this.wire = wire;
  }

  async list() {
    const answer = await this.wire.ask(modernRequest('list', 'tools/list'));
    this.#known ??= new Map(answer.result.tools.map((tool) => [tool.name, tool]));
    return [...this.#known.keys()];
  }

  // What the tool answered. One that wants a confirmation gets that of its dry run.
  async call(name, args = {}) {
    const tool = this.#known.get(name);
    assert.ok(tool, `${name} is not listed`);
    if (tool.inputSchema.properties?.confirm && tool.inputSchema.properties.dry_run && name !== 'import_playlist') {
      const trial = await this.#send(name, { ...args, dry_run: true });
      return this.#send(name, trial.confirm ? { ...args, confirm: trial.confirm } : args);
    }
    return this.#send(name, args);
  }

  async #send(name, args) {
    const answer = await this.wire.ask(modernRequest((this.#asked += 1), 'tools/call', { name, arguments: args }));
    assert.ok(answer.result?.structuredContent, `${name}: ${JSON.stringify(answer)}`);
    assert.ok(!answer.result.isError, `${name}: ${textOf(answer.result)}`);
    return answer.result.structuredContent;
  }
}

// Gives by kind the URIs that a search finds.
async function find(tools) {
  const types = ['track', 'artist', 'album', 'playlist', 'show', 'episode', 'audiobook'];
  const found = {};
  for (const type of types) {
    const answer = await tools.call('search', { query: 'the', types: [type], limit: 10 });
    found[type] = answer.items.map((item) => item.uri);
    assert.ok(found[type].length > 0, `nothing found of ${type}`);
  }
  return found;
}

async function readCatalogue(tools, found) {
  await tools.call('search_tracks', { query: 'night', limit: 25, market: 'US' });
  await tools.call('get_track_details', { track_id: found.track[0], market: 'US' });
  await tools.call('get_album_details', { album_id: found.album[0] });
  const { next_cursor: rest } = await tools.call('get_album_details', { album_id: found.album[1], limit: 2 });
  await tools.call('get_album_details', { album_id: found.album[1], limit: 2, cursor: rest });
  await tools.call('get_artist_details', { artist_id: found.artist[0] });
  await tools.call('get_artist_albums', { artist_id: found.artist[0] });
  await tools.call('get_show', { show_id: found.show[0] });
  await tools.call('get_show_episodes', { show_id: found.show[0] });
  await tools.call('get_episode', { episode_id: found.episode[0] });
  await tools.call('get_audiobook', { audiobook_id: found.audiobook[0] });
  await tools.call('get_audiobook_chapters', { audiobook_id: found.audiobook[0] });
}

async function readPerson(tools) {
  for (const name of ['get_me', 'get_followed_artists', 'get_saved_tracks', 'get_saved_albums', 'get_saved_shows',
    'get_saved_episodes', 'get_saved_audiobooks', 'get_recently_played', 'doctor']) await tools.call(name);
  for (const type of ['track', 'artist']) await tools.call('get_top_items', { type });
}

async function usePlayer(tools, found) {
  const devices = (await tools.call('get_devices')).items;
  const [first, second] = devices.filter((each) => each.id && !each.restricted);
  await tools.call('play', { context_uri: found.album[0], device_id: first.id });
  await tools.call('play', { uris: found.track.slice(0, 4), offset_position: 1, position_ms: 1000 });
  await tools.call('add_to_queue', { uri: found.track[5] });
  await tools.call('get_queue');
  await tools.call('skip_next');
  await tools.call('skip_previous');
  await tools.call('seek', { position_ms: 5000 });
  await tools.call('set_volume', { volume_percent: 31 });
  await tools.call('set_shuffle', { shuffle: true });
  await tools.call('set_repeat', { mode: 'context' });
  await tools.call('pause');
  await tools.call('play');
  await tools.call('play', { uris: [found.episode[0]] });
  await tools.call('get_playback_state');
  await tools.call('transfer_playback', { device_id: second.id });
}

async function useLibrary(tools, found) {
  const uris = ['track', 'album', 'show', 'episode', 'audiobook', 'artist', 'playlist'].map((type) => found[type][0]);
  await tools.call('check_library', { uris });
  await tools.call('save_to_library', { uris });
  await tools.call('remove_from_library', { uris: uris.slice(0, 5) });
  await tools.call('follow_artists', { artist_ids: [found.artist[1]] });
  await tools.call('unfollow_artists', { artist_ids: [found.artist[1]] });
}

async function usePlaylists(tools, found) {
  for (const { uri, owner } of (await tools.call('get_playlists')).items) {
    if (owner !== 'Robin Testwell') continue;
    // What lies beyond the first hundred items is another operation.
    for (let cursor; cursor !== null;) {
      const page = await tools.call('get_playlist', { playlist_id: uri, limit: 50, ...(cursor && { cursor }) });
      cursor = page.next_cursor ?? null;
    }
  }
  await tools.call('get_playlist', { playlist_id: found.playlist[0] });
  const { playlist_id: id } = await tools.call('create_playlist', { name: 'Checked', description: 'Made by a test', public: false });
  await tools.call('get_playlist', { playlist_id: id });
  await tools.call('update_playlist', { playlist_id: id, name: 'Checked twice' });
  await tools.call('add_tracks_to_playlist', { playlist_id: id, uris: [...found.track, ...found.track.slice(0, 2)] });
  await tools.call('add_tracks_to_playlist', { playlist_id: id, uris: [found.episode[0]], position: 1 });
  await tools.call('reorder_playlist', { playlist_id: id, range_start: 0, insert_before: 3 });
  await tools.call('dedupe_playlist', { playlist_id: id });
  await tools.call('remove_tracks_from_playlist', { playlist_id: id, uris: [found.track[3]] });
  await tools.call('replace_playlist_items', { playlist_id: id, uris: found.track.slice(0, 3) });
  await tools.call('set_playlist_cover', { playlist_id: id, image: cover });
  await tools.call('get_playlist_cover', { playlist_id: id });
  await tools.call('unfollow_playlist', { playlist_id: id });
}

export async function useEverything(tools) {
  await tools.list();
  const found = await find(tools);
  await readCatalogue(tools, found);
  await readPerson(tools);
  await usePlayer(tools, found);
  await useLibrary(tools, found);
  await usePlaylists(tools, found);
}

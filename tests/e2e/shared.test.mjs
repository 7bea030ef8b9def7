// Three servers of one user at once, as three assistants start them: one cache, one quota ledger, one cool-down, one
// refresh; also when one of them is killed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Workspace, modernRequest, textOf, withDeadline } from './harness.mjs';
import { calls } from './tool_calls.mjs';
import { sim } from './sim.mjs';

const workspace = new Workspace();
let servers;

before(async () => {
  await workspace.startSim();
  workspace.writeConfig((config) => { config.tools = { toolsets: ['all'] }; });
  await workspace.login();
  servers = [0, 1, 2].map(() => workspace.startStdio());
  await Promise.all(servers.map((server) => server.ask(modernRequest('ready', 'tools/list'))));
});
after(() => workspace.close());

let asked = 0;
async function call(server, [name, args]) {
  const answer = await server.ask(modernRequest((asked += 1), 'tools/call', { name, arguments: args }));
  assert.ok(answer.result, JSON.stringify(answer));
  return answer.result;
}
const turn = () => new Promise((resolve) => { setImmediate(resolve); });
const requests = async (operation) => (await sim.requests(workspace))[operation] ?? 0;
// Whatever a server has begun to write is written when this is answered: one worker does it all, in order.
const settle = (server) => call(server, ['get_quota_status', {}]);

test('what one server has read, the others need not ask for', async () => {
  const found = await call(servers[0], calls.searchAlbums('night', 1));
  assert.ok(!found.isError, textOf(found));
  const album = found.structuredContent.items[0].uri;
  const before = await requests('GET /albums/{id}');
  for (const server of servers) {
    const answer = await call(server, calls.album(album));
    assert.ok(!answer.isError, textOf(answer));
    await call(server, ['get_cache_stats', {}]);
  }
  assert.equal(await requests('GET /albums/{id}'), before + 1);
  const stats = await call(servers[2], ['get_cache_stats', {}]);
  assert.equal(stats.structuredContent.stored_hits, 1);
});

test('what one server changes, the others see at once', async () => {
  const saved = async (server) => (await call(server, ['get_saved_shows', {}])).structuredContent.total;
  const total = await saved(servers[1]);
  const found = await call(servers[0], ['search', { query: 'a', types: ['show'], limit: 10 }]);
  const checked = await call(servers[0], ['check_library', { uris: found.structuredContent.items.map((item) => item.uri) }]);
  const fresh = checked.structuredContent.items.find((item) => !item.saved);
  const done = await call(servers[0], ['save_to_library', { uris: [fresh.uri] }]);
  assert.ok(!done.isError, textOf(done));
  for (const server of servers) assert.equal(await saved(server), total + 1);
});

test('servers that find the token dead refresh it once', async () => {
  const before = await requests('POST /api/token');
  await sim.expireTokens(workspace);
  const answers = await Promise.all(servers.map((server) => call(server, ['get_devices', {}])));
  for (const answer of answers) assert.ok(!answer.isError, textOf(answer));
  assert.equal(await requests('POST /api/token'), before + 1);
});

test('the ledger counts the requests of all servers', async () => {
  for (const server of servers) await settle(server);
  const counted = async (server) => (await settle(server)).structuredContent.buckets
    .find((bucket) => bucket.bucket === 'search').last_24_hours;
  const total = await requests('GET /search');
  for (const server of servers) assert.equal(await counted(server), total);
});

test('a quota that one server met keeps the others, and a later one, from asking', async () => {
  await sim.faults(workspace, [{ kind: 'quota_exceeded', path: '/search', times: 99 }]);
  const before = await requests('GET /search');
  const refused = await call(servers[0], calls.searchTracks('first'));
  assert.ok(refused.isError);
  await settle(servers[0]);
  await settle(servers[1]);
  const late = workspace.startStdio();
  for (const server of [servers[0], servers[1], late]) {
    const answer = await call(server, calls.searchTracks('second'));
    assert.ok(answer.isError);
    assert.match(textOf(answer), /quota for search requests is used up until/);
  }
  assert.equal(await requests('GET /search'), before + 1);
  const found = await call(late, ['doctor', {}]);
  assert.equal(found.structuredContent.healthy, false);
  assert.ok(found.structuredContent.findings.some((each) => each.check === 'quota' && each.level === 'problem'));
});

test('one that is killed in the middle of a refresh keeps the others from nothing, and they refresh once', async () => {
  const victim = workspace.startStdio();
  await victim.ask(modernRequest('ready', 'tools/list'));
  await sim.expireTokens(workspace);
  // So far away that it certainly dies before its answer comes.
  await sim.faults(workspace, [{ kind: 'slow', path: '/api/token', times: 1, delay_ms: 60_000 }]);
  const before = await requests('POST /api/token');
  victim.send(modernRequest('dies', 'tools/call', { name: 'get_devices', arguments: {} }));
  await withDeadline((async () => { while (await requests('POST /api/token') === before) await turn(); })(), 'its refresh');
  const others = servers.map((server) => call(server, ['get_devices', {}]));
  await victim.program.stop('SIGKILL');
  for (const answer of await Promise.all(others)) assert.ok(!answer.isError, textOf(answer));
  assert.equal(await requests('POST /api/token'), before + 2, 'one of the dead server, and one for the three others');
  await sim.faults(workspace, []);
});

test('what one that is killed had read and counted stays, and its cool-down holds for the others', async () => {
  const victim = workspace.startStdio();
  const saved = (await call(servers[0], ['get_saved_shows', {}])).structuredContent.items[0].uri;
  const shows = await requests('GET /shows/{id}');
  await call(victim, ['get_show', { show_id: saved }]);
  await call(victim, ['get_quota_status', {}]); // By then its answer is in the file.
  await sim.faults(workspace, [{ kind: 'quota_exceeded', path: '/me/following', times: 99 }]);
  const refused = await call(victim, ['get_followed_artists', {}]);
  assert.ok(refused.isError);
  await call(victim, ['get_cache_stats', {}]);
  await victim.program.stop('SIGKILL');
  const asked = await requests('GET /me/following');
  const late = workspace.startStdio();
  for (const server of [...servers, late]) {
    await call(server, ['get_quota_status', {}]); // Brings the ledger along.
    assert.ok((await call(server, ['get_followed_artists', {}])).isError);
    const show = await call(server, ['get_show', { show_id: saved }]);
    assert.ok(!show.isError, textOf(show));
  }
  assert.equal(await requests('GET /me/following'), asked);
  assert.equal(await requests('GET /shows/{id}'), shows + 1);
  await sim.faults(workspace, []);
});

test('a list that one server began goes on in the others, and in one that starts later', async () => {
  const first = (await call(servers[0], ['get_saved_tracks', { limit: 2 }])).structuredContent;
  const whole = (await call(servers[0], ['get_saved_tracks', { limit: 4 }])).structuredContent;
  for (const server of [servers[1], workspace.startStdio()]) {
    const next = await call(server, ['get_saved_tracks', { limit: 2, cursor: first.next_cursor }]);
    assert.ok(!next.isError, textOf(next));
    assert.deepEqual(next.structuredContent.items, whole.items.slice(2));
    // One letter off, and it is nobody's.
    const [place, code] = first.next_cursor.split('.');
    const forged = `${Buffer.from('{"o":3}').toString('base64url')}.${code}`;
    assert.equal(Buffer.from(place, 'base64url').toString(), '{"o":2}');
    const refused = await call(server, ['get_saved_tracks', { limit: 2, cursor: forged }]);
    assert.match(textOf(refused), /^cursor does not belong to this call/);
  }
});

test('a logout forgets what was kept for the account', async () => {
  const program = workspace.start(process.env.SMS_SERVER, ['logout', '--config', workspace.config]);
  assert.equal((await program.ended()).code, 0, program.describe());
  const stats = await call(servers[1], ['get_cache_stats', {}]);
  assert.equal(stats.structuredContent.stored_entries, 0);
});

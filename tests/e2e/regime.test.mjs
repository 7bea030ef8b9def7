// What the server finds out about the kind of Spotify app it runs under, in each kind: once, remembered by the next
// process, and said by doctor. The default tools ask for nothing that any of the kinds lacks.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Workspace, modernRequest, textOf } from './harness.mjs';
import { sim } from './sim.mjs';

const workspaces = [];
after(async () => {
  for (const workspace of workspaces) await workspace.close();
});

async function loggedIn(regime, change = () => {}) {
  const workspace = new Workspace();
  workspaces.push(workspace);
  await workspace.startSim(['--regime', regime]);
  workspace.writeConfig((config) => {
    config.tools = { toolsets: ['all'] };
    change(config);
  });
  await workspace.login();
  return workspace;
}

const call = async (wire, name, args = {}) => {
  const answer = await wire.ask(modernRequest(name, 'tools/call', { name, arguments: args }));
  assert.ok(answer.result && !answer.result.isError, JSON.stringify(answer));
  return answer.result;
};
const names = async (wire) => (await wire.ask(modernRequest('list', 'tools/list'))).result.tools.map((tool) => tool.name);
const probes = async (workspace) => (await sim.requests(workspace))['GET /markets'] ?? 0;
const kindOf = (result) => textOf(result).match(/app is of the kind ([\w-]+)/)?.[1];

for (const regime of ['dev2026', 'dev-legacy', 'extended']) {
  test(`an app of ${regime} is found to be that, with one request for all processes`, async () => {
    const workspace = await loggedIn(regime);
    const wire = workspace.startStdio();
    assert.equal(kindOf(await call(wire, 'doctor')), regime);
    assert.equal(kindOf(await call(wire, 'doctor')), regime);
    const offered = await names(wire);
    assert.equal((await wire.finish()).code, 0);
    assert.equal(await probes(workspace), 1);

    const later = workspace.startStdio();
    assert.deepEqual(await names(later), offered);
    assert.equal(kindOf(await call(later, 'doctor')), regime);
    assert.equal(await probes(workspace), 1);
    // The same question has the same answer, in whichever words the kind puts it.
    const playlist = (await call(later, 'get_playlists')).structuredContent.items[0];
    const content = (await call(later, 'get_playlist', { playlist_id: playlist.uri })).structuredContent;
    assert.equal(content.items.length, playlist.tracks);
    assert.ok(content.items.every((item) => item.uri && item.name));
    const followed = (await call(later, 'search', { query: 'a', types: ['artist'], limit: 20 })).structuredContent.items;
    assert.equal(followed.length, 20);
  });
}

test('a kind that the configuration names is not asked for', async () => {
  const workspace = await loggedIn('extended', (config) => { config.spotify.regime = 'dev2026'; });
  const wire = workspace.startStdio();
  assert.equal(kindOf(await call(wire, 'doctor')), 'dev2026');
  assert.equal(await probes(workspace), 0);
});

test('a refusal that says nothing of the kind is not taken for one', async () => {
  const workspace = new Workspace();
  workspaces.push(workspace);
  await workspace.startSim(['--regime', 'extended']);
  workspace.writeConfig((config) => { config.tools = { toolsets: ['all'] }; });
  await sim.faults(workspace, [{ kind: 'premium_owner', path: '/markets', times: 3 }]);
  await workspace.login();
  const wire = workspace.startStdio();
  const found = await call(wire, 'doctor');
  assert.equal(kindOf(found), undefined);
  assert.match(textOf(found), /not known which operations Spotify allows/);
  await sim.faults(workspace, []);
  assert.equal(kindOf(await call(wire, 'doctor')), 'extended');
});

// Listening to the player through the real server, in both eras: a change that the server did not make itself is told,
// and when nobody listens Spotify is not asked any more.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Workspace, modernRequest, textOf, withDeadline } from './harness.mjs';
import { sim } from './sim.mjs';

const uri = 'spotify://me/player';
const workspace = new Workspace();
let other; // Another assistant of the same person, which plays and pauses.

before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  other = workspace.startStdio();
  await call('play', { uris: await someTracks(), device_id: await aDevice() });
});
after(() => workspace.close());

let asked = 0;
async function call(name, args = {}) {
  const answer = await other.ask(modernRequest((asked += 1), 'tools/call', { name, arguments: args }));
  assert.ok(answer.result && !answer.result.isError, JSON.stringify(answer));
  return answer.result.structuredContent;
}
const someTracks = async () => (await call('search_tracks', { query: 'a', limit: 3 })).items.map((item) => item.uri);
const aDevice = async () => (await call('get_devices')).items.find((each) => each.id && !each.restricted).id;
const looks = async () => (await sim.requests(workspace))['GET /me/player'] ?? 0;

// Waits until the simulator has been asked so often, looking at its counts again and again.
async function looked(times) {
  while ((await looks()) < times) await new Promise((resolve) => { setImmediate(resolve); });
}

async function update(wire) {
  for (;;) {
    const message = await wire.next('an update of the player');
    if (message.method === 'notifications/resources/updated') return message;
  }
}

test('subscriptions/listen of the modern era hears of a pause by somebody else', async () => {
  const wire = workspace.startStdio();
  const before = await looks();
  wire.send(modernRequest('l', 'subscriptions/listen', { notifications: { resourceSubscriptions: [uri] } }));
  const first = await wire.next('the acknowledgement');
  assert.equal(first.method, 'notifications/subscriptions/acknowledged');
  await withDeadline(looked(before + 1), 'the first look');
  await call('pause');
  const told = await update(wire);
  assert.equal(told.params.uri, uri);
  assert.equal(told.params._meta['io.modelcontextprotocol/subscriptionId'], 'l');
  const read = await wire.ask(modernRequest(2, 'resources/read', { uri }));
  assert.equal(JSON.parse(read.result.contents[0].text).is_playing, false, textOf(read.result));
  assert.equal((await wire.finish()).code, 0);
});

test('resources/subscribe of the legacy era hears of it too, until it unsubscribes', async () => {
  const wire = workspace.startStdio();
  await wire.initialize();
  const before = await looks();
  await wire.ask({ jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri } });
  await withDeadline(looked(before + 1), 'the first look');
  await call('play');
  assert.deepEqual((await update(wire)).params, { uri });
  await wire.ask({ jsonrpc: '2.0', id: 2, method: 'resources/unsubscribe', params: { uri } });
  await wire.ask({ jsonrpc: '2.0', id: 3, method: 'ping' });
  const after = await looks();
  await call('pause');
  await wire.ask({ jsonrpc: '2.0', id: 4, method: 'ping' });
  // The pause looks itself, to see whether it was done; nobody else does.
  assert.ok((await looks()) - after <= 2);
  assert.ok(!wire.messages().slice(-2).some((each) => each.method === 'notifications/resources/updated'));
  assert.equal((await wire.finish()).code, 0);
});

// What our client sends and what the simulator answers are as Spotify's own description of the Web API says: Prism
// stands between the two and checks both.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Workspace, withDeadline } from '../e2e/harness.mjs';
import { sim } from '../e2e/sim.mjs';
import { login } from './login.mjs';
import { description, distorter, missing, recorder, startPrism } from './prism.mjs';

const reason = missing();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}
const { connect, rows, things } = await import('./sdk_calls.mjs');
const { Tools, useEverything } = await import('./story.mjs');

const closing = [];
after(async () => {
  for (const each of closing.reverse()) await each.close();
});

// recorder -> Prism -> distorter -> simulator.
async function startBehindPrism(regime) {
  const workspace = new Workspace();
  closing.push(workspace);
  await workspace.startSim(['--regime', regime]);
  const upstream = await distorter(workspace.simUrl);
  closing.push(upstream);
  const front = await recorder(await startPrism(workspace, description(workspace, regime), upstream.url));
  closing.push(front);
  return { workspace, upstream, front };
}

async function operations(workspace) {
  const counts = await sim.requests(workspace);
  return Object.keys(counts).filter((name) => !/\/authorize|\/api\/token/.test(name)).sort();
}

// Asks for the same reads once more, answered with lies: what is not found wrong now was not checked before.
async function unchecked(front, upstream, token) {
  const reads = [...new Set(front.exchanges
    .filter((each) => each.request.startsWith('GET ') && each.status === 200).map((each) => each.request.slice(4)))];
  upstream.lies = true;
  const silent = [];
  for (const read of reads) {
    const before = front.errors().length;
    const answer = await withDeadline(fetch(front.url + read, { headers: { Authorization: `Bearer ${token}` } }), read);
    await answer.text();
    const found = front.errors().slice(before);
    if (!found.some((each) => each.location?.[0] === 'response')) silent.push(read);
  }
  upstream.lies = false;
  return silent;
}

test('dev2026: no request of any tool and no answer to one violates the description', async () => {
  const { workspace, upstream, front } = await startBehindPrism('dev2026');
  workspace.writeConfig((config) => {
    config.tools = { toolsets: ['all'] };
    config.api.base_url = `${front.url}/v1`;
    // The story is longer than the requests that one half minute is allowed.
    config.api.rate_limit = 1000;
  });
  await workspace.login();
  await useEverything(new Tools(workspace.startStdio()));
  assert.deepEqual(front.errors(), []);
  // Chapters and the item that plays without its device have no tool of their own; the probe of the regime asks for one
  // operation that dev2026 has not.
  const asked = (await operations(workspace)).filter((name) => name !== 'GET /markets');
  assert.equal(asked.length, 47, asked.join('\n'));
  const { access_token: token } = await login(workspace.simUrl);
  assert.deepEqual(await unchecked(front, upstream, token), []);
});

test('dev2026: a request that is wrong is seen', async () => {
  const { workspace, front } = await startBehindPrism('dev2026');
  const { access_token: token } = await login(workspace.simUrl);
  for (const read of ['/v1/search?q=a&type=track&limit=11', '/v1/search?q=a&type=polka', '/v1/search?type=track']) {
    const before = front.errors().length;
    await (await fetch(front.url + read, { headers: { Authorization: `Bearer ${token}` } })).text();
    assert.ok(front.errors().slice(before).some((each) => each.location?.[0] === 'request'), read);
  }
});

test('extended: no answer to the SDK violates the description', async () => {
  const { workspace, front } = await startBehindPrism('extended');
  const { api } = connect(await login(workspace.simUrl), front.url);
  const at = await things(api);
  for (const [name, reach, call] of rows(at)) {
    if (reach !== 'retired') await call(api).catch((error) => assert.fail(`${name}: ${error.message}`));
  }
  // Its requests are as old as it is; only the answers are ours.
  assert.deepEqual(front.errors().filter((each) => each.location?.[0] !== 'request'), []);
  const asked = await operations(workspace);
  assert.ok(asked.length > 70, asked.join('\n'));
});

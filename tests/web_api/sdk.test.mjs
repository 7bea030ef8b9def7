// Spotify's own SDK, unmodified, against the simulator: each of its methods succeeds in `extended`, and those that
// development mode lost in February 2026 fail with 403 in `dev2026`.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Workspace } from '../e2e/harness.mjs';
import { sim } from '../e2e/sim.mjs';
import { app, login } from './login.mjs';

if (!fs.existsSync(path.join(import.meta.dirname, 'node_modules/@spotify/web-api-ts-sdk'))) {
  console.log("skipped: Spotify's SDK is not installed; run script/npm-install tests/web_api");
  process.exit(77);
}
const { SpotifyApi } = await import('@spotify/web-api-ts-sdk');
const { connect, methods, rows, things } = await import('./sdk_calls.mjs');

const workspaces = [];
after(async () => {
  for (const workspace of workspaces) await workspace.close();
});

async function startSim(args) {
  const workspace = new Workspace();
  workspaces.push(workspace);
  await workspace.startSim(args);
  return workspace;
}

// What came of each row: the status of its last answer, and the answer or the error.
async function callAll(api, seen, at) {
  const outcomes = [];
  for (const [name, reach, call, holds = () => true] of rows(at)) {
    seen.response = undefined;
    const outcome = await call(api).then((answer) => ({ holds: Boolean(holds(answer)) }), (error) => ({ error: error.message }));
    outcomes.push({ name, reach, status: seen.response?.status, ...outcome });
  }
  return outcomes;
}
const wrong = (outcomes, isRight) => outcomes.filter((outcome) => !isRight(outcome));

test('each method of the SDK is among the calls', async () => {
  const { api } = connect({ access_token: 'none', expires_in: 3600 }, 'http://127.0.0.1:9');
  const called = new Set(rows(new Proxy({}, { get: () => ['x', 'y'] })).map(([name]) => name));
  assert.deepEqual(methods(api).filter((name) => !called.has(name)), []);
});

for (const regime of ['extended', 'dev-legacy']) {
  test(`in ${regime} each method succeeds, but those that were retired in 2024`, async () => {
    const workspace = await startSim(['--regime', regime]);
    const { api, seen } = connect(await login(workspace.simUrl), workspace.simUrl);
    const outcomes = await callAll(api, seen, await things(api));
    assert.deepEqual(wrong(outcomes, ({ reach, status, holds }) =>
      reach === 'retired' ? status === 404 : status < 300 && holds === true), []);
  });
}

test('in dev2026 what was removed fails with 403, and the rest succeeds', async () => {
  const workspace = await startSim(['--regime', 'dev2026']);
  const { api, seen } = connect(await login(workspace.simUrl), workspace.simUrl);
  const at = await things(api);
  // Its own way to make a playlist is gone, so the rows about one get a playlist that is there.
  const mine = (await api.currentUser.playlists.playlists(1)).items[0];
  at.made = mine;
  const outcomes = await callAll(api, seen, at);
  assert.deepEqual(wrong(outcomes, ({ reach, status, holds, error }) =>
    reach === 'all' ? status < 300 && holds === true : status === 403 && /"message":"Forbidden"/.test(error)), []);
});

// The SDK asks the accounts service through the global fetch.
async function throughAccounts(workspace, run) {
  const real = globalThis.fetch;
  globalThis.fetch = (target, options) => real(String(target).replace('https://accounts.spotify.com', workspace.simUrl), options);
  try {
    return await run();
  } finally {
    globalThis.fetch = real;
  }
}

test('its token for an application reads the catalogue and nothing of a person', async () => {
  const workspace = await startSim([]);
  await throughAccounts(workspace, async () => {
    const api = SpotifyApi.withClientCredentials(app.id, app.secret, [], {
      fetch: (target, options) => fetch(target.replace('https://api.spotify.com', workspace.simUrl), options),
    });
    assert.ok((await api.search('night', ['track'], 'US', 1)).tracks.total > 0);
    await assert.rejects(api.currentUser.profile(), /Bad or expired token/);
  });
});

test('it refreshes with the tokens that a strict rotation gives, once each', async () => {
  const workspace = await startSim(['--refresh-mode', 'strict']);
  await throughAccounts(workspace, async () => {
    const token = await login(workspace.simUrl);
    const { api } = connect(token, workspace.simUrl);
    for (let round = 0; round < 2; round += 1) {
      const before = await api.getAccessToken();
      before.expires = 1;
      await sim.expireTokens(workspace);
      assert.equal((await api.currentUser.profile()).id, 'sim-listener');
      assert.notEqual((await api.getAccessToken()).refresh_token, before.refresh_token);
    }
    const { api: late } = connect({ ...token, expires: 1 }, workspace.simUrl);
    await assert.rejects(late.currentUser.profile(), /Refresh token revoked/);
  });
});

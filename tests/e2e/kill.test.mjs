// A server that is killed in the middle of a token refresh loses nothing: whatever moment it was, the next start works
// without a new login. The simulator rotates the refresh token at every refresh, so a token that was not stored is felt.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Workspace, modernRequest, postModern, random, textOf } from './harness.mjs';
import { calls } from './tool_calls.mjs';
import { sim } from './sim.mjs';

const rounds = Number(process.env.SMS_KILL_ROUNDS ?? 50);
const seed = Number(process.env.SMS_SEED ?? 20260728);
const workspace = new Workspace();

before(async () => {
  await workspace.startSim(sim.rotatingRefreshArgs);
  workspace.writeConfig();
  await workspace.login();
  // Far away as Spotify is, so that most of a call is its refresh.
  await sim.faults(workspace, [{ kind: 'slow', path: '/api/token', times: 1_000_000, delay_ms: 20 }]);
});
after(() => workspace.close());

// A call that no cache answers, so that it finds its token refused and renews it.
const [name, args] = calls.devices();

// One running server, over either transport, with a way to call a tool.
const starters = {
  async http() {
    const server = await workspace.startServer();
    return {
      program: server,
      call: async () => (await postModern(server, workspace.token(), 'tools/call', { name, arguments: args })).message.result,
    };
  },
  async stdio() {
    const wire = workspace.startStdio();
    await wire.ask(modernRequest('ready', 'tools/list'));
    let id = 0;
    return {
      program: wire.program,
      call: async () => (await wire.ask(modernRequest((id += 1), 'tools/call', { name, arguments: args }))).result,
    };
  },
};

const refreshes = async () => (await sim.requests(workspace))['POST /api/token'];

// Lets that much time pass to a fraction of a millisecond, as no timer does, while input and output go on.
async function pass(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
}

async function expectLoggedIn(server, when) {
  const result = await server.call();
  assert.ok(!result.isError, `${when}: ${textOf(result)}\n${server.program.describe()}`);
}

for (const [transport, start] of Object.entries(starters)) {
  test(`kill -9 of the ${transport} server at ${rounds / 2} random points during refreshes (seed ${seed})`, async () => {
    const next = random(seed + transport.length);
    // How long a call with a refresh takes here; the kills are spread over that time and a little beyond.
    let server = await start();
    const times = [];
    for (let n = 0; n < 9; n += 1) {
      await sim.expireTokens(workspace);
      const began = performance.now();
      await expectLoggedIn(server, 'before the first kill');
      times.push(performance.now() - began);
    }
    const refreshMs = times.sort((a, b) => a - b)[times.length >> 1];
    const refreshesBefore = await refreshes();

    // A kill counts when Spotify had the refresh and the program had not answered yet. The others are survived too.
    let underway = 0;
    let round = 0;
    for (; underway < rounds / 2 && round < 4 * rounds; round += 1) {
      await sim.expireTokens(workspace);
      let answered = false;
      const refreshesOfOthers = await refreshes();
      const call = server.call().then(() => (answered = true), () => {});
      const delayMs = next() * refreshMs * 1.3;
      await pass(delayMs);
      await server.program.stop('SIGKILL');
      await call;
      if (!answered && await refreshes() > refreshesOfOthers) underway += 1;
      server = await start();
      await expectLoggedIn(server, `round ${round}, killed after ${delayMs.toFixed(1)} ms`);
    }
    assert.ok(underway >= rounds / 2, `of ${round} kills only ${underway} came between the refresh and the answer`);
    assert.ok(await refreshes() - refreshesBefore >= round, 'every round refreshes');
    await server.program.stop();
  });
}

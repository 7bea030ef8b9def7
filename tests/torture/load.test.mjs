// kill -9 of a server under load, at random moments: what it had answered is in its trail, a bearer that it had renewed
// stays renewed, and the next start is whole.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { modernRequest, modernHeaders, rawHttp } from '../e2e/harness.mjs';
import { Bench, everything, next } from './torture.mjs';

const rounds = everything ? 1000 : Number(process.env.SMS_KILL_ROUNDS ?? 50);
// Records are verified from their beginning, so the trail begins anew now and then.
const roundsOfOneTrail = 25;
const writers = 8;
const bench = new Bench();
before(() => bench.prepare());
after(() => bench.workspace.close());

// Calls until the server is gone; counts the changes that were answered as done.
async function write(server, token, counts) {
  for (let id = 1; ; id += 1) {
    const name = id % 3 === 0 ? 'get_devices' : 'pause';
    const headers = { ...modernHeaders(token(), 'tools/call'), 'Mcp-Name': name };
    const body = JSON.stringify(modernRequest(id, 'tools/call', { name, arguments: {} }));
    const answer = await rawHttp(server.url, { headers, body }).catch(() => undefined);
    if (answer === undefined) return;
    if (answer.status === 200 && name === 'pause' && !answer.message.result?.isError) counts.changes += 1;
  }
}

test(`kill -9 at ${rounds} random moments under ${writers} writers loses nothing that was answered`, async () => {
  const { workspace } = bench;
  const counts = { changes: 0 };
  let expected = 0;
  for (let round = 0; round < rounds; round += 1) {
    if (round % roundsOfOneTrail === 0) {
      bench.restore();
      counts.changes = 0;
      expected = (await bench.pauses()).records;
    }
    const server = await workspace.startServer();
    const running = Array.from({ length: writers }, () => write(server, () => workspace.token(), counts));
    const renewing = next() < 0.3;
    const renewed = renewing ? bench.command(['admin', 'revoke', '--all']).then(({ code }) => code === 0) : false;
    const end = performance.now() + 20 + next() * 130;
    while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
    await server.stop('SIGKILL');
    await Promise.all(running);
    await renewed;
    await bench.expectWhole(`round ${round}`);
    const { records } = await bench.pauses();
    assert.ok(records >= expected + counts.changes,
      `round ${round}: ${counts.changes} changes were answered, ${records - expected} are in the trail`);
  }
  assert.ok(await bench.isLoggedIn());
});

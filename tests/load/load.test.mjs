// A few hundred bad clients with short deadlines: the server ends each of them, and no good request fails.
import assert from 'node:assert/strict';
import test from 'node:test';
import { listen, slow } from './load.mjs';

const programs = { server: process.env.SMS_CONFORMANCE_SERVER, client: process.env.SMS_LOAD_CLIENT, deadlinesMs: 1000 };

test('slow heads, slow bodies and unread answers are ended while good requests go on', async () => {
  const seen = await slow(programs, { count: 150, dripMs: 100, seconds: 60 });
  console.log(JSON.stringify(seen));
  assert.equal(seen.opened, 150);
  assert.equal(seen.failed, 0);
  assert.equal(seen.left, 0);
  assert.ok(seen.good > 100, `only ${seen.good} good requests`);
  // A slow head or body ends before the client does, and each is told.
  assert.ok(seen.ended >= 100, `only ${seen.ended} were ended`);
});

test('streams that are never read cost a bounded queue each, and the others hear everything', async () => {
  const seen = await listen({ ...programs, deadlinesMs: 0 }, { count: 200 });
  console.log(JSON.stringify(seen));
  assert.equal(seen.failed, 0);
  assert.equal(seen.open, 201);
  assert.ok(seen.good >= 100, `only ${seen.good} rounds`);
  assert.ok(seen.notified_bytes > 100 * seen.good * 50, `only ${seen.notified_bytes} bytes were read in ${seen.good} rounds`);
});

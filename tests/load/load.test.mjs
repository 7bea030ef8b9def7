// A few hundred bad clients with short deadlines: the server ends each of them, no good request fails, and what they cost
// is bounded. Sanitizers keep what was freed, so with one of them memory says nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { listen, slow } from './load.mjs';

const programs = { server: process.env.SMS_CONFORMANCE_SERVER, client: process.env.SMS_LOAD_CLIENT, deadlinesMs: 1000 };
const measures = process.env.SMS_SANITIZED === '';

function assertPeak(seen, most) {
  assert.ok(!measures || seen.peak_mb < most, `${seen.peak_mb} MB at the most, and ${most} are allowed`);
}

test('slow heads, slow bodies and unread answers are ended while good requests go on', async () => {
  const seen = await slow(programs, { count: 150, dripMs: 100, seconds: 60 });
  console.log(JSON.stringify(seen));
  assert.equal(seen.opened, 150);
  assert.equal(seen.failed, 0);
  assert.equal(seen.left, 0);
  assert.ok(seen.good > 100, `only ${seen.good} good requests`);
  // A slow head or body ends before the client does, and each is told.
  assert.ok(seen.ended >= 100, `only ${seen.ended} were ended`);
  assertPeak(seen, 60);
});

// Where a newcomer is turned away instead, the good client hears 503 when it connects anew.
test('more slow clients than there may be connections do not keep out a good one', async () => {
  const seen = await slow({ ...programs, deadlinesMs: 2000, connections: 100 }, { count: 150, dripMs: 100, seconds: 60 });
  console.log(JSON.stringify(seen));
  assert.equal(seen.failed, 0);
  assert.equal(seen.left, 0);
  assert.ok(seen.good > 100, `only ${seen.good} good requests`);
});

// Together they send 400 MiB; the server keeps 64 MiB and 16 KiB of each, and as much again while a body grows.
test('large bodies that stop before their last byte take no more memory than all bodies may', async () => {
  const seen = await slow({ ...programs, deadlinesMs: 5000 }, { count: 100, dripMs: 1000, seconds: 60, stalled: true });
  console.log(JSON.stringify(seen));
  assert.equal(seen.failed, 0);
  assert.equal(seen.left, 0);
  assert.ok(seen.good > 20, `only ${seen.good} good requests`);
  assertPeak(seen, 200);
});

test('streams that are never read cost a bounded queue each, and the others hear everything', async () => {
  const seen = await listen({ ...programs, deadlinesMs: 0 }, { count: 200 });
  console.log(JSON.stringify(seen));
  assert.equal(seen.failed, 0);
  assert.equal(seen.open, 201);
  assert.ok(seen.good >= 100, `only ${seen.good} rounds`);
  assert.ok(seen.notified_bytes > 100 * seen.good * 50, `only ${seen.notified_bytes} bytes were read in ${seen.good} rounds`);
  assertPeak(seen, 120);
});

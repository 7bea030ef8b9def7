// Every call to the disk of every scenario as the last one, as one that is cut in half, and as one that fails, once or
// from there on. A sample by default; SMS_TORTURE=all goes through all of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Bench, endure, everything, next, scenarios } from './torture.mjs';

const bench = new Bench();
before(() => bench.prepare());
after(() => bench.workspace.close());

const kinds = [{ kind: 'kill' }, { kind: 'torn' }, { kind: 'eio' }, { kind: 'enospc', ever: true }, { kind: 'eio', ever: true },
  { kind: 'enospc' }];

// All that went wrong, so that one look at a long run is enough.
async function endureAll(name, faults) {
  const problems = [];
  for (const fault of faults) await endure(bench, name, fault).catch((error) => problems.push(error.message));
  assert.equal(problems.length, 0, problems.join('\n\n'));
}

for (const name of Object.keys(scenarios)) {
  test(`${name}: whatever call goes wrong, what was acknowledged holds`, async () => {
    const calls = await endure(bench, name, {});
    assert.ok(calls > 0, 'it does something to the disk');
    const every = Array.from({ length: calls }, (_, i) => i + 1);
    await endureAll(name, everything
      ? kinds.flatMap((kind) => every.map((at) => ({ ...kind, at })))
      : kinds.slice(0, 4).map((kind) => ({ ...kind, at: 1 + Math.floor(next() * calls) })));
  });
}

test('a new master key that cannot take its place is used all the same, and takes it later', async () => {
  bench.restore();
  await bench.killBeforeTheKeyFile();
  const folder = path.join(bench.home, '.config/spotify-mcp-server');
  const readOnly = { kind: 'eio', at: 1, ever: true, root: folder };
  const started = await bench.stdio([['get_devices', {}]], readOnly);
  assert.equal(started.code, 0, started.describe());
  assert.ok(!started.answers[0].isError, started.describe());
  assert.match(started.stderr, /could not take its place/);
  const later = await bench.command(['status']);
  assert.equal(later.code, 0, later.describe());
  assert.match(later.stderr, /Now it is complete/);
  assert.ok(!fs.readdirSync(folder).some((name) => name.includes('.next-')));
});

test('a disk that fails once, where a name is taken away, leaves nothing in the evidence that was not collected', async () => {
  await endure(bench, 'incident', {});
  const calls = fs.readFileSync(bench.count, 'utf8').split('\n');
  const at = 1 + calls.findIndex((line) => line.includes(' unlink ') && line.includes('made-evidence'));
  assert.ok(at > 0);
  await endure(bench, 'incident', { kind: 'eio', at });
});

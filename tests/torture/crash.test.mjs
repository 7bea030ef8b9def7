// Every call to the disk of every scenario as the last one, as one that is cut in half, and as one that fails, once or
// from there on. A sample by default; SMS_TORTURE=all goes through all of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Bench, endure, everything, next, scenarios } from './torture.mjs';

const bench = new Bench();
before(() => bench.prepare());
after(() => bench.workspace.close());

const kinds = [{ kind: 'kill' }, { kind: 'torn' }, { kind: 'eio' }, { kind: 'enospc', ever: true }, { kind: 'eio', ever: true },
  { kind: 'enospc' }];

for (const name of Object.keys(scenarios)) {
  test(`${name}: whatever call goes wrong, what was acknowledged holds`, async () => {
    const calls = await endure(bench, name, {});
    assert.ok(calls > 0, 'it does something to the disk');
    for (const [i, kind] of kinds.entries()) {
      if (everything) {
        for (let at = 1; at <= calls; at += 1) await endure(bench, name, { ...kind, at });
      } else if (i < 4) {
        await endure(bench, name, { ...kind, at: 1 + Math.floor(next() * calls) });
      }
    }
  });
}

// A machine that is full, and one whose clock jumps.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { postModern, textOf } from '../e2e/harness.mjs';
import { Bench } from './torture.mjs';

// The small disk is mounted in a namespace of this test alone, so that it goes with the process, however that ends.
const ownMounts = ['--mount', '--propagation', 'private'];
const mayMount = spawnSync('unshare', [...ownMounts, 'true']).status === 0;
if (mayMount && process.env.SMS_OWN_MOUNTS === undefined) {
  const again = spawnSync('unshare', [...ownMounts, process.execPath, ...process.execArgv, import.meta.filename],
    { env: { ...process.env, SMS_OWN_MOUNTS: 'yes' }, stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

const bench = new Bench();
const { workspace } = bench;
const disk = path.join(workspace.directory, 'disk');
let mounted = false;
before(async () => {
  fs.mkdirSync(disk, { mode: 0o700 });
  mounted = mayMount && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=700', 'none', disk]).status === 0;
  await bench.prepare();
});
after(async () => {
  for (const program of workspace.programs) if (!program.exit) await program.stop();
  if (mounted) spawnSync('umount', [disk]);
  await workspace.close();
});

const call = async (server, name, args = {}) => {
  const answer = await postModern(server, workspace.token(), 'tools/call', { name, arguments: args });
  assert.equal(answer.status, 200, server.describe());
  return answer.message.result;
};
const health = async (server) => (await (await fetch(new URL('/health', server.url))).json()).status;

test('a full disk: changes are refused, reads go on, and all works again when there is room', async (t) => {
  if (!mounted) {
    t.skip('this user may not mount a small disk');
    return;
  }
  bench.restore();
  const folder = path.join(disk, 'state');
  fs.cpSync(workspace.storage, folder, { recursive: true });
  fs.chmodSync(folder, 0o700);
  workspace.storage = folder;
  workspace.writeConfig();
  const server = await workspace.startServer();
  assert.ok(!(await call(server, 'pause')).isError);
  const filler = path.join(disk, 'filler');
  for (const size of [1 << 20, 1 << 12, 1]) {
    try {
      for (;;) fs.appendFileSync(filler, Buffer.alloc(size));
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  }
  // What is left of the last page of a segment takes some records more.
  let refused;
  for (let n = 0; n < 50 && !refused?.isError; n += 1) refused = await call(server, 'pause');
  assert.ok(refused.isError, 'a change without a record');
  assert.match(textOf(refused), /audit trail cannot be written.*Make room/s);
  assert.equal(await health(server), 'degraded');
  const read = await call(server, 'get_devices');
  assert.match(textOf(read), /Kitchen/);
  fs.rmSync(filler);
  const again = await call(server, 'pause');
  assert.ok(!again.isError, textOf(again));
  assert.equal(await health(server), 'ok');
  assert.equal((await server.stop()).code, 0);
  await bench.expectWhole('after the disk was full');
});

test('a clock that jumps: told in the trail, nothing crashes, and what has ended does not come back', async () => {
  workspace.storage = path.join(workspace.directory, 'state');
  bench.restore();
  workspace.writeConfig();
  const clock = path.join(workspace.directory, 'clock');
  const turn = (seconds) => fs.writeFileSync(clock, String(seconds));
  turn(0);
  const server = await workspace.startServer([], { env: { ...bench.faulty({}), FAULT_CLOCK: clock } });
  const hour = 3600;
  const day = 24 * hour;
  const to2038 = Math.floor(Date.parse('2038-01-19T03:14:07Z') / 1000 - Date.now() / 1000);
  const steps = [hour, -hour, day, -day, 0, to2038, to2038 + 60, 10 * 365 * day, 0,
    ...Array.from({ length: 20 }, (_, i) => -i)];
  for (const step of steps) {
    turn(step);
    assert.match(textOf(await call(server, 'get_devices')), /Kitchen|log in/i);
    assert.ok(['ok', 'degraded'].includes(await health(server)));
  }
  turn(0);
  assert.ok(!(await call(server, 'pause')).isError);
  assert.equal((await server.stop()).code, 0, server.describe());
  const { stdout } = await bench.command(['audit', 'export']);
  const told = stdout.split('\n').filter((line) => line.includes('"event":"clock.stepped"')).length;
  assert.ok(told >= 9, `${told} steps are told`);
  await bench.expectWhole('after the clock had jumped');
});

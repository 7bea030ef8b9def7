// Files that were damaged: bits that are flipped, files that are cut, emptied, missing or replaced by something else.
// Nothing crashes, nothing is half started, and each refusal says what is wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { programs } from '../e2e/harness.mjs';
import { Bench, everything, expectEnding, next } from './torture.mjs';

const bench = new Bench();
before(async () => {
  await bench.prepare();
  await bench.command(['config', 'seal', bench.workspace.config, '--output', path.join(bench.workspace.directory, 'sealed.smcf')]);
});
after(() => bench.workspace.close());

// Every file that the program keeps, as a path below the workspace.
function files() {
  const { workspace } = bench;
  return [workspace.storage, bench.home].flatMap((folder) =>
    fs.readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name)))
    .sort();
}

const pick = (list) => list[Math.floor(next() * list.length)];

const spoilers = {
  flip(file) {
    const bytes = fs.readFileSync(file);
    if (bytes.length === 0) return;
    bytes[Math.floor(next() * bytes.length)] ^= 1 << Math.floor(next() * 8);
    fs.writeFileSync(file, bytes);
  },
  cut: (file) => fs.truncateSync(file, Math.floor(next() * fs.statSync(file).size)),
  empty: (file) => fs.truncateSync(file, 0),
  remove: (file) => fs.rmSync(file),
  zeros: (file) => fs.writeFileSync(file, Buffer.alloc(fs.statSync(file).size)),
  folder(file) {
    fs.rmSync(file);
    fs.mkdirSync(file);
  },
  open: (file) => fs.chmodSync(file, 0o666),
};

// What a person would do: look, start, verify. Each ends with a code of its own and a reason.
async function expectOrder(what) {
  for (const args of [['status'], ['audit', 'verify']]) {
    expectEnding(await bench.command(args), {}, `${what}: ${args.join(' ')}`);
  }
  const host = await bench.stdio([['get_devices', {}]]);
  expectEnding(host, {}, `${what}: stdio`);
  // Half a start would be one that listens and cannot do anything, or that answers and then ends badly.
  if (host.code === 0) assert.equal(host.answers.length, 1, `${what}: ${host.describe()}`);
  const server = await bench.serve();
  expectEnding(server, {}, `${what}: serve`);
  assert.equal(server.code === 0, server.listened, `${what}: ${server.describe()}`);
}

for (const [name, spoil] of Object.entries(spoilers)) {
  const rounds = everything ? (name === 'flip' ? 1000 : 200) : name === 'flip' ? 12 : 3;
  test(`${rounds} files that were spoilt (${name}): a clear end or a good start`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      bench.restore();
      const file = pick(files());
      spoil(file);
      await expectOrder(`${name} of ${path.relative(bench.workspace.directory, file)}, round ${round}`);
    }
  });
}

test('every spoilt byte of a trail is named by verify', async () => {
  const rounds = everything ? 400 : 8;
  for (let round = 0; round < rounds; round += 1) {
    bench.restore();
    const segment = files().find((file) => file.endsWith('.jsonl'));
    spoilers.flip(segment);
    const verified = await bench.command(['audit', 'verify']);
    assert.equal(verified.code, 1, `round ${round}: ${verified.describe()}`);
    assert.match(verified.stdout, /Damaged at record \d+: /);
  }
});

test('a sealed configuration in which a bit is flipped is refused', async () => {
  bench.restore();
  const file = path.join(bench.workspace.directory, 'sealed.smcf');
  const whole = fs.readFileSync(file);
  const rounds = everything ? whole.length * 8 : 12;
  for (let round = 0; round < rounds; round += 1) {
    const bit = everything ? round : Math.floor(next() * whole.length * 8);
    const bytes = Buffer.from(whole);
    bytes[bit >> 3] ^= 1 << (bit & 7);
    fs.writeFileSync(file, bytes);
    const program = bench.workspace.start(programs.server, ['config', 'check', '--config', file]);
    const { code } = await program.ended();
    assert.ok([2, 4, 6].includes(code), `bit ${bit}: ${program.describe()}`);
  }
  fs.writeFileSync(file, whole);
});

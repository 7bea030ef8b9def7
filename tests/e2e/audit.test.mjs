// The audit trail of the real program: whole after a session, red after one byte, mended after a kill, and a refusal where
// it cannot be written.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, modernRequest, programs, textOf } from './harness.mjs';

let workspace;
beforeEach(() => {
  workspace = new Workspace();
  workspace.writeConfig();
});
afterEach(() => workspace.close());

async function audit(...args) {
  const program = workspace.start(programs.server, ['audit', ...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

function trailDirectory() {
  const root = path.join(workspace.storage, 'audit');
  const [id, ...others] = fs.readdirSync(root);
  assert.deepEqual(others, [], 'one key, one trail');
  return path.join(root, id);
}

function segment() {
  const directory = trailDirectory();
  const names = fs.readdirSync(directory).filter((name) => name.endsWith('.jsonl'));
  return path.join(directory, names.sort().at(-1));
}

const call = (id, name, args = {}) => modernRequest(id, 'tools/call', { name, arguments: args });

async function session() {
  const wire = workspace.startStdio();
  await wire.ask(call(1, 'search', { query: 'planted-secret' }));
  await wire.ask(call(2, 'pause'));
  await wire.ask(modernRequest(3, 'resources/read', { uri: 'spotify://me' }));
  assert.equal((await wire.finish()).code, 0);
}

test('a session leaves a trail that is whole, and one changed byte makes it red at its record', async () => {
  await session();
  const whole = await audit('verify');
  assert.equal(whole.code, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, /The trail is whole\./);

  const file = segment();
  const text = fs.readFileSync(file, 'utf8');
  const records = text.trimEnd().split('\n').map((line) => JSON.parse(line));
  const events = records.map((record) => record.event);
  assert.equal(events[0], 'server.started');
  assert.equal(events.at(-1), 'server.stopped');
  for (const event of ['config.loaded', 'call.begun', 'call.ended', 'change.begun', 'change.ended', 'audit.opened']) {
    assert.ok(events.includes(event), `${event} in ${events}`);
  }
  assert.ok(records.some((record) => record.request.method === 'resources/read'));
  for (const name of fs.readdirSync(trailDirectory())) {
    assert.ok(!fs.readFileSync(path.join(trailDirectory(), name)).includes('planted-secret'), name);
    assert.equal(fs.statSync(path.join(trailDirectory(), name)).mode & 0o777, 0o600, name);
  }

  const seq = 4;
  const lines = text.split('\n');
  const at = lines.slice(0, seq).join('\n').length + 1 + lines[seq].indexOf('"status"') + 12;
  const bytes = fs.readFileSync(file);
  bytes[at] ^= 1;
  fs.writeFileSync(file, bytes);
  const red = await audit('verify');
  assert.equal(red.code, 1, red.stdout + red.stderr);
  assert.match(red.stdout, new RegExp(`Damaged at record ${seq}: edited\\.`));
  const json = JSON.parse((await audit('verify', '--json')).stdout);
  assert.deepEqual([json.whole, json.finding.seq, json.finding.damage], [false, seq, 'edited']);
  assert.equal((await audit('prove', '--seq', '1')).code, 6);
});

test('records can be read, proved and searched', async () => {
  await session();
  const tail = await audit('tail', '-n', '2');
  assert.equal(tail.stdout.trimEnd().split('\n').length, 2);
  const some = (await audit('export', '--from', '1', '--to', '3')).stdout.trimEnd().split('\n');
  assert.deepEqual(some.map((line) => JSON.parse(line).seq), [1, 2, 3]);
  const proof = JSON.parse((await audit('prove', '--seq', '2')).stdout);
  assert.equal(proof.checkpoint.split('\n')[2], proof.root);
  const steps = JSON.parse((await audit('consistency', '3', '5')).stdout);
  assert.ok(steps.proof.length > 0);
  const owner = (await audit('hash', '--user', 'owner')).stdout.trim();
  assert.ok(fs.readFileSync(segment(), 'utf8').includes(`"user":"${owner}"`));
  assert.equal((await audit('prove', '--seq', '999')).code, 5);
  assert.equal((await audit('hash')).code, 2);
});

test('three processes at once write one trail', async () => {
  const wires = [1, 2, 3].map(() => workspace.startStdio());
  for (let round = 0; round < 5; ++round) {
    await Promise.all(wires.map((wire, i) => wire.ask(call(`${round}-${i}`, round % 2 ? 'pause' : 'get_me'))));
  }
  for (const wire of wires) assert.equal((await wire.finish()).code, 0);
  const verified = JSON.parse((await audit('verify', '--json')).stdout);
  assert.equal(verified.whole, true, JSON.stringify(verified));
  assert.ok(verified.records >= 3 * (5 * 2 + 4), JSON.stringify(verified));
});

test('after a kill the trail goes on, and a line that was cut is mended and told', async () => {
  const wire = workspace.startStdio();
  await wire.ask(call(1, 'pause'));
  wire.program.child.kill('SIGKILL');
  await wire.program.ended();
  fs.appendFileSync(segment(), '{"seq":99,"epo');
  assert.match((await audit('verify')).stdout, /torn/);
  await session();
  assert.equal((await audit('verify')).code, 0);
  assert.match((await audit('export')).stdout, /"event":"audit\.recovered"/);
});

test('whoever cuts the end and removes the state is told of also after the next start', async () => {
  await session();
  const lines = fs.readFileSync(segment(), 'utf8').trimEnd().split('\n');
  fs.writeFileSync(segment(), `${lines.slice(0, -5).join('\n')}\n`);
  fs.rmSync(path.join(trailDirectory(), 'state'));
  fs.rmSync(path.join(trailDirectory(), 'checkpoints'));
  assert.match((await audit('verify')).stdout, /no_state/);
  await session();
  const verified = await audit('verify');
  assert.equal(verified.code, 1, verified.stdout);
  assert.match(verified.stdout, /state missing/);
  const told = JSON.parse((await audit('verify', '--json')).stdout);
  assert.equal(told.whole, false);
  assert.deepEqual(told.gaps.map((gap) => gap.damage), ['state missing']);
});

test('where no trail can be written nothing starts, unless it is allowed', async () => {
  await session();
  fs.chmodSync(trailDirectory(), 0o777);
  const refused = workspace.start(programs.server, ['stdio', '--config', workspace.config]);
  refused.child.stdin.end();
  assert.equal((await refused.ended()).code, 4, refused.describe());
  assert.match(refused.stderr, /audit trail cannot be opened.*chmod 700.*audit\.on_failure/s);
  workspace.writeConfig((config) => (config.audit = { on_failure: 'warn' }));
  const wire = workspace.startStdio();
  const answer = await wire.ask(call(1, 'pause'));
  assert.match(textOf(answer.result), /log in|login/i);
  assert.equal((await wire.finish()).code, 0);
});

test('without a trail the commands say so, and make no key', async () => {
  const none = await audit('verify');
  assert.equal(none.code, 5, none.stderr);
  assert.match(none.stderr, /master key/);
  assert.ok(!fs.existsSync(path.join(workspace.env.HOME, '.config')));
});

test('who is erased cannot be found in the trail, which stays whole', async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  await session();
  const name = (await audit('hash', '--user', 'owner')).stdout.trim();
  const records = async () => (await audit('export')).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok((await records()).some(({ user }) => user === name));
  const erased = workspace.start(programs.server, ['admin', 'erase', '--config', workspace.config]);
  erased.child.stdin.end();
  assert.equal((await erased.ended()).code, 0, erased.describe());
  assert.ok((await records()).some(({ event, user }) => event === 'user.erased' && user === name), 'the last word of that name');
  assert.equal((await audit('hash', '--user', 'owner')).code, 5);
  assert.notEqual((await audit('hash', 'owner')).stdout.trim(), name, 'the key of the trail alone does not tell');
  assert.equal((await audit('verify')).code, 0);
  // Whoever comes after has another name, and nothing of the one before.
  await workspace.login();
  const next = (await audit('hash', '--user', 'owner')).stdout.trim();
  assert.notEqual(next, name);
  assert.ok((await records()).some(({ user }) => user === next));
  assert.equal((await audit('verify')).code, 0);
});

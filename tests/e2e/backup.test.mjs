// Backups and the restore drill: made while a server works, opened by its key alone, and a machine that lost everything
// but that key works again without a new login.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, postModern, programs, random, textOf } from './harness.mjs';

const planted = 'planted-client-secret-00';

let workspace;
let keyFile;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  // The simulator's app has no secret, so it comes after the login.
  workspace.writeConfig((config) => { config.spotify.client_secret = planted; });
  keyFile = path.join(workspace.env.HOME, '.config/spotify-mcp-server/master.key');
});
afterEach(() => workspace.close());

async function backup(what, file, args = [], env = {}) {
  const program = workspace.start(programs.server, ['backup', what, file, '--config', workspace.config, ...args], { env });
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function make(name) {
  const file = path.join(workspace.directory, name);
  const made = await backup('create', file, ['--json']);
  assert.equal(made.code, 0, made.stderr);
  return { file, ...JSON.parse(made.stdout) };
}

const call = async (server) => {
  const answer = await postModern(server, workspace.token(), 'tools/call', { name: 'get_devices', arguments: {} });
  return textOf(answer.message.result);
};

const lose = () => fs.rmSync(workspace.storage, { recursive: true });

test('the drill: everything but the key is lost, and the server works again without a login', async () => {
  const server = await workspace.startServer();
  const calls = Promise.all(Array.from({ length: 8 }, () => call(server)));
  const made = await make('one.smbk');
  assert.ok((await calls).every((text) => text.includes('Kitchen')));
  assert.ok(made.files.includes('config') && made.files.some((name) => name.endsWith('.db')), made.files.join());
  assert.ok(!made.files.some((name) => /http-token|cache|sealed|lock/.test(name)), made.files.join());
  assert.equal(fs.statSync(made.file).mode & 0o777, 0o600);
  assert.ok(!fs.readFileSync(made.file).includes(planted), 'nothing of it stands in the clear');
  assert.equal((await backup('verify', made.file)).code, 0);

  const running = await backup('restore', made.file, ['--force']);
  assert.equal(running.code, 6, running.stderr);
  assert.match(running.stderr, /is running/);
  const old = workspace.token();
  await server.stop();
  lose();
  const config = path.join(workspace.directory, 'restored.json');
  const restored = await backup('restore', made.file, ['--config-output', config]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(fs.readFileSync(config, 'utf8'), fs.readFileSync(workspace.config, 'utf8'));
  assert.equal(fs.statSync(config).mode & 0o777, 0o600);
  const again = await workspace.startServer();
  assert.match(await call(again), /Kitchen/, again.describe());
  assert.notEqual(workspace.token(), old, 'the bearer is a new one');
});

test('another key opens nothing, and nothing is changed', async () => {
  const { file } = await make('one.smbk');
  const other = path.join(workspace.directory, 'other.key');
  fs.writeFileSync(other, Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 89 + 41) % 251)).toString('base64'), { mode: 0o600 });
  const before = fs.readdirSync(workspace.storage).sort();
  for (const what of ['verify', 'restore']) {
    const refused = await backup(what, file, [], { SPOTIFY_MCP_MASTER_KEY_FILE: other });
    assert.equal(refused.code, 4, refused.stderr);
    assert.match(refused.stderr, /key/);
  }
  assert.deepEqual(fs.readdirSync(workspace.storage).sort(), before);
  fs.rmSync(keyFile);
  assert.equal((await backup('verify', file)).code, 5);
});

test('a backup that was changed or cut anywhere is refused', async () => {
  const { file } = await make('one.smbk');
  const whole = fs.readFileSync(file);
  const spoilt = path.join(workspace.directory, 'spoilt.smbk');
  const next = random(Number(process.env.SMS_SEED ?? 20260728));
  const at = [0, 7, 300, 700, whole.length - 1, ...Array.from({ length: 15 }, () => Math.floor(next() * whole.length))];
  for (const place of at) {
    const bytes = Buffer.from(whole);
    bytes[place] ^= 1 << Math.floor(next() * 8);
    fs.writeFileSync(spoilt, bytes, { mode: 0o600 });
    const refused = await backup('verify', spoilt);
    assert.ok([2, 4].includes(refused.code), `byte ${place}: ${refused.code} ${refused.stderr}`);
  }
  for (const length of [0, 5, 400, Math.floor(whole.length / 2), whole.length - 1]) {
    fs.writeFileSync(spoilt, whole.subarray(0, length), { mode: 0o600 });
    const refused = await backup('verify', spoilt);
    assert.ok([2, 4].includes(refused.code), `cut to ${length}: ${refused.code} ${refused.stderr}`);
  }
  fs.writeFileSync(spoilt, Buffer.concat([whole, Buffer.from([0])]), { mode: 0o600 });
  assert.equal((await backup('verify', spoilt)).code, 4);
});

test('an older backup does not bring back what was revoked since, unless it is asked for', async () => {
  const first = await make('one.smbk');
  const second = await make('two.smbk');
  assert.deepEqual([first.number, second.number], [1, 2]);
  assert.equal((await backup('create', second.file)).code, 6, 'no backup is written over');
  const old = await backup('restore', first.file, ['--force']);
  assert.equal(old.code, 6, old.stderr);
  assert.match(old.stderr, /--allow-rollback/);
  const inTheWay = await backup('restore', second.file);
  assert.equal(inTheWay.code, 6, inTheWay.stderr);
  assert.match(inTheWay.stderr, /--force/);
  assert.equal((await backup('restore', first.file, ['--force', '--allow-rollback'])).code, 0);
  const kept = fs.readdirSync(workspace.storage).filter((name) => name.includes('.db.before-restore-'));
  assert.equal(kept.length, 1, 'what was there is kept');
  const program = workspace.start(programs.server, ['audit', 'export', '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  const events = program.stdout.trimEnd().split('\n').map((line) => JSON.parse(line).event);
  assert.deepEqual(events.filter((event) => event.startsWith('backup.')), ['backup.made', 'backup.made', 'backup.restored']);
});

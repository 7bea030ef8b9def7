// Keys with the real program: made, shown without being shown, replaced under a running server, replaced after a leak, and
// the master key itself, also when the process is killed in between. No key is ever said, logged or left in a file.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, modernRequest, postModern, programs, textOf } from './harness.mjs';
import { calls } from './tool_calls.mjs';

let workspace;
const keyFile = () => path.join(workspace.env.HOME, '.config/spotify-mcp-server/master.key');
// Every key that this test has seen, in the spellings in which somebody might print it.
let seen;

beforeEach(async () => {
  workspace = new Workspace();
  seen = new Set();
  await workspace.startSim();
  workspace.writeConfig();
});
afterEach(async () => {
  try {
    checkSilence();
  } finally {
    await workspace.close();
  }
});

function note(base64) {
  const bytes = Buffer.from(base64.trim(), 'base64');
  assert.equal(bytes.length, 32);
  for (const form of ['base64', 'base64url', 'hex', 'latin1']) seen.add(bytes.toString(form));
  seen.add(bytes.toString('hex').toUpperCase());
}

function checkSilence() {
  assert.ok(seen.size > 0, 'there were keys to look for');
  const texts = workspace.programs.map((program) => [program.describe().split('\n')[0], program.stdout + program.stderr]);
  for (const name of fs.readdirSync(workspace.storage, { recursive: true })) {
    const file = path.join(workspace.storage, name);
    if (fs.statSync(file).isFile()) texts.push([file, fs.readFileSync(file, 'latin1')]);
  }
  for (const key of seen) {
    for (const [name, text] of texts) assert.ok(!text.includes(key), `a key in ${name}`);
  }
}

async function run(args, env = {}) {
  const program = workspace.start(programs.server, [...args, '--config', workspace.config], { env });
  program.child.stdin.end();
  await program.ended();
  return program;
}

async function keys(...args) {
  const program = await run(['keys', ...args, '--json']);
  assert.equal(program.exit.code, 0, program.describe());
  return JSON.parse(program.stdout);
}

const [name, args] = calls.me();
async function answers(server) {
  const { message } = await postModern(server, workspace.token(), 'tools/call', { name, arguments: args });
  return message.result;
}

async function trail(trailId) {
  const program = await run(['audit', 'export', ...(trailId ? ['--trail', trailId] : [])]);
  assert.equal(program.exit.code, 0, program.describe());
  return program.stdout.trim().split('\n').map((line) => JSON.parse(line));
}

test('init, status and rotation under a running server', async () => {
  const nothing = await keys('status');
  assert.deepEqual(nothing.keys, []);
  assert.equal(nothing.master.there, false);
  const made = await run(['keys', 'init']);
  assert.equal(made.exit.code, 0, made.describe());
  note(fs.readFileSync(keyFile(), 'utf8'));
  const again = await run(['keys', 'init']);
  assert.equal(again.exit.code, 6, again.describe());
  assert.match(again.stderr, /keys rotate --master/);

  await workspace.login();
  const server = await workspace.startServer();
  assert.notEqual((await answers(server)).isError, true);
  const dry = await keys('rotate', '--dry-run');
  assert.deepEqual([dry.rewrapped, dry.ended], [1, 0]);
  assert.deepEqual((await keys('status')).keys.map(({ purpose }) => purpose), ['grants', 'request-state']);
  const done = await keys('rotate');
  assert.deepEqual([done.key.version, done.rewrapped, done.ended, done.destroyed], [2, 1, 0, 1]);
  const after = await keys('status');
  assert.deepEqual(after.keys.map(({ purpose, version, state, grants }) => [purpose, version, state, grants]),
    [['grants', 2, 'primary', 1], ['grants', 1, 'destroyed', 0], ['request-state', 1, 'primary', 0]]);
  assert.equal(after.behind, 0);
  assert.equal(after.master.place, keyFile());
  assert.notEqual((await answers(server)).isError, true, 'the running server goes on');
  await server.stop();
  const next = await workspace.startServer();
  assert.notEqual((await answers(next)).isError, true, 'and so does the next one');
  const steps = (await trail()).filter((record) => record.event === 'key.rotated').map((record) => record.request.step);
  assert.deepEqual(steps, ['begin', 'end']);
});

test('after a leak the login is over, and the next one works', async () => {
  await workspace.login();
  note(fs.readFileSync(keyFile(), 'utf8'));
  const server = await workspace.startServer();
  assert.notEqual((await answers(server)).isError, true);
  assert.deepEqual((await keys('rotate', '--compromised', '--dry-run')).ended, 1);
  const program = await run(['keys', 'rotate', '--compromised']);
  assert.equal(program.exit.code, 0, program.describe());
  assert.match(program.stderr, /spotify\.com\/account\/apps/);
  assert.equal((await run(['status'])).exit.code, 1, 'nobody is logged in');
  await workspace.login();
  assert.equal((await run(['status'])).exit.code, 0);
  const left = (await keys('status')).keys.filter(({ purpose }) => purpose === 'grants').map(({ state }) => state);
  assert.deepEqual(left, ['primary', 'destroyed']);
});

test('a new trail begins, and the one of before is still verified', async () => {
  await workspace.login();
  note(fs.readFileSync(keyFile(), 'utf8'));
  const [first] = fs.readdirSync(path.join(workspace.storage, 'audit'));
  const program = await run(['keys', 'rotate', '--purpose', 'audit']);
  assert.equal(program.exit.code, 0, program.describe());
  const server = await workspace.startServer();
  await server.stop();
  const trails = fs.readdirSync(path.join(workspace.storage, 'audit'));
  assert.equal(trails.length, 2);
  const second = trails.find((each) => each !== first);
  for (const which of [[], ['--trail', first], ['--trail', second]]) {
    const verified = await run(['audit', 'verify', ...which]);
    assert.equal(verified.exit.code, 0, verified.describe());
  }
  assert.ok((await trail(first)).some((record) => record.event === 'key.rotated'));
  assert.equal((await trail())[0].event, 'server.started');
  assert.equal((await run(['audit', 'verify', '--trail', 'feedfeedfeedfeed'])).exit.code, 5);
});

// The key that waits while a rotation runs, under the name that is of this data directory.
const pendingKey = () => {
  const name = crypto.createHash('sha256').update(fs.realpathSync(workspace.storage)).digest('hex').slice(0, 16);
  return `${keyFile()}.next-${name}`;
};
const besideKey = () => fs.readdirSync(path.dirname(keyFile())).filter((name) => name.includes('.next'));

async function rotateMaster(env = {}) {
  const program = await run(['keys', 'rotate', '--master'], env);
  assert.equal(program.exit.code, 0, program.describe());
  return program;
}

async function logIn() {
  await workspace.login();
  const old = fs.readFileSync(keyFile(), 'utf8');
  note(old);
  return old;
}

async function sealConfig() {
  const sealed = path.join(workspace.directory, 'config.smcf');
  const sealing = await run(['config', 'seal', workspace.config, '--output', sealed]);
  assert.equal(sealing.exit.code, 0, sealing.describe());
  workspace.config = sealed;
  return sealed;
}

test('another master key, with a sealed configuration', async () => {
  const old = await logIn();
  const sealed = await sealConfig();
  const dry = await run(['keys', 'rotate', '--master', '--dry-run']);
  assert.match(dry.stderr, /Another data directory that uses the same master key/);
  assert.equal(fs.readFileSync(keyFile(), 'utf8'), old);
  const program = await rotateMaster();
  const [, kept] = program.stderr.match(/The old one is in (\S+):/);
  assert.ok(kept.startsWith(`${keyFile()}.`));
  assert.equal(fs.readFileSync(kept, 'utf8'), old, 'for a data directory that shares the file, and for backups');
  assert.equal(fs.statSync(kept).mode & 0o777, 0o600);
  const fresh = fs.readFileSync(keyFile(), 'utf8');
  note(fresh);
  assert.notEqual(fresh, old);
  assert.equal(fs.statSync(keyFile()).mode & 0o777, 0o600);
  assert.deepEqual(besideKey(), []);
  assert.ok(!fs.existsSync(`${sealed}.next`));
  assert.equal((await run(['status'])).exit.code, 0);
  assert.equal((await run(['audit', 'verify'])).exit.code, 0);
  assert.equal((await run(['config', 'check'], { SPOTIFY_MCP_MASTER_KEY: old.trim() })).exit.code, 4,
    'the old key opens no configuration');
});

test('what a killed rotation of the master key left is settled by the next command, whichever it is', async () => {
  const old = await logIn();
  const sealed = await sealConfig();
  const before = fs.readFileSync(sealed);
  const [, kept] = (await rotateMaster()).stderr.match(/The old one is in (\S+):/);
  const fresh = fs.readFileSync(keyFile(), 'utf8');
  note(fresh);
  const after = fs.readFileSync(sealed);
  const put = (file, text) => fs.writeFileSync(file, text, { mode: 0o600 });
  const expectSettled = () => {
    assert.equal(fs.readFileSync(keyFile(), 'utf8'), fresh);
    assert.equal(fs.readFileSync(kept, 'utf8'), old);
    assert.deepEqual(fs.readFileSync(sealed), after);
    assert.deepEqual(besideKey(), []);
    assert.ok(!fs.existsSync(`${sealed}.next`));
  };
  // Killed between the store and the old key's copy, the key file, and the configuration; each as it leaves the files.
  const states = {
    store: () => { put(keyFile(), old); put(sealed, before); put(`${sealed}.next`, after); put(pendingKey(), fresh); fs.rmSync(kept); },
    copy: () => { put(keyFile(), old); put(sealed, before); put(`${sealed}.next`, after); put(pendingKey(), fresh); },
    file: () => { put(sealed, before); put(`${sealed}.next`, after); put(pendingKey(), fresh); },
    config: () => { put(`${sealed}.next`, after); put(pendingKey(), fresh); },
    end: () => { put(pendingKey(), fresh); },
    emptied: () => { put(pendingKey(), ''); },
  };
  for (const [state, leave] of Object.entries(states)) {
    for (const args of [['status'], ['config', 'show'], ['keys', 'status'], ['audit', 'verify']]) {
      leave();
      const program = await run(args);
      assert.equal(program.exit.code, 0, `${state}: ${program.describe()}`);
      expectSettled();
    }
    leave();
    const wire = workspace.startStdio();
    const answer = await wire.ask(modernRequest(1, 'tools/call', { name, arguments: args }));
    assert.notEqual(answer.result?.isError, true, textOf(answer.result));
    await wire.finish();
    expectSettled();
  }
  states.store();
  const again = await rotateMaster();
  assert.match(again.stderr, /had been ended in the middle. Now it is complete/);
  expectSettled();
  const verified = await run(['audit', 'export']);
  const ends = verified.stdout.split('\n').filter((line) => line.includes('"step":"end"') && line.includes('"master"'));
  assert.ok(ends.length > 4, 'what was brought to its end is in the trail');
});

test('a rotation of the master key that was killed before the store changed is undone, and its key is never used', async () => {
  const old = await logIn();
  const sealed = await sealConfig();
  const before = fs.readFileSync(sealed);
  const waiting = Buffer.from(seedBytes(7)).toString('base64');
  note(waiting);
  fs.writeFileSync(`${sealed}.next`, 'never finished', { mode: 0o600 });
  for (const text of [`${waiting}\n`, waiting.slice(0, 20), '']) {
    fs.writeFileSync(pendingKey(), text, { mode: 0o600 });
    // What a kill left of a write of it.
    fs.writeFileSync(`${pendingKey()}.aB3dE6`, `${waiting}\n`, { mode: 0o600 });
    const program = await run(['status']);
    assert.equal(program.exit.code, 0, program.describe());
    assert.match(program.stderr, /It is undone/);
    assert.equal(fs.readFileSync(keyFile(), 'utf8'), old);
    assert.deepEqual(fs.readFileSync(sealed), before);
    assert.deepEqual(besideKey(), []);
    assert.ok(!fs.existsSync(`${sealed}.next`));
  }
  fs.writeFileSync(`${pendingKey()}.aB3dE6`, `${waiting}\n`, { mode: 0o600 });
  assert.equal((await run(['status'])).stderr, '');
  assert.deepEqual(besideKey(), []);
  // Somebody may have read what waited, so the next rotation draws another; what waits for others stays.
  fs.writeFileSync(pendingKey(), `${waiting}\n`, { mode: 0o600 });
  const foreign = `${keyFile()}.next-0123456789abcdef`;
  fs.writeFileSync(foreign, `${waiting}\n`, { mode: 0o600 });
  await rotateMaster();
  note(fs.readFileSync(keyFile(), 'utf8'));
  assert.ok(![old, `${waiting}\n`].includes(fs.readFileSync(keyFile(), 'utf8')));
  assert.deepEqual(besideKey(), [path.basename(foreign)]);
  assert.equal((await run(['status'])).exit.code, 0);
});

test('a master key of the environment is replaced by the one that is given, also where it is killed in between', async () => {
  const old = Buffer.from(seedBytes(1)).toString('base64');
  const fresh = Buffer.from(seedBytes(2)).toString('base64');
  note(old);
  note(fresh);
  workspace.env.SPOTIFY_MCP_MASTER_KEY = old;
  await workspace.login();
  const sealed = await sealConfig();
  const before = fs.readFileSync(sealed);
  const without = await run(['keys', 'rotate', '--master']);
  assert.equal(without.exit.code, 2);
  assert.match(without.stderr, /SPOTIFY_MCP_NEW_MASTER_KEY_FILE/);
  await rotateMaster({ SPOTIFY_MCP_NEW_MASTER_KEY: fresh });
  const after = fs.readFileSync(sealed);
  // Between the store and the configuration: a service that has both keys starts, whichever fits.
  fs.writeFileSync(sealed, before);
  fs.writeFileSync(`${sealed}.next`, after, { mode: 0o600 });
  assert.equal((await run(['status'])).exit.code, 9, 'the old key alone opens nothing any more');
  for (const time of ['first', 'second']) {
    const started = await run(['status'], { SPOTIFY_MCP_NEW_MASTER_KEY: fresh });
    assert.equal(started.exit.code, 0, `${time}: ${started.describe()}`);
    assert.match(started.stderr, /Give it as SPOTIFY_MCP_MASTER_KEY/);
    assert.deepEqual(fs.readFileSync(sealed), after);
  }
  // The new key alone is enough as well.
  fs.writeFileSync(sealed, before);
  fs.writeFileSync(`${sealed}.next`, after, { mode: 0o600 });
  workspace.env.SPOTIFY_MCP_MASTER_KEY = fresh;
  assert.equal((await run(['status'])).exit.code, 0);
  assert.deepEqual(fs.readFileSync(sealed), after);
});

test('a master key that is lost after a rotation ends in a new login, when that is asked for', async () => {
  await workspace.login();
  note(fs.readFileSync(keyFile(), 'utf8'));
  assert.equal((await run(['keys', 'rotate', '--purpose', 'audit'])).exit.code, 0);
  assert.equal((await run(['backup', 'create', path.join(workspace.directory, 'good.bak')])).exit.code, 0);
  fs.rmSync(keyFile());
  const lost = await run(['status']);
  assert.equal(lost.exit.code, 9, lost.describe());
  assert.match(lost.stderr, /logout --lost-key/);

  const out = await run(['logout']);
  assert.equal(out.exit.code, 0, out.describe());
  assert.match(out.stderr, /2 keys of audit trails open with no master key that is here.*logout --lost-key/s);
  const early = await run(['login', '--no-browser']);
  assert.equal(early.exit.code, 9, early.describe());
  assert.match(early.stderr, /logout --lost-key/);
  assert.ok(!fs.existsSync(keyFile()), 'no new key is made that would open nothing');

  // With another key in its place, nothing is saved that nobody could open.
  const other = { SPOTIFY_MCP_MASTER_KEY: Buffer.from(seedBytes(4)).toString('base64') };
  const backup = await run(['backup', 'create', path.join(workspace.directory, 'bad.bak')], other);
  assert.notEqual(backup.exit.code, 0);
  assert.match(backup.stderr, /bring back nothing that opens/);
  assert.ok(!fs.existsSync(path.join(workspace.directory, 'bad.bak')));

  const dropped = await run(['logout', '--lost-key', '--json']);
  assert.equal(dropped.exit.code, 0, dropped.describe());
  assert.equal(JSON.parse(dropped.stdout).keys_dropped, 3);
  await workspace.login();
  note(fs.readFileSync(keyFile(), 'utf8'));
  assert.equal((await run(['status'])).exit.code, 0);
  assert.equal((await run(['audit', 'verify'])).exit.code, 0);
});

test('a systemd credential is the key, and no file is made', async () => {
  const directory = path.join(workspace.directory, 'credentials');
  fs.mkdirSync(directory);
  // As systemd leaves it where it cannot give the file away: a list says who may read it.
  fs.writeFileSync(path.join(directory, 'spotify-mcp-master-key'), `${Buffer.from(seedBytes(3)).toString('base64')}\n`, { mode: 0o440 });
  note(Buffer.from(seedBytes(3)).toString('base64'));
  workspace.env.CREDENTIALS_DIRECTORY = directory;
  await workspace.login();
  assert.ok(!fs.existsSync(keyFile()));
  assert.equal((await keys('status')).master.from, 'credential');
  const wire = workspace.startStdio();
  const answer = await wire.ask(modernRequest(1, 'tools/call', { name, arguments: args }));
  assert.notEqual(answer.result?.isError, true, textOf(answer.result));
  await wire.finish();
});

function seedBytes(seed) {
  const bytes = [];
  let state = seed;
  for (let i = 0; i < 32; i += 1) {
    state = (state * 1103515245 + 12345) % 2147483648;
    bytes.push((state >> 16) & 255);
  }
  return bytes;
}

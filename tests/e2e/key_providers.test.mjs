// Where a master key may come from besides files: the environment, which shows nothing of it afterwards; a real GNOME Keyring
// on a bus of its own; a real PKCS#11 token (SoftHSM). No key and no PIN is ever said or left in a file of ours.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, modernRequest, postModern, programs, textOf } from './harness.mjs';
import { calls } from './tool_calls.mjs';

const kKey = crypto.createHash('sha256').update('fake key for tests: providers').digest('base64');
const kPin = '246813579';
const kModule = '/usr/lib/softhsm/libsofthsm2.so';
let workspace;

beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig();
});
afterEach(async () => {
  try {
    for (const program of workspace.programs) {
      for (const secret of [kKey, kPin]) {
        assert.ok(!(program.stdout + program.stderr).includes(secret), program.describe().split('\n')[0]);
      }
    }
  } finally {
    await workspace.close();
  }
});

async function run(args, env = {}) {
  const program = workspace.start(programs.server, [...args, '--config', workspace.config], { env });
  program.child.stdin.end();
  await program.ended();
  return program;
}

async function good(args, env) {
  const program = await run(args, env);
  assert.equal(program.exit.code, 0, program.describe());
  return program;
}

async function refused(code, says, args, env) {
  const program = await run(args, env);
  assert.equal(program.exit.code, code, program.describe());
  assert.match(program.stderr, says);
  assert.equal(program.stdout, '');
}

const [name, args] = calls.me();
async function answersOverStdio() {
  const wire = workspace.startStdio();
  const answer = await wire.ask(modernRequest(1, 'tools/call', { name, arguments: args }));
  assert.notEqual(answer.result?.isError, true, textOf(answer.result ?? {}) + wire.program.describe());
  const status = fs.readFileSync(`/proc/${wire.program.child.pid}/status`, 'utf8');
  assert.match(status, /^Seccomp:\t2$/m, 'it is confined all the same');
  assert.equal((await wire.finish()).code, 0);
}

const keyFile = () => path.join(workspace.env.HOME, '.config/spotify-mcp-server/master.key');

test('what the environment held is gone from /proc/PID/environ, and no child gets it', async () => {
  const secrets = { SPOTIFY_MCP_MASTER_KEY: kKey, SPOTIFY_MCP_PKCS11_PIN: kPin, SPOTIFY_MCP_NEW_MASTER_KEY: kKey };
  Object.assign(workspace.env, secrets, { PLAIN_VARIABLE: 'stays' });
  await workspace.login();
  const server = await workspace.startServer();
  const environment = fs.readFileSync(`/proc/${server.child.pid}/environ`, 'latin1').split('\0');
  assert.ok(environment.includes('PLAIN_VARIABLE=stays'), 'this is the environment of the server');
  assert.ok(environment.includes('SPOTIFY_MCP_MASTER_KEY='), 'the bytes are overwritten where they stood');
  for (const secret of Object.values(secrets)) {
    assert.ok(!environment.some((entry) => entry.includes(secret)), 'a secret in /proc/PID/environ');
  }
  await server.stop();
  // The editor of `config edit` is a child that we can ask.
  const seen = path.join(workspace.directory, 'seen');
  const editor = path.join(workspace.directory, 'editor');
  fs.writeFileSync(editor, `#!/bin/sh\nenv > '${seen}'\n`, { mode: 0o700 });
  const sealed = path.join(workspace.directory, 'config.smcf');
  await good(['config', 'seal', workspace.config, '--output', sealed]);
  spawnSync('script', ['-qec', `'${programs.server}' config edit '${sealed}'`, '/dev/null'],
    { env: { ...workspace.env, EDITOR: editor, VISUAL: editor }, encoding: 'utf8' });
  const given = fs.readFileSync(seen, 'utf8');
  assert.match(given, /^PLAIN_VARIABLE=stays$/m);
  assert.doesNotMatch(given, /SPOTIFY_|SECRET/);
});

// Where in the memory of a process that can be written these bytes stand, by what the kernel says of the place.
function placesOf(pid, needle) {
  const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
  const places = [];
  let region;
  for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const head = line.match(/^([0-9a-f]+)-([0-9a-f]+) (\S+) /);
    if (head) region = { begin: parseInt(head[1], 16), end: parseInt(head[2], 16), rights: head[3] };
    // What a sanitizer maps for itself is terabytes, and empty.
    if (!line.startsWith('VmFlags:') || !region.rights.startsWith('rw') || region.end - region.begin > 2 ** 30) continue;
    const bytes = Buffer.alloc(region.end - region.begin);
    fs.readSync(memory, bytes, 0, bytes.length, region.begin);
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) places.push(line.split(/\s+/));
  }
  fs.closeSync(memory);
  return places;
}

// A sanitizer maps terabytes for itself. It keeps what was given back, as keep_freed.cpp does for other builds, and a copy of
// the environment of the start; and mlock of libc does nothing beside it.
function isSanitized(pid) {
  return fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').some((line) => {
    const [, begin, end] = line.match(/^([0-9a-f]+)-([0-9a-f]+) /) ?? [];
    return parseInt(end, 16) - parseInt(begin, 16) > 2 ** 40;
  });
}

const ofRoot = { skip: process.getuid() === 0 ? undefined : 'the memory of a confined server is for root alone' };

// Starts a server in which nothing that is freed goes away, has it use its key, and gives where the key and its text are.
async function whereTheKeyIs(key) {
  const env = process.env.SMS_KEEP_FREED ? { LD_PRELOAD: process.env.SMS_KEEP_FREED } : {};
  const server = await workspace.startServer([], { env });
  const { message } = await postModern(server, workspace.token(), 'tools/call', { name, arguments: args });
  assert.notEqual(message.result.isError, true);
  const { pid } = server.child;
  const { LD_PRELOAD: preloaded } = env;
  if (preloaded) assert.ok(fs.readFileSync(`/proc/${pid}/maps`, 'utf8').includes(preloaded), 'nothing is given back');
  const found = {
    // The folder of the data stands in settings that are long gone, so what is gone can be found.
    control: placesOf(pid, Buffer.from(workspace.storage)).length,
    raw: Buffer.isBuffer(key) ? placesOf(pid, key) : [],
    text: placesOf(pid, Buffer.isBuffer(key) ? Buffer.from(key.toString('base64').slice(0, 40)) : Buffer.from(key)),
    sanitized: isSanitized(pid),
  };
  assert.equal((await server.stop()).code, 0);
  assert.ok(found.control > 0);
  if (Buffer.isBuffer(key)) assert.ok(found.raw.length > 0, 'the server has it, or this looks in the wrong place');
  for (const flags of found.raw) assert.ok(flags.includes('lo') && flags.includes('dd'), flags.join(' '));
  return found;
}

test('a running server has its master key in locked memory, and nowhere else, whichever way it came', ofRoot, async () => {
  const key = Buffer.from(kKey, 'base64');
  workspace.env.SPOTIFY_MCP_MASTER_KEY = kKey;
  await workspace.login();
  const sealed = path.join(workspace.directory, 'config.smcf');
  await good(['config', 'seal', workspace.config, '--output', sealed]);
  workspace.config = sealed;
  const ofVariable = await whereTheKeyIs(key);
  // The text of a variable is kept, so that a reload can open a sealed file.
  if (!ofVariable.sanitized) for (const flags of ofVariable.text) assert.ok(flags.includes('lo'), flags.join(' '));
  delete workspace.env.SPOTIFY_MCP_MASTER_KEY;
  // Of a file nothing stays where it was read, not on the stack of a thread either.
  const file = path.join(workspace.directory, 'spotify-mcp-master-key');
  fs.writeFileSync(file, `${kKey}\n`, { mode: 0o600 });
  workspace.env.SPOTIFY_MCP_MASTER_KEY_FILE = file;
  assert.deepEqual((await whereTheKeyIs(key)).text, []);
  delete workspace.env.SPOTIFY_MCP_MASTER_KEY_FILE;
  workspace.env.CREDENTIALS_DIRECTORY = workspace.directory;
  assert.deepEqual((await whereTheKeyIs(key)).text, []);
  delete workspace.env.CREDENTIALS_DIRECTORY;
  fs.mkdirSync(path.dirname(keyFile()), { recursive: true, mode: 0o700 });
  fs.renameSync(file, keyFile());
  assert.deepEqual((await whereTheKeyIs(key)).text, []);
});

test('a passphrase is nowhere once the key was made of it, neither a long one nor one that fits into a string', ofRoot, async () => {
  for (const phrase of ['a fake passphrase for tests', 'fake-phrase-7']) {
    fs.rmSync(workspace.storage, { recursive: true, force: true });
    const file = path.join(workspace.directory, 'key');
    fs.writeFileSync(file, `${phrase}\n`, { mode: 0o600 });
    workspace.env.SPOTIFY_MCP_MASTER_KEY_FILE = file;
    await workspace.login();
    assert.deepEqual((await whereTheKeyIs(phrase)).text, []);
  }
});

test('in production a server warns of a key that a plain variable brought, and of none that a file holds', async () => {
  const warns = async (environment, env) => {
    workspace.writeConfig((config) => (config.environment = environment));
    const server = await workspace.startServer([], { env });
    await server.stop();
    return server.stderr.includes('"key.in_environment"');
  };
  assert.equal(await warns('production', { SPOTIFY_MCP_MASTER_KEY: kKey }), true);
  assert.equal(await warns('staging', { SPOTIFY_MCP_MASTER_KEY: kKey }), false);
  const file = path.join(workspace.directory, 'key');
  fs.writeFileSync(file, kKey, { mode: 0o600 });
  assert.equal(await warns('production', { SPOTIFY_MCP_MASTER_KEY_FILE: file }), false);
});

test('a passphrase opens what it sealed, and another one does not', async () => {
  workspace.env.SPOTIFY_MCP_MASTER_KEY = 'a fake passphrase for tests';
  await workspace.login();
  await answersOverStdio();
  assert.equal((await run(['status'], { SPOTIFY_MCP_MASTER_KEY: 'another fake passphrase' })).exit.code, 9);
});

// A bus that starts no service by itself: the keyring is the one that is started here.
async function startBus() {
  const conf = path.join(workspace.directory, 'bus.conf');
  fs.writeFileSync(conf, '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" '
    + '"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">'
    + `<busconfig><type>session</type><listen>unix:dir=${workspace.directory}</listen><auth>EXTERNAL</auth>`
    + '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
    + '<allow own="*"/></policy></busconfig>');
  const bus = workspace.start('/usr/bin/dbus-daemon', ['--config-file', conf, '--print-address=1', '--nofork', '--nopidfile']);
  return bus.until(() => bus.stdout.match(/^unix:\S+$/m)?.[0], 'the address of the bus');
}

// A session bus with a keyring that is unlocked, for this workspace alone.
async function startKeyring() {
  const runtime = path.join(workspace.directory, 'runtime');
  fs.mkdirSync(runtime, { mode: 0o700 });
  workspace.env.XDG_RUNTIME_DIR = runtime;
  workspace.env.DBUS_SESSION_BUS_ADDRESS = await startBus();
  const keyring = workspace.start('/usr/bin/gnome-keyring-daemon', ['--foreground', '--components=secrets', '--unlock']);
  keyring.child.stdin.end('fake keyring password');
  const isUnlocked = () => spawnSync('/usr/bin/dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.secrets',
    '/org/freedesktop/secrets/collection/login', 'org.freedesktop.DBus.Properties.Get',
    'string:org.freedesktop.Secret.Collection', 'string:Locked'],
  { env: workspace.env, encoding: 'utf8' }).stdout?.includes('boolean false');
  // It says nothing when it is ready; each question takes some milliseconds.
  for (let asked = 0; !isUnlocked(); asked += 1) {
    assert.ok(asked < 2000 && !keyring.exit, keyring.describe());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('the desktop keyring', async () => {
  workspace.env.SPOTIFY_MCP_KEY_PROVIDER = 'keyring';
  await refused(9, /There is no desktop session here/, ['status'], { DBUS_SESSION_BUS_ADDRESS: '' });
  await startKeyring();
  await refused(5, /keys init/, ['status']);
  assert.match((await good(['keys', 'status'])).stdout, /Master key: keyring \(not there yet\)/);
  await good(['keys', 'init']);
  await refused(6, /already/, ['keys', 'init']);
  await workspace.login();
  await answersOverStdio();
  const status = JSON.parse((await good(['keys', 'status', '--json'])).stdout);
  assert.deepEqual([status.master.from, status.master.there, status.keys[0].grants], ['keyring', true, 1]);
  await good(['audit', 'verify']);
  assert.ok(!fs.existsSync(keyFile()), 'no file is made');
  // What a runbook starts finds the key that its command has asked for.
  const incident = await run(['incident', 'auth-compromise', '--json']);
  const { steps } = JSON.parse(incident.stdout);
  assert.equal(steps.find(({ step }) => step === 'rotate_keys').state, 'done', incident.describe());
  // A bus where nobody keeps keys.
  await refused(9, /keyring did not answer/, ['status'], { DBUS_SESSION_BUS_ADDRESS: await startBus() });
});

test('a PKCS#11 token', async () => {
  const tokens = path.join(workspace.directory, 'tokens');
  fs.mkdirSync(tokens, { mode: 0o700 });
  const conf = path.join(workspace.directory, 'softhsm2.conf');
  fs.writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const pinFile = path.join(workspace.directory, 'pin');
  fs.writeFileSync(pinFile, `${kPin}\n`, { mode: 0o600 });
  Object.assign(workspace.env, { SPOTIFY_MCP_KEY_PROVIDER: 'pkcs11', SOFTHSM2_CONF: conf, SPOTIFY_MCP_PKCS11_PIN_FILE: pinFile });
  await refused(2, /SPOTIFY_MCP_PKCS11_MODULE/, ['status']);
  await refused(9, /no PKCS#11 module/, ['status'], { SPOTIFY_MCP_PKCS11_MODULE: '/etc/hostname' });
  workspace.env.SPOTIFY_MCP_PKCS11_MODULE = kModule;
  await refused(5, /no such token/, ['status']);
  for (const label of ['ours', 'theirs']) {
    const made = spawnSync('/usr/bin/softhsm2-util', ['--init-token', '--free', '--label', label, '--pin', kPin, '--so-pin', '12345678'],
      { env: workspace.env, encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
  }
  await refused(2, /There are 2 tokens/, ['status']);
  workspace.env.SPOTIFY_MCP_PKCS11_TOKEN = 'ours';
  fs.writeFileSync(path.join(workspace.directory, 'wrong'), '000000\n', { mode: 0o600 });
  await refused(4, /refused the PIN/, ['status'], { SPOTIFY_MCP_PKCS11_PIN_FILE: path.join(workspace.directory, 'wrong') });
  await refused(5, /keys init/, ['status']);
  await good(['keys', 'init']);
  await refused(6, /already/, ['keys', 'init']);
  await workspace.login();
  await answersOverStdio();
  assert.equal(JSON.parse((await good(['keys', 'status', '--json'])).stdout).master.from, 'pkcs11');
  assert.ok(!fs.existsSync(keyFile()), 'no file is made');
  // Another token has another key.
  await good(['keys', 'init'], { SPOTIFY_MCP_PKCS11_TOKEN: 'theirs' });
  await refused(9, /sealed with another key/, ['status'], { SPOTIFY_MCP_PKCS11_TOKEN: 'theirs' });
  await refused(6, /Unset one of them/, ['status'], { SPOTIFY_MCP_MASTER_KEY: kKey });
});

// The sealed configuration with the real program: it starts from one, and refuses one that was changed, that another key
// or another environment sealed, or that is older than the last. No secret of it is ever said or recorded.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, modernRequest, programs, textOf } from './harness.mjs';
import { calls } from './tool_calls.mjs';

const canaries = ['CANARY-client-secret-9d1f', 'CANARY-host.example', 'https://CANARY-origin.example'];
const keyOf = (name) => crypto.createHash('sha256').update(`fake key for tests: ${name}`).digest('base64');
const kKey = keyOf('one');

let workspace;
let plain;
let sealed;
beforeEach(() => {
  workspace = new Workspace();
  workspace.env.SPOTIFY_MCP_MASTER_KEY = kKey;
  sealed = path.join(workspace.directory, 'config.smcf');
  writePlain();
});
afterEach(async () => {
  try {
    checkSilence(workspace.programs);
  } finally {
    await workspace.close();
  }
});

function writePlain(change = () => {}) {
  plain = workspace.writeConfig((config) => {
    config.spotify.client_secret = canaries[0];
    config.server.allowed_hosts = [canaries[1]];
    config.server.allowed_origins = [canaries[2]];
    change(config);
  }, 'plain.json');
}

// Nothing of the plain text on stderr of anything that ran, nor in any file of the data directory, the trail among them.
function checkSilence(programsRun) {
  const files = fs.existsSync(workspace.storage) ? fs.readdirSync(workspace.storage, { recursive: true }) : [];
  const texts = files.map((name) => path.join(workspace.storage, name))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => [file, fs.readFileSync(file, 'latin1')]);
  for (const program of programsRun) texts.push([program.describe().split('\n')[0], program.stderr]);
  for (const canary of [...canaries, kKey]) {
    for (const [name, text] of texts) assert.ok(!text.includes(canary), `${canary} in ${name}`);
  }
}

async function run(args, env = {}) {
  const program = workspace.start(programs.server, args, { env });
  program.child.stdin.end();
  await program.ended();
  return program;
}

async function seal(...args) {
  const program = await run(['config', 'seal', plain, '--output', sealed, ...args]);
  assert.equal(program.exit.code, 0, program.describe());
  return program;
}

// Every way to start, and a look: one sentence, nothing on stdout, the exit code of the refusal.
async function refused(code, says, env = {}) {
  for (const mode of [['stdio'], ['serve', '--port', '0'], ['login', '--no-browser'], ['config', 'check']]) {
    const program = await run([...mode, '--config', sealed], env);
    assert.equal(program.exit.code, code, program.describe());
    assert.equal(program.stdout, '', program.describe());
    assert.match(program.stderr, says);
    assert.ok(program.stderr.length < 600, program.describe());
  }
}

function listTools(args = [], env = {}) {
  workspace.config = sealed;
  return workspace.startStdio(args, { env });
}

async function answers(args = [], env = {}) {
  const wire = listTools(args, env);
  assert.ok((await wire.ask(modernRequest(1, 'tools/list'))).result.tools.length > 0, wire.program.describe());
  assert.equal((await wire.finish()).code, 0, wire.program.describe());
}

test('login, stdio and serve run from a sealed file, and the trail says its generation', async () => {
  await workspace.startSim();
  writePlain((config) => delete config.spotify.client_secret);
  await seal();
  fs.rmSync(plain);
  workspace.config = sealed;
  await workspace.login();
  const wire = workspace.startStdio();
  const [name, args] = calls.me();
  const answer = await wire.ask(modernRequest(1, 'tools/call', { name, arguments: args }));
  assert.notEqual(answer.result?.isError, true, textOf(answer.result));
  assert.equal((await wire.finish()).code, 0);
  const server = await workspace.startServer();
  await server.stop();

  const verified = await run(['audit', 'verify', '--config', sealed]);
  assert.equal(verified.exit.code, 0, verified.describe());
  const trail = await run(['audit', 'export', '--config', sealed]);
  const loaded = trail.stdout.trim().split('\n').map((line) => JSON.parse(line))
    .filter((record) => record.event === 'config.loaded');
  assert.equal(loaded.length, 3);
  for (const record of loaded) assert.equal(record.request.generation, 1);
});

test('the commands of docs/sealed-configuration.md are true', async () => {
  const page = fs.readFileSync(path.join(import.meta.dirname, '../../docs/sealed-configuration.md'), 'utf8');
  const [, block] = page.match(/```\n(.*?)```/s);
  const lines = block.trim().split('\n');
  const last = lines.pop();
  const bin = path.join(workspace.directory, 'bin');
  fs.mkdirSync(bin);
  fs.symlinkSync(programs.server, path.join(bin, 'spotify-mcp-server'));
  delete workspace.env.SPOTIFY_MCP_MASTER_KEY;
  const env = { PATH: `${bin}:${workspace.env.PATH}` };
  // The last command serves until it is ended, on a port that another test may have.
  const server = workspace.start('/bin/sh', ['-ec', `${lines.join('\n')}\nexec ${last} --port 0`], { env });
  await server.line(/listening on/);
  await server.stop();
  assert.equal(server.exit.code, 0, server.describe());
  assert.ok(!fs.existsSync(path.join(workspace.directory, 'config.json')));
  assert.ok(!/lies beside|new key/.test(server.stderr.split('listening')[0].replace(/"key.made".*/g, '')), server.describe());
});

test('sealed files are private, the source stays, and unseal gives its bytes to a terminal alone', async () => {
  const before = fs.readFileSync(plain, 'utf8');
  const told = await seal();
  assert.match(told.stderr, /plain\.json still holds the settings in the clear.*shred -u/);
  assert.equal(fs.readFileSync(plain, 'utf8'), before);
  assert.equal(fs.statSync(sealed).mode & 0o777, 0o600);
  for (const canary of canaries) assert.ok(!fs.readFileSync(sealed, 'utf8').includes(canary));

  const piped = await run(['config', 'unseal', sealed]);
  assert.equal(piped.exit.code, 2, piped.describe());
  assert.equal(piped.stdout, '');
  assert.match(piped.stderr, /terminal.*--output/s);
  // script(1) gives the program a terminal of its own.
  const terminal = spawnSync('script', ['-qec', `'${programs.server}' config unseal '${sealed}'`, '/dev/null'],
    { env: workspace.env, encoding: 'utf8' });
  assert.equal(terminal.status, 0, terminal.stdout);
  assert.equal(terminal.stdout.replaceAll('\r\n', '\n').trimEnd(), before);

  const again = path.join(workspace.directory, 'again.json');
  const written = await run(['config', 'unseal', sealed, '--output', again]);
  assert.equal(written.exit.code, 0, written.describe());
  assert.equal(fs.readFileSync(again, 'utf8'), before);
  assert.equal(fs.statSync(again).mode & 0o777, 0o600);
});

test('a secret is set from a pipe, in a sealed file', async () => {
  await seal();
  const program = workspace.start(programs.server, ['config', 'set', 'spotify.client_secret', '--secret', '--config', sealed]);
  program.child.stdin.end('CANARY-client-secret-9d1f-second\n');
  assert.equal((await program.ended()).code, 0, program.describe());
  assert.match(program.stdout, /as generation 2/);
  const again = path.join(workspace.directory, 'again.json');
  await run(['config', 'unseal', sealed, '--output', again]);
  assert.equal(JSON.parse(fs.readFileSync(again, 'utf8')).spotify.client_secret, 'CANARY-client-secret-9d1f-second');
});

test('one flipped bit anywhere is refused', async () => {
  await seal();
  const good = fs.readFileSync(sealed);
  const end = good.indexOf('\n');
  // In the generation, in the commitment, in the sealed text, and in its last letter before the end.
  const places = [good.indexOf('"generation":') + 13, end - 20, end + 100, good.length - 2];
  for (const place of places) {
    for (const bit of [0, 5]) {
      const bytes = Buffer.from(good);
      bytes[place] ^= 1 << bit;
      fs.writeFileSync(sealed, bytes);
      const program = await run(['stdio', '--config', sealed]);
      assert.ok([2, 4].includes(program.exit.code), program.describe());
      assert.equal(program.stdout, '');
      assert.match(program.stderr, /config\.smcf.*Restore it from a backup/);
    }
  }
  const bytes = Buffer.from(good);
  bytes[end + 100] ^= 1;
  fs.writeFileSync(sealed, bytes);
  await refused(4, /was changed or cut after it was sealed/);
  assert.ok(!fs.existsSync(workspace.storage), 'nothing was begun');
  fs.writeFileSync(sealed, good);
  await answers();
});

test('another key and no key are refused, and no key is made', async () => {
  await seal();
  await refused(4, /sealed under the key [0-9a-f]{16}, and the master key here is [0-9a-f]{16}/,
    { SPOTIFY_MCP_MASTER_KEY: keyOf('two') });
  await refused(5, /is sealed, and there is no master key here/, { SPOTIFY_MCP_MASTER_KEY: '' });
  await refused(2, /SPOTIFY_MCP_MASTER_KEY is no random key/,
    { SPOTIFY_MCP_MASTER_KEY: Buffer.alloc(32).toString('base64') });
  assert.deepEqual(fs.readdirSync(path.join(workspace.directory, 'home')), []);
});

test('a file is bound to its environment, both ways', async () => {
  await seal();
  await refused(6, /sealed for environment development, and this deployment is production/,
    { DEPLOYMENT_ENVIRONMENT: 'production' });
  writePlain((config) => (config.environment = 'production'));
  await seal('--force');
  await refused(6, /sealed for environment production, and this deployment is development/,
    { DEPLOYMENT_ENVIRONMENT: 'development' });
  await answers([], { DEPLOYMENT_ENVIRONMENT: 'production' });
});

test('an older generation is refused, and taken back on purpose alone', async () => {
  await seal();
  const older = fs.readFileSync(sealed);
  await answers();
  await seal('--force');
  const newer = fs.readFileSync(sealed);
  await answers();
  fs.writeFileSync(sealed, older);
  await refused(6, /is generation 1 .*generation 2 was in use.*--allow-rollback/);
  await answers(['--allow-rollback']);
  await answers();
  fs.writeFileSync(sealed, newer);
  await answers();
});

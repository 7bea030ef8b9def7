// The runbooks of incidents and the emergency stop, on a real running server with a real login at the simulator: what
// they stop, what they leave, and that no secret gets into the evidence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, httpHeaders, initializeRequest, postModern, programs, rawHttp, textOf } from './harness.mjs';
import { sim } from './sim.mjs';

const planted = 'planted-client-secret-00';
const plantedWebhook = 'planted-webhook-secret-0123456789abcdef';

let workspace;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  // The simulator's app has no secret, so it comes after the login.
  workspace.writeConfig((config) => {
    config.spotify.client_secret = planted;
    config.alerts = { webhook: 'http://127.0.0.1:9/hooks/planted-address-token', webhook_secret: plantedWebhook };
  });
});
afterEach(() => workspace.close());

async function command(...args) {
  const program = workspace.start(programs.server, [...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function respond(...args) {
  const said = await command('incident', ...args, '--json');
  assert.ok(said.stdout.startsWith('{'), said.stderr);
  const report = JSON.parse(said.stdout);
  return { ...report, code: said.code, of: Object.fromEntries(report.steps.map((step) => [step.step, step])) };
}

const filesIn = (folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));

const call = async (server, token = workspace.token()) => {
  const answer = await postModern(server, token, 'tools/call', { name: 'get_devices', arguments: {} });
  return { status: answer.status, text: answer.status === 200 ? textOf(answer.message.result) : '' };
};

async function openSession(server) {
  const answer = await rawHttp(server.url, {
    headers: httpHeaders(workspace.token()), body: JSON.stringify(initializeRequest()),
  });
  assert.equal(answer.status, 200, answer.body);
}

const events = async () => {
  const { stdout } = await command('audit', 'export');
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line).event);
};

const masterKey = () =>
  fs.readFileSync(path.join(workspace.env.HOME, '.config/spotify-mcp-server/master.key'), 'utf8').trim();

// Nothing that opens a door stands in the evidence: not the secrets of the settings, not the bearers, not the key, and
// no token of Spotify.
async function expectNoSecret(folder, secrets) {
  const forbidden = [planted, plantedWebhook, 'planted-address-token', masterKey(), workspace.token(), ...secrets];
  for (const file of filesIn(folder)) {
    const bytes = fs.readFileSync(file);
    for (const secret of forbidden) assert.ok(!bytes.includes(secret), `${secret} in ${file}`);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600, file);
  }
}

test('a compromise: sealed, sessions and bearer gone, login gone, evidence signed and without a secret', async () => {
  const server = await workspace.startServer();
  assert.match((await call(server)).text, /Kitchen/);
  await openSession(server);
  const old = workspace.token();
  const keyBefore = masterKey();
  assert.equal((await call(server, 'no-such-bearer')).status, 401);

  const made = await command('api-key', 'create', '--label', 'a test', '--scopes', 'smcp:read', '--json');
  assert.equal(made.code, 0, made.stderr);
  const apiKey = JSON.parse(made.stdout);
  const report = await respond('auth-compromise');
  const states = Object.fromEntries(report.steps.map(({ step, state }) => [step, state]));
  for (const step of ['seal', 'evidence', 'revoke_sessions', 'revoke_api_keys', 'forget_logins', 'review_logins', 'verify_trail']) {
    assert.equal(states[step], 'done', JSON.stringify(report.of[step]));
  }
  assert.ok(report.of.revoke_api_keys.told.includes(apiKey.id), report.of.revoke_api_keys.told);
  const keys = JSON.parse((await command('api-key', 'list', '--json')).stdout).keys;
  assert.deepEqual(keys.map(({ id, state }) => [id, state]), [[apiKey.id, 'revoked']]);
  assert.ok(fs.readFileSync(path.join(report.evidence, 'report.json'), 'utf8').includes(apiKey.id));
  assert.equal(states.rotate_client_secret, 'by hand');
  for (const step of ['rotate_keys', 'rotate_master_key']) assert.equal(states[step], 'done', JSON.stringify(report.of[step]));
  assert.notEqual(masterKey(), keyBefore, 'the master key is a new one');
  assert.match(report.of.restart.told, new RegExp(`Process ${server.pid} `));
  assert.match(report.of.revoke_sessions.told, /^1 session of 1 running server /);
  assert.match(report.of.review_logins.told, /bearer\.refused 1 \(127\.0\.0\.1: 1\)/);

  assert.equal((await call(server, old)).status, 401, 'the old bearer opens nothing');
  assert.match((await call(server)).text, /sealed/, 'and the new one runs nothing');
  const again = await workspace.startServer();
  assert.match((await call(again)).text, /sealed/, 'nor after a restart');
  assert.equal((await command('admin', 'unseal')).code, 0);
  assert.match((await call(again)).text, /log in|login/i, 'the stored login is gone');

  await expectNoSecret(report.evidence, [old, keyBefore]);
  const names = filesIn(report.evidence).map((file) => path.relative(report.evidence, file));
  for (const name of ['code.json', 'settings.json', 'files.json', 'servers.json', 'report.json', 'review.json',
    'audit/checkpoints', 'manifest.json', 'manifest.sig']) {
    assert.ok(names.includes(name), `${name} in ${names}`);
  }
  assert.ok(names.some((name) => /^audit\/\d{20}-\d{3}\.jsonl$/.test(name)));
  const told = await events();
  assert.deepEqual(told.filter((event) => event.startsWith('incident.')), ['incident.begun', 'incident.ended']);

  const whole = await command('incident', 'verify', report.evidence);
  assert.equal(whole.code, 0, whole.stdout + whole.stderr);
  fs.appendFileSync(path.join(report.evidence, 'servers.json'), ' ');
  const changed = JSON.parse((await command('incident', 'verify', report.evidence, '--json')).stdout);
  assert.deepEqual([changed.whole, changed.signature, changed.problems], [false, 'good', ['servers.json was changed.']]);
  fs.appendFileSync(path.join(report.evidence, 'manifest.json'), ' ');
  assert.match((await command('incident', 'verify', report.evidence)).stdout, /Signature: wrong/);
});

test('an exposed configuration is closed to others, and what it opened is renewed', async () => {
  await workspace.startServer();
  const old = workspace.token();
  fs.chmodSync(workspace.config, 0o644);
  const report = await respond('config-exposure', '--evidence', path.join(workspace.directory, 'evidence'));
  assert.equal(report.code, 1, 'it found something');
  assert.equal(report.of.close_files.state, 'found', report.of.close_files.told);
  assert.equal(fs.statSync(workspace.config).mode & 0o777, 0o600);
  assert.equal(report.of.rotate_other_secrets.state, 'by hand');
  assert.match(report.of.review_configuration.told, /config\.loaded \d+/);
  assert.notEqual(workspace.token(), old);
  await expectNoSecret(report.evidence, [old]);
  assert.equal((await command('status')).code, 1, 'nobody is logged in');
});

test('a network breach: the servers are asked what they prove, and nothing else is changed', async () => {
  const server = await workspace.startServer();
  const old = workspace.token();
  const report = await respond('network', '--no-seal');
  assert.equal(report.of.seal, undefined);
  assert.equal(report.of.verify_tls.state, 'done', report.of.verify_tls.told);
  assert.equal(workspace.token(), old);
  assert.match((await call(server)).text, /Kitchen/);
  await expectNoSecret(report.evidence, []);
  await workspace.sim.stop();
  const alone = await respond('network', '--no-seal', '--evidence', path.join(workspace.directory, 'alone'));
  assert.equal(alone.of.verify_tls.state, 'found');
  assert.equal(alone.code, 1);
});

test('a hole in a library: what runs is written down, and what still runs the old code is named', async () => {
  const server = await workspace.startServer();
  const report = await respond('dependency');
  assert.equal(report.of.test.state, 'done', report.of.test.told);
  assert.match(report.of.restart.told, new RegExp(`Process ${server.pid} `));
  const { code } = JSON.parse(fs.readFileSync(path.join(report.evidence, 'code.json'), 'utf8'));
  const named = code.filter((file) => /libcrypto|libsqlite3|spotify-mcp-server/.test(file.path));
  assert.ok(named.length >= 3, JSON.stringify(code));
  for (const file of named) assert.match(file.sha256, /^[0-9a-f]{64}$/);
  assert.equal((await call(server)).status, 200, 'it is not sealed');
});

test('a dry run says all of it and does nothing', async () => {
  const server = await workspace.startServer();
  const old = workspace.token();
  for (const incident of ['auth-compromise', 'dependency', 'config-exposure', 'network']) {
    const said = await command('incident', incident, '--dry-run');
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stdout, /^1\. \[planned\] /m);
    assert.doesNotMatch(said.stdout, /\[(done|failed|found|by hand)\]/);
  }
  assert.equal(workspace.token(), old);
  assert.match((await call(server)).text, /Kitchen/);
  assert.ok(!fs.existsSync(path.join(workspace.storage, 'incidents')));
});

test('an emergency stop seals, lets what runs end, and holds after a restart', async () => {
  const server = await workspace.startServer();
  await sim.faults(workspace, [{ kind: 'slow', path: '/v1/me/player/devices', times: 1, delay_ms: 1000 }]);
  const running = call(server);
  // It has reached Spotify, so it runs.
  while (!(await sim.requests(workspace))['GET /me/player/devices']);
  const stopped = await command('admin', 'emergency-stop', '--json');
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.deepEqual(JSON.parse(stopped.stdout), { sealed: true, drained: [server.pid], killed: [] });
  assert.equal((await server.ended()).code, 0);
  assert.match((await running).text, /Kitchen/, 'what ran has ended well');
  const again = await workspace.startServer();
  assert.match((await call(again)).text, /sealed/);
  assert.equal((await command('admin', 'unseal')).code, 0);
  assert.match((await call(again)).text, /Kitchen/);
  const none = await command('admin', 'emergency-stop', '--now');
  assert.match(none.stdout, /Sealed\. 1 servers have ended/);
});

test('a server that does not stop is killed by the emergency stop, and no other process is', async () => {
  const server = await workspace.startServer();
  const other = workspace.start(process.execPath, ['-e', 'process.stdin.resume()']);
  process.kill(server.pid, 'SIGSTOP');
  const stopped = await command('admin', 'emergency-stop', '--now', '--json');
  assert.deepEqual(JSON.parse(stopped.stdout).killed, [server.pid], stopped.stderr);
  assert.equal((await server.ended()).signal, 'SIGKILL');
  assert.equal(other.exit, undefined);
});

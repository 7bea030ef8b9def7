// What a restart keeps, and what it is refused for: confirmations that clients carry over it, once; and the checks that a
// start may be made to pass first.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, postModern, programs } from './harness.mjs';
import { sim } from './sim.mjs';

let workspace;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig();
});
afterEach(() => workspace.close());

async function run(...args) {
  const program = workspace.start(programs.server, [...args, '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  return program;
}

const unfollows = async () => Object.entries(await sim.requests(workspace))
  .filter(([operation]) => operation.startsWith('DELETE ')).reduce((sum, [, times]) => sum + times, 0);

// A call of a client that can ask its person.
const call = (server, name, args, more = {}) => postModern(server, workspace.token(), 'tools/call', { name, arguments: args },
  ({ message: { params } }) => {
    params._meta['io.modelcontextprotocol/clientCapabilities'] = { elicitation: {} };
    Object.assign(params, more);
  });

// What a person is asked about dropping a playlist, and the request that says yes.
async function begin(server, which = 0) {
  const listed = await call(server, 'get_playlists', {});
  const playlist = listed.message.result.structuredContent.items[which].uri;
  const { message } = await call(server, 'unfollow_playlist', { playlist_id: playlist });
  assert.equal(message.result.resultType, 'input_required', JSON.stringify(message));
  const inputResponses = Object.fromEntries(Object.keys(message.result.inputRequests)
    .map((key) => [key, { action: 'accept', content: { go_ahead: true } }]));
  const { requestState } = message.result;
  const yes = (later) => call(later, 'unfollow_playlist', { playlist_id: playlist }, { inputResponses, requestState });
  return Object.assign(yes, { playlist });
}

test('a confirmation that was begun before a restart is completed after it, once', async () => {
  await workspace.login();
  let server = await workspace.startServer();
  const yes = await begin(server);
  await server.stop('SIGKILL');
  server = await workspace.startServer();
  const done = (await yes(server)).message;
  assert.equal(done.result?.structuredContent?.status, 'verified', JSON.stringify(done));
  assert.equal(await unfollows(), 1);
  for (const signal of [undefined, 'SIGKILL']) {
    // There is something to drop again, and so the same question.
    await call(server, 'save_to_library', { uris: [yes.playlist] });
    const { message } = await yes(server);
    assert.equal(message.error?.code, -32602, JSON.stringify(message));
    assert.match(message.error.message, /used already/);
    if (signal) break;
    await server.stop('SIGKILL');
    server = await workspace.startServer();
  }
  assert.equal(await unfollows(), 1);
});

test('a new key of what clients carry leaves confirmations good, and after a leak they are void', async () => {
  await workspace.login();
  let server = await workspace.startServer();
  const first = await begin(server, 0);
  const second = await begin(server, 1);
  const rotated = await run('keys', 'rotate', '--purpose', 'request-state');
  assert.equal(rotated.exit.code, 0, rotated.describe());
  assert.match(rotated.stderr, /within a minute/);
  await server.stop();
  server = await workspace.startServer();
  const done = (await first(server)).message;
  assert.equal(done.result?.structuredContent?.status, 'verified', JSON.stringify(done));
  assert.equal((await run('keys', 'rotate', '--purpose', 'request-state', '--compromised')).exit.code, 0);
  await server.stop();
  server = await workspace.startServer();
  const { message } = await second(server);
  assert.equal(message.error?.code, -32602, JSON.stringify(message));
  assert.equal(await unfollows(), 1);
});

// The build of these tests need be no release.
function waivers() {
  const file = path.join(workspace.directory, 'waivers.json');
  const soon = new Date(Date.now() + 20 * 24 * 3600 * 1000).toISOString().slice(0, 10);
  fs.writeFileSync(file, JSON.stringify({ waivers: [
    { id: 'BIN-08', reason: 'a build for tests', owner: 'the tests', ticket: 'none', expires: soon },
  ] }));
  return ['--waivers', file];
}

test('a start with --require-check is refused on a critical finding, with its own exit code and the fix', async () => {
  const plant = (config) => {
    config.environment = 'staging';
    config.spotify.client_secret = '0123456789abcdef0123456789abcdef';
  };
  workspace.writeConfig(plant);
  for (const [args, change] of [[['--require-check'], () => {}], [[], (config) => (config.security = { check_at_start: 'always' })]]) {
    workspace.writeConfig((config) => {
      plant(config);
      change(config);
    });
    const refused = await run('serve', ...args, ...waivers());
    assert.equal(refused.exit.code, 12, refused.describe());
    assert.match(refused.stderr, /refuse this start\. Critical findings: 1\.\n {2}CFG-02 No secret stands in the settings/);
    assert.match(refused.stderr, /security-check start/);
    assert.doesNotMatch(refused.stderr, /listening on|0123456789abcdef0123456789abcdef/);
    assert.equal(refused.stdout, '');
    assert.ok(!fs.existsSync(path.join(workspace.storage, 'http-token')), 'nothing was begun');
  }
  // Mended, it starts; and where nobody asks, it starts as it is.
  workspace.writeConfig((config) => (config.environment = 'staging'));
  const server = await workspace.startServer(['--require-check', ...waivers()]);
  assert.equal((await server.stop()).code, 0);
  workspace.writeConfig((config) => {
    plant(config);
    config.security = { check_at_start: 'never' };
  });
  const careless = await workspace.startServer();
  assert.equal((await careless.stop()).code, 0);
});

test('waivers that cannot be read keep a start from happening', async () => {
  const refused = await run('serve', '--require-check', '--waivers', path.join(workspace.directory, 'none.json'));
  assert.equal(refused.exit.code, 5, refused.describe());
  assert.match(refused.stderr, /none\.json/);
});

test('where others are served in production, the checks are asked without a word', async () => {
  workspace.writeConfig((config) => {
    config.environment = 'production';
    config.server.host = '0.0.0.0';
    config.server.auth = 'api-key';
    config.server.trusted_proxies = ['127.0.0.1'];
    config.server.allowed_hosts = ['mcp.example.com'];
    config.spotify.client_secret = '0123456789abcdef0123456789abcdef';
  });
  const refused = await run('serve');
  assert.equal(refused.exit.code, 12, refused.describe());
  assert.match(refused.stderr, /CFG-02/);
});

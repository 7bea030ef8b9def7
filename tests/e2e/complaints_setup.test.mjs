// What users of servers like this one complain of before the first song plays, each as they would say it, and that ours
// do not meet it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Workspace, browse, consent, modernRequest, occupiedPort, programs, textOf } from './harness.mjs';
import { sim } from './sim.mjs';

const workspace = new Workspace();
const source = path.resolve(import.meta.dirname, '../..');
const text = (name) => fs.readFileSync(path.join(source, name), 'utf8');
before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
});
after(() => workspace.close());

async function run(args, options = {}) {
  const program = workspace.start(programs.server, args, options);
  program.child.stdin.end();
  await program.ended();
  return program;
}
const call = async (server, id, name, args = {}) =>
  (await server.ask(modernRequest(id, 'tools/call', { name, arguments: args }))).result;

test('1: "the redirect to localhost is refused, and nobody says what to write instead"', async () => {
  const good = workspace.config;
  workspace.writeConfig((config) => { config.spotify.redirect_uri = 'http://localhost:8888/callback'; }, 'localhost.json');
  const program = await run(['login', '--config', workspace.config, '--no-browser']);
  workspace.config = good;
  assert.notEqual(program.exit.code, 0);
  assert.match(program.stderr, /http:\/\/127\.0\.0\.1/);
});

test('13: "there is no way to log in over SSH, in Docker, without a browser"', async () => {
  const { program, url } = await workspace.startLogin(['--paste']);
  const callback = await consent(url); // A browser on another machine ends on this address.
  program.child.stdin.write('not an address\n');
  await program.line(/Try again/);
  program.child.stdin.write(`${callback}\n`);
  assert.equal((await program.ended()).code, 0, program.describe());
  assert.match(program.stdout, /Logged in/);
  await run(['logout', '--config', workspace.config]);
});

test('14: "port 8888 is taken, and several instances fight over it"', async () => {
  const taken = await occupiedPort();
  const logins = await Promise.all([workspace.startLogin(), workspace.startLogin()]);
  const ports = logins.map(({ url }) => Number(new URL(url).port));
  assert.equal(new Set([...ports, taken.port]).size, 3);
  for (const { program } of logins) await program.stop('SIGINT');
  await taken.release();
});

test('15: "it wants a login before it starts, and to be started before I can log in"', async () => {
  const server = workspace.startStdio();
  assert.ok((await server.ask(modernRequest(1, 'tools/list'))).result.tools.length > 20);
  assert.match(textOf(await call(server, 2, 'get_me')), /not logged in/i);
  const begun = await call(server, 3, 'get_auth_url');
  assert.equal((await browse(await consent(begun.structuredContent.auth_url))).status, 200);
  const me = await call(server, 4, 'get_me');
  assert.ok(!me.isError, textOf(me));
  assert.equal((await server.finish()).code, 0);
});

test('14: "several instances of mine fight over one token"', async () => {
  const servers = [0, 1, 2].map(() => workspace.startStdio());
  await Promise.all(servers.map((server) => server.ask(modernRequest('ready', 'tools/list'))));
  await sim.expireTokens(workspace);
  const before = (await sim.requests(workspace))['POST /api/token'];
  const answers = await Promise.all(servers.map((server, i) => call(server, 1, ['get_me', 'get_saved_tracks', 'get_queue'][i])));
  for (const answer of answers) assert.ok(!answer.isError, textOf(answer));
  assert.equal((await sim.requests(workspace))['POST /api/token'], before + 1);
});

test('16: "spawn uv ENOENT: the runtime is not found"', async () => {
  const program = await run(['version', '--json'], { env: { PATH: '/nonexistent' } });
  assert.equal(program.exit.code, 0, program.describe());
  assert.ok(JSON.parse(program.stdout).version);
});

test('17: "I do not know what to put into my client"', async () => {
  for (const client of ['claude-desktop', 'claude-code', 'cursor', 'vscode', 'codex']) {
    const program = await run(['setup', client, '--config', workspace.config]);
    assert.equal(program.exit.code, 0, program.describe());
    assert.ok(program.stdout.includes(programs.server), client);
    assert.ok(program.stdout.includes(workspace.config), client);
    assert.doesNotMatch(program.stdout, /npx|uvx|python|node\b/);
  }
});

test('26: "the tool schemas eat the context, and the model picks the wrong tool"', async () => {
  const program = await run(['tools', '--json', '--config', workspace.config]);
  const tools = JSON.parse(program.stdout);
  assert.ok(tools.length < 40, `${tools.length} tools`);
  assert.ok(Buffer.byteLength(JSON.stringify(tools)) < 30_000);
  const few = JSON.parse((await run(['tools', '--json', '--config', workspace.config, '--toolsets', 'search'])).stdout);
  assert.deepEqual(few.map((tool) => tool.name), ['search', 'search_tracks']);
});

test('29: "the maintainer is gone, and nobody can take over"', () => {
  for (const name of ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/decisions/README.md']) {
    assert.ok(text(name).length > 500, name);
  }
  for (const name of ['script/bootstrap', 'script/test', 'script/cibuild', 'script/demo']) {
    assert.ok(fs.statSync(path.join(source, name)).mode & 0o100, `${name} runs`);
  }
});

test('27: "nobody told me that the policy of Spotify may forbid my use"', () => {
  const beginning = text('README.md').slice(0, 3000);
  assert.match(beginning, /unofficial|not affiliated/i);
  assert.match(beginning, /Developer Policy|Developer Terms/);
  assert.match(beginning, /Premium/);
});

test('30: "a stranger posts a security scan, and there is nowhere to send it"', () => {
  assert.match(text('SECURITY.md'), /Report a vulnerability privately/);
});

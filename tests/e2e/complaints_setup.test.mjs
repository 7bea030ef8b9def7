// What users of servers like this one complain of before the first song plays, each as they would say it, and that ours
// do not meet it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { StdioWire, Workspace, browse, consent, modernRequest, occupiedPort, programs, textOf } from './harness.mjs';
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

// What each client starts, read from what `setup` prints as that client reads it: JSON, TOML, or a line for a shell.
const startedBy = {
  'claude-desktop': (printed) => JSON.parse(printed).mcpServers.spotify,
  cursor: (printed) => JSON.parse(printed).mcpServers.spotify,
  vscode: (printed) => JSON.parse(printed).servers.spotify,
  codex(printed) {
    const [, table, command, args] = printed.match(/^\[(.+)\]\ncommand = (".*")\nargs = (\[.*\])\n$/);
    assert.equal(table, 'mcp_servers.spotify');
    return { command: JSON.parse(command), args: JSON.parse(args) };
  },
  'claude-code'(printed) {
    // A `claude` that says what it was given, a line each.
    const bin = path.join(workspace.directory, 'bin');
    fs.mkdirSync(bin, { recursive: true });
    fs.writeFileSync(path.join(bin, 'claude'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const given = execFileSync('/bin/sh', ['-c', printed], { env: { PATH: `${bin}:/usr/bin:/bin` }, encoding: 'utf8' });
    const words = given.trimEnd().split('\n');
    assert.deepEqual(words.slice(0, 2), ['mcp', 'add']);
    const [command, ...args] = words.slice(words.indexOf('--') + 1);
    return { command, args };
  },
};

test('17: "I want it packaged, and to know what to put into my client"', async () => {
  const place = path.join(workspace.directory, "it's a folder");
  fs.mkdirSync(place, { mode: 0o700 });
  const config = path.join(place, 'config.json');
  fs.copyFileSync(workspace.config, config);
  for (const [client, read] of Object.entries(startedBy)) {
    const printed = await run(['setup', client, '--config', config, '--toolsets', 'search,operations']);
    assert.equal(printed.exit.code, 0, printed.describe());
    const { command, args } = read(printed.stdout);
    // As a desktop starts it: no shell, no PATH of a developer, nothing but this program.
    const wire = new StdioWire(workspace.start(command, args, { env: { PATH: '/nonexistent' } }));
    const { tools } = (await wire.ask(modernRequest(1, 'tools/list'))).result;
    assert.deepEqual(tools.map((tool) => tool.name).slice(0, 3), ['search', 'search_tracks', 'get_cache_stats'], client);
    assert.equal((await wire.finish()).code, 0, wire.program.describe());
  }
  // One file that needs libraries of the system and no runtime of another language. tests/packages takes the Debian
  // package, the image and the manifests through their lives.
  assert.doesNotMatch(execFileSync('ldd', [programs.server], { encoding: 'utf8' }), /not found|lib(node|python|ruby)/);
  assert.match(text('deploy/README.md'), /apt|dpkg/);
});

test('26: "the tool schemas eat the context, and the model picks the wrong tool"', async () => {
  const program = await run(['tools', '--json', '--config', workspace.config]);
  const tools = JSON.parse(program.stdout);
  assert.ok(tools.length < 40, `${tools.length} tools`);
  assert.ok(Buffer.byteLength(JSON.stringify(tools)) < 30_000);
  const few = JSON.parse((await run(['tools', '--json', '--config', workspace.config, '--toolsets', 'search'])).stdout);
  assert.deepEqual(few.map((tool) => tool.name), ['search', 'search_tracks']);
});

const exists = (name) => fs.existsSync(path.join(source, name));
const folders = (name) => fs.readdirSync(path.join(source, name), { withFileTypes: true })
  .filter((each) => each.isDirectory()).map((each) => each.name);

test('29: "the maintainer is gone": whoever takes over finds every part, and what to change where', () => {
  const architecture = text('ARCHITECTURE.md');
  const map = architecture.slice(architecture.indexOf('## 7. Code map'), architecture.indexOf('## 8.'));
  for (const folder of folders('src')) {
    assert.ok(map.includes(`\`${folder}/\``), `src/${folder} is in the code map`);
    assert.ok(exists(`src/${folder}/README.md`), `src/${folder} says what it is`);
  }
  for (const folder of folders('tests').filter((each) => each !== 'support' && each !== 'headers')) {
    assert.ok(architecture.includes(`tests/${folder}`), `tests/${folder} is in the list of tests`);
  }
  // What is named as the place of a change is there: by its path, below src, or by its name alone.
  const changes = architecture.slice(architecture.indexOf('## 12.'), architecture.indexOf('## 13.'));
  const places = [...changes.matchAll(/`([\w./-]+\.(?:h|cpp|yml|md|cmake)|[\w./]+\/)`/g)].map(([, place]) => place);
  assert.ok(places.length > 20, `${places.length} places`);
  const names = new Set(fs.readdirSync(path.join(source, 'src'), { recursive: true }).map((file) => path.basename(file)));
  const isThere = (place) => exists(place) || exists(`src/${place}`) || names.has(place);
  for (const place of places) assert.ok(isThere(place), `${place} is there`);
});

test('29: "the maintainer is gone": no step of the work needs that person, or a machine of theirs', () => {
  // The commands of CONTRIBUTING.md are there, and whole; script/bootstrap brings every program that a script needs.
  const contributing = text('CONTRIBUTING.md');
  const named = [...new Set([...contributing.matchAll(/script\/([\w-]+)/g)].map(([, name]) => name))];
  assert.ok(named.length >= 4);
  for (const name of [...named, 'release', 'reproduce', 'demo']) {
    const file = path.join(source, 'script', name);
    assert.ok(fs.statSync(file).mode & 0o100, `${name} runs`);
    execFileSync('bash', ['-n', file]);
  }
  const presets = JSON.parse(text('CMakePresets.json')).configurePresets.map((preset) => preset.name);
  const [, listed] = contributing.match(/The presets are ([^;]*?)\. `script/s);
  for (const [, name] of listed.matchAll(/`(\w+)`/g)) assert.ok(presets.includes(name), `the preset ${name} is there`);
  // A release is signed with the key of whoever makes it, and the licence lets anybody.
  assert.match(text('docs/releases.md'), /--key|RELEASE_KEY|signing key/i);
  assert.match(text('LICENSE'), /Permission is hereby granted|Apache License|GNU|BSD/);
  // Nothing is fetched from a place of one person's: what is locked names no host.
  for (const lock of ['tests/e2e/package-lock.json', 'bench/peers/package-lock.json']) {
    assert.doesNotMatch(text(lock), /"resolved"/);
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

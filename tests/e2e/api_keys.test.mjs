// API keys on the running server: made, listed, revoked and refused as the administrator says, at once; signed requests;
// what a key may not do; and nothing of it in what the server writes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { request, sign } from '../../examples/signed_request/signed_request.mjs';
import {
  Workspace, httpHeaders, initializeRequest, modernHeaders, modernRequest, postModern, programs, rawHttp, withDeadline,
} from './harness.mjs';

const source = path.resolve(import.meta.dirname, '../..');
let workspace;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
});
afterEach(() => workspace.close());

function configure(change = () => {}) {
  workspace.writeConfig((config) => {
    config.server.auth = 'api-key';
    change(config);
  });
}

async function apiKey(...args) {
  const program = workspace.start(programs.server, ['api-key', ...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function makeKey(scopes, ...args) {
  const made = await apiKey('create', '--label', 'a test', '--scopes', scopes, '--json', ...args);
  assert.equal(made.code, 0, made.stderr);
  return JSON.parse(made.stdout);
}

const list = (server, key) => postModern(server, key, 'tools/list');
const call = (server, key, name, args = {}) => postModern(server, key, 'tools/call', { name, arguments: args });

async function exportAudit() {
  const program = workspace.start(programs.server, ['audit', 'export', '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  return program.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

// Every byte that the server and its commands have left behind.
function* files(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) yield* files(file);
    if (entry.isFile()) yield file;
  }
}

test('a key sees and calls what its scopes allow, and is refused at once when it is revoked', async () => {
  configure();
  await workspace.login();
  const reader = await makeKey('smcp:read');
  const player = await makeKey('smcp:read,smcp:playback', '--from', '127.0.0.0/8,::1', '--days', '1');
  const elsewhere = await makeKey('smcp:read', '--from', '192.0.2.7');
  const server = await workspace.startServer();
  assert.match(server.stderr, /with a key of `api-key create`/);

  const names = async (key) => (await list(server, key)).message.result.tools.map((tool) => tool.name);
  const seen = await names(reader.key);
  assert.ok(seen.includes('search'));
  assert.ok(!seen.includes('play') && !seen.includes('create_playlist') && !seen.includes('logout'));
  const more = await names(player.key);
  assert.ok(more.includes('play') && !more.includes('create_playlist'));

  assert.equal((await call(server, reader.key, 'search', { query: 'a' })).status, 200);
  const beyond = await call(server, reader.key, 'pause');
  assert.equal(beyond.status, 403);
  assert.match(beyond.headers['www-authenticate'], /^Bearer realm="[^"]+", error="insufficient_scope", scope="smcp:playback"$/);
  assert.equal((await call(server, player.key, 'pause')).status, 200);

  const from = await list(server, elsewhere.key);
  assert.equal(from.status, 403);
  for (const wrong of [`${reader.key.slice(0, -1)}${reader.key.at(-1) === 'A' ? 'E' : 'A'}`, 'smcp_k_0000000000000000_x', 'x']) {
    const refused = await list(server, wrong);
    assert.equal(refused.status, 401);
    assert.match(refused.headers['www-authenticate'], /error="invalid_token"/);
  }
  assert.equal((await rawHttp(server.url, { headers: { 'Content-Type': 'application/json' }, body: '{}' })).status, 401);

  // A session of one key is not there for another.
  const opened = await rawHttp(server.url, { headers: httpHeaders(reader.key), body: JSON.stringify(initializeRequest()) });
  const inSession = (key) => rawHttp(server.url, {
    headers: httpHeaders(key, { 'Mcp-Session-Id': opened.headers['mcp-session-id'], 'MCP-Protocol-Version': '2025-11-25' }),
    body: JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping' }),
  });
  assert.equal((await inSession(reader.key)).status, 200);
  assert.equal((await inSession(player.key)).status, 404);

  assert.equal((await apiKey('revoke', reader.id)).code, 0);
  assert.equal((await list(server, reader.key)).status, 401);
  assert.equal((await inSession(reader.key)).status, 401);
  assert.equal((await list(server, player.key)).status, 200);
  assert.equal((await apiKey('revoke', 'ffffffffffffffff')).code, 5);

  const listed = JSON.parse((await apiKey('list', '--json')).stdout).keys;
  assert.deepEqual(listed.map(({ id, state }) => [id, state]),
    [[reader.id, 'revoked'], [player.id, 'active'], [elsewhere.id, 'active']]);
  await server.stop();

  const reasons = (await exportAudit()).filter(({ event }) => event === 'bearer.refused').map(({ reason }) => reason);
  assert.ok(reasons.includes('key from another address') && reasons.includes('revoked key'), reasons.join());
  const events = (await exportAudit()).map(({ event }) => event);
  for (const event of ['api_key.made', 'api_key.revoked', 'scope.refused']) assert.ok(events.includes(event), event);
  for (const { key } of [reader, player, elsewhere]) {
    const secret = key.slice(24);
    assert.ok(!server.stderr.includes(secret));
    for (const file of files(workspace.directory)) assert.ok(!fs.readFileSync(file).includes(secret), file);
  }
});

test('with request signing a signed request gets in once, also after a restart, and nothing else does', async () => {
  configure();
  const reader = await makeKey('smcp:read');
  const env = { SECURITY_ENABLE_REQUEST_SIGNING: 'true' };
  const start = () => workspace.startServer([], { env });
  let server = await start();
  assert.match(server.stderr, /sign each request/);
  const signed = (change = () => {}, times = {}) => {
    const { headers, body } = request('tools/list');
    const fields = sign({ key: reader.key, method: 'POST', url: server.url, headers, body, ...times });
    const parts = { headers: { ...headers, ...fields }, body };
    change(parts);
    return parts;
  };
  const send = (parts) => rawHttp(server.url, parts);

  const first = signed();
  const answer = await send(first);
  assert.equal(answer.status, 200, answer.body);
  assert.ok(answer.message.result.tools.length > 0);
  assert.equal((await send(first)).status, 401, 'a replay');
  const now = Math.floor(Date.now() / 1000);
  const attacks = {
    'another body': signed((parts) => { parts.body = parts.body.replace('tools/list', 'tools/List'); }),
    'another header': signed((parts) => { parts.headers['mcp-method'] = 'tools/call'; }),
    'another host': signed((parts) => { parts.headers.Host = '127.0.0.1:1'; }),
    'old': signed(() => {}, { created: now - 330 }),
    'future': signed(() => {}, { created: now + 330 }),
    'unsigned': { headers: request('tools/list').headers, body: request('tools/list').body },
    'a bearer': { headers: httpHeaders(reader.key), body: request('tools/list').body },
  };
  for (const [name, parts] of Object.entries(attacks)) {
    const refused = await send(parts);
    assert.equal(refused.status, 401, name);
    assert.match(refused.headers['www-authenticate'], /^Signature realm=/, name);
  }
  await server.stop();
  const port = new URL(server.url).port;
  server = await workspace.startServer(['--port', port], { env });
  assert.equal((await send(first)).status, 401, 'a replay after a restart');
  assert.equal((await send(signed())).status, 200);

  // The example is what a person would copy.
  const file = path.join(workspace.directory, 'key.txt');
  fs.writeFileSync(file, `${reader.key}\n`, { mode: 0o600 });
  const example = workspace.start(process.execPath,
    [path.join(source, 'examples/signed_request/signed_request.mjs'), server.url, 'tools/list'],
    { env: { SPOTIFY_MCP_API_KEY_FILE: file } });
  assert.equal((await example.ended()).code, 0, example.stdout + example.stderr);
  assert.ok(JSON.parse(example.stdout).result.tools.length > 0);
  await server.stop();
  const reasons = (await exportAudit()).filter(({ event }) => event === 'bearer.refused').map(({ reason }) => reason);
  for (const reason of ['replayed request', 'signature too old', 'signature from the future', 'not signed']) {
    assert.ok(reasons.includes(reason), `${reason}: ${reasons}`);
  }
});

async function rotate(...args) {
  const program = workspace.start(programs.server, ['keys', 'rotate', ...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  assert.equal(code, 0, program.describe());
  return program.stdout;
}

test('what a key signs with outlives a new master key and a new key of its own, and ends after a leak', async () => {
  configure();
  await workspace.login();
  const reader = await makeKey('smcp:read');
  const env = { SECURITY_ENABLE_REQUEST_SIGNING: 'true' };
  const send = (server) => {
    const { headers, body } = request('tools/list');
    const fields = sign({ key: reader.key, method: 'POST', url: server.url, headers, body });
    return rawHttp(server.url, { headers: { ...headers, ...fields }, body });
  };
  await rotate('--master');
  let server = await workspace.startServer([], { env });
  assert.equal((await send(server)).status, 200, 'after a new master key');
  assert.match(await rotate('--purpose', 'api-keys'), /API keys under it: 1 sealed anew, 0 revoked/);
  assert.equal((await send(server)).status, 200, 'the running server knows of the new key');
  await server.stop();
  await rotate('--master');
  server = await workspace.startServer([], { env });
  assert.equal((await send(server)).status, 200, 'and again');
  assert.match(await rotate('--purpose', 'api-keys', '--compromised'), /0 sealed anew, 1 revoked/);
  assert.equal((await send(server)).status, 401);
  assert.equal(JSON.parse((await apiKey('list', '--json')).stdout).keys[0].state, 'revoked');
});

// An open stream of notifications; `ended` is what it said, once it has ended.
async function listen(server, key) {
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: modernHeaders(key, 'subscriptions/listen'),
    body: JSON.stringify(modernRequest(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } })),
  });
  assert.equal(answer.status, 200);
  return { ended: answer.text().catch((error) => `broken: ${error}`) };
}

test('a key that is revoked ends what it has open', async () => {
  configure();
  const mine = await makeKey('smcp:read');
  const theirs = await makeKey('smcp:read');
  const server = await workspace.startServer();
  const stream = await listen(server, mine.key);
  const other = await listen(server, theirs.key);
  const opened = await rawHttp(server.url, { headers: httpHeaders(mine.key), body: JSON.stringify(initializeRequest()) });
  const session = await fetch(server.url, {
    headers: { Authorization: `Bearer ${mine.key}`, Accept: 'text/event-stream', 'Mcp-Session-Id': opened.headers['mcp-session-id'] },
  });
  assert.equal(session.status, 200);
  assert.equal((await apiKey('revoke', mine.id)).code, 0);
  await withDeadline(stream.ended, 'the end of the stream');
  await withDeadline(session.text(), 'the end of the stream of the session');
  await server.line(/api_keys\.streams_ended/);
  let open = true;
  other.ended.then(() => (open = false));
  assert.equal((await list(server, theirs.key)).status, 200);
  assert.ok(open, 'the stream of another key goes on');
});

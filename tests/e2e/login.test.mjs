// `login` as its user meets it: the browser's way through, and each way in which it can go wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Workspace, authorization, browse, consent, programs, textOf, modernRequest } from './harness.mjs';
import { calls } from './tool_calls.mjs';

const workspace = new Workspace();
before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
});
after(() => workspace.close());

// Whether a tool that needs the login works, asked of a fresh stdio server.
async function loggedIn() {
  const wire = workspace.startStdio();
  const [name, args] = calls.me();
  const answer = await wire.ask(modernRequest(1, 'tools/call', { name, arguments: args }));
  await wire.finish();
  return answer.result;
}

function listenerOf(url) {
  return new URL(new URL(url).searchParams.get('redirect_uri'));
}

// What a page of an attacker could make the browser send to the listener.
function forge(url) {
  const back = listenerOf(url);
  back.search = new URLSearchParams({ code: 'AQ-not-a-real-code', state: 'forged-state-forged-state' });
  return browse(back);
}

test('the authorization URL uses PKCE, a state, and a loopback listener on a free port', async () => {
  const { program, url: start } = await workspace.startLogin();
  const url = await authorization(start);
  const query = new URL(url).searchParams;
  assert.equal(query.get('response_type'), 'code');
  assert.equal(query.get('code_challenge_method'), 'S256');
  assert.match(query.get('code_challenge'), /^[A-Za-z0-9_-]{43}$/);
  assert.ok(query.get('state').length >= 22, 'the state has at least 128 bits');
  assert.ok(query.get('scope').includes('playlist-modify-private'));
  assert.ok(['127.0.0.1', '[::1]'].includes(listenerOf(url).hostname));
  assert.ok(Number(listenerOf(url).port) > 0);
  await program.stop('SIGINT');
  assert.notEqual(program.exit.code, 0);
  assert.equal(program.stdout, '');
});

test('before any login a tool says how to log in, and nothing is stored', async () => {
  const result = await loggedIn();
  assert.equal(result.isError, true);
  assert.match(textOf(result), /log in|login|authenticate/i);
});

test('a denied consent ends with a clear message and a non-zero exit', async () => {
  const { program, url: start } = await workspace.startLogin();
  const url = await authorization(start);
  const back = listenerOf(url);
  back.search = new URLSearchParams({ error: 'access_denied', state: new URL(url).searchParams.get('state') });
  const page = await browse(back);
  const exit = await program.ended();
  assert.equal(exit.code, 4, program.describe());
  assert.match(program.stderr, /denied/);
  assert.doesNotMatch(await page.text(), /access_denied.*<script/);
  assert.equal((await loggedIn()).isError, true);
});

test('an answer with a wrong state is refused and does not log in', async () => {
  const { program, url: start } = await workspace.startLogin();
  const url = await authorization(start);
  const page = await forge(url);
  assert.ok(page.status >= 400, `status ${page.status}`);
  assert.doesNotMatch(await page.text(), /forged-state|not-a-real-code/);
  await program.stop('SIGINT');
  assert.notEqual(program.exit.code, 0);
  assert.equal((await loggedIn()).isError, true);
});

test('a login that nobody completes times out with the fix', async () => {
  const { program } = await workspace.startLogin(['--timeout-seconds', '1']);
  const exit = await program.ended();
  assert.notEqual(exit.code, 0);
  assert.match(program.stderr, /in time\. If the browser showed INVALID_CLIENT or an illegal redirect URI, check spotify\.client_id/);
  assert.match(program.stderr, /run login --paste/, 'a browser elsewhere needs another way');
});

test('other paths of the listener are not served', async () => {
  const { program, url: start } = await workspace.startLogin();
  const url = await authorization(start);
  const other = listenerOf(url);
  other.pathname = '/other';
  const page = await fetch(other);
  assert.equal(page.status, 404);
  await program.stop('SIGINT');
});

test('a localhost redirect is refused with the exact fix', async () => {
  const good = workspace.config;
  workspace.writeConfig((config) => (config.spotify.redirect_uri = 'http://localhost:8888/callback'), 'localhost.json');
  const program = workspace.start(programs.server, ['login', '--config', workspace.config, '--no-browser']);
  const exit = await program.ended();
  workspace.config = good;
  assert.notEqual(exit.code, 0);
  assert.match(program.stderr, /redirect_uri/);
  assert.match(program.stderr, /http:\/\/127\.0\.0\.1/);
});

test('a completed login stores sealed tokens with tight permissions and a page that says so', async () => {
  const { page, program } = await workspace.login();
  assert.match(page, /logged in|close this/i);
  assert.equal(program.stdout.includes('BQ'), false);
  assert.equal((await loggedIn()).isError ?? false, false);
  assert.equal(fs.statSync(workspace.storage).mode & 0o777, 0o700);
  for (const entry of fs.readdirSync(workspace.storage, { recursive: true })) {
    const file = path.join(workspace.storage, entry);
    if (!fs.statSync(file).isFile()) continue;
    assert.equal(fs.statSync(file).mode & 0o777, 0o600, entry);
    // The simulator marks its codes and tokens, so that also a piece of one is known among signatures in base64.
    assert.doesNotMatch(fs.readFileSync(file, 'latin1'), /-sim-[A-Za-z0-9]{8}/, `${entry} holds a bare token`);
  }
});

test('the callback works once: the listener is gone afterwards', async () => {
  const { program, url } = await workspace.startLogin();
  const callback = await consent(url);
  assert.equal((await browse(callback)).status, 200);
  assert.equal((await program.ended()).code, 0);
  await assert.rejects(fetch(callback));
});

test('a forged answer does not keep the true one from being served', async () => {
  const { program, url } = await workspace.startLogin();
  const spotify = await authorization(url);
  assert.ok((await forge(spotify)).status >= 400);
  assert.equal((await browse(await consent(spotify))).status, 200);
  assert.equal((await program.ended()).code, 0, program.describe());
});

test('the answer of a login counts in the browser that began it, and in no other', async () => {
  const { program, url } = await workspace.startLogin();
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/login\?key=[A-Za-z0-9_-]{43}$/);
  const callback = await consent(url);
  assert.equal((await fetch(callback)).status, 400, 'without the cookie');
  assert.equal((await fetch(callback, { headers: { Cookie: 'spotify_mcp_login_x=y' } })).status, 400, 'with another one');
  assert.equal((await fetch(url, { redirect: 'manual' })).status, 400, 'the address is good for one browser');
  assert.equal((await browse(callback)).status, 200);
  assert.equal((await program.ended()).code, 0, program.describe());
  const audit = workspace.start(programs.server, ['audit', 'export', '--config', workspace.config]);
  audit.child.stdin.end();
  await audit.ended();
  const reasons = audit.stdout.trim().split('\n').map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'login.foreign_answer').map(({ reason }) => reason).slice(-3);
  assert.deepEqual(reasons, ['another browser', 'another browser', 'another browser']);
});

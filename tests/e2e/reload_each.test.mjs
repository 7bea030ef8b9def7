// Every setting that says that a reload takes it over, changed under a running server and seen to act: the list is the
// one of docs/configuration.md, and none may be missing here.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Workspace, httpHeaders, initializeRequest, modernHeaders, modernRequest, postModern, programs, rawHttp, withDeadline }
  from './harness.mjs';
import { sim } from './sim.mjs';

const workspace = new Workspace();
const secret = (n) => `a-fake-secret-of-more-than-32-characters-${n}`;
const closing = [];
let server;

before(async () => {
  await workspace.startSim();
  write({});
  await workspace.login();
  server = await workspace.startServer();
});
after(async () => {
  await workspace.close();
  for (const close of closing) close();
});

// `settings` by their dotted names, everything else as at the start.
function write(settings) {
  fs.mkdirSync(path.join(workspace.directory, 'conf'), { recursive: true });
  workspace.writeConfig((config) => {
    for (const [name, value] of Object.entries(settings)) {
      const [section, member] = name.split('.');
      (config[section] ??= {})[member] = value;
    }
  }, 'conf/config.json');
}

const reached = new Set();
async function reload(settings) {
  write(settings);
  const program = workspace.start(programs.server, ['admin', 'reload', '--json', '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  assert.equal(program.exit.code, 0, program.describe());
  const said = JSON.parse(program.stdout).servers[0];
  assert.deepEqual(said.at_next_start, []);
  for (const name of said.applied) reached.add(name);
  for (const name of Object.keys(settings)) assert.ok(said.applied.includes(name), `${name} of ${said.applied}`);
}

const call = async (name, args = {}) => {
  const { message } = await postModern(server, workspace.token(), 'tools/call', { name, arguments: args });
  return message.result;
};
const listed = async () => {
  const { message } = await postModern(server, workspace.token(), 'tools/list');
  return message.result.tools.map((tool) => tool.name);
};

async function listen(listener) {
  const sockets = new Set();
  listener.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  closing.push(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  return listener.address().port;
}

class Inbox {
  all = [];
  #wake = () => {};
  put(thing) {
    this.all.push(thing);
    this.#wake();
  }
  async until(look, what) {
    while (!this.all.some(look)) await withDeadline(new Promise((resolve) => (this.#wake = resolve)), what);
    return this.all.find(look);
  }
}

const hook = (inbox) => http.createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    response.writeHead(204).end();
    inbox.put({ body, headers: request.headers });
  });
});

// Mail as a server without TLS takes it on loopback: who it is from, who it is for, who logged in.
const mailbox = (inbox) => net.createServer((socket) => {
  const mail = { lines: [] };
  let inside = false;
  socket.write('220 mail.test\r\n');
  let rest = '';
  socket.on('data', (bytes) => {
    rest += bytes;
    for (let end; (end = rest.indexOf('\r\n')) >= 0; rest = rest.slice(end + 2)) {
      const line = rest.slice(0, end);
      mail.lines.push(line);
      if (inside && line === '.') {
        inside = false;
        inbox.put(mail.lines.join('\n'));
        socket.write('250 kept\r\n');
      } else if (inside) continue;
      else if (line.startsWith('EHLO')) socket.write('250-mail.test\r\n250 AUTH PLAIN\r\n');
      else if (line.startsWith('AUTH PLAIN')) socket.write(line === 'AUTH PLAIN' ? '334 \r\n' : '235 welcome\r\n');
      else if (line === 'DATA') {
        inside = true;
        socket.write('354 go on\r\n');
      } else if (line === 'QUIT') socket.end('221 bye\r\n');
      else socket.write(mail.lines.at(-2) === 'AUTH PLAIN' ? '235 welcome\r\n' : '250 fine\r\n');
    }
  });
});

const admin = async (...args) => {
  const program = workspace.start(programs.server, ['admin', ...args, '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  assert.equal(program.exit.code, 0, program.describe());
};

// Each is an alert of its own: there is one of a kind in its window.
const alarms = {
  authentication_failures: async () => {
    for (let n = 0; n < 12; n += 1) await postModern(server, 'wrong', 'tools/list');
  },
  foreign_names: async () => {
    const foreign = (parts) => (parts.headers.Host = 'evil.example.com');
    for (let n = 0; n < 12; n += 1) await postModern(server, workspace.token(), 'tools/list', {}, foreign);
  },
  calls_while_sealed: async () => {
    await admin('seal');
    await call('get_devices');
    await admin('unseal');
  },
};

async function openSession() {
  const { status, headers } = await rawHttp(server.url,
    { headers: httpHeaders(workspace.token()), body: JSON.stringify(initializeRequest()) });
  assert.equal(status, 200);
  return headers['mcp-session-id'];
}
const ping = async (session) => (await rawHttp(server.url, {
  headers: httpHeaders(workspace.token(), { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' }),
  body: JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping' }),
})).status;

const openStream = () => fetch(server.url, {
  method: 'POST',
  headers: modernHeaders(workspace.token(), 'subscriptions/listen'),
  body: JSON.stringify(modernRequest(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } })),
});

test('allowed_hosts and allowed_origins', async () => {
  const asking = async (headers) => (await postModern(server, workspace.token(), 'tools/list', {},
    (parts) => Object.assign(parts.headers, headers))).status;
  const page = { Origin: 'https://app.example.com' };
  const host = { Host: 'mcp.example.com' };
  assert.deepEqual([await asking(page), await asking(host)], [403, 403]);
  await reload({ 'server.allowed_hosts': ['mcp.example.com'], 'server.allowed_origins': ['https://app.example.com'] });
  assert.deepEqual([await asking(page), await asking(host)], [200, 200]);
  await reload({});
  assert.deepEqual([await asking(page), await asking(host)], [403, 403]);
});

test('log_level', async () => {
  const lines = () => server.stderr.split('\n').filter((line) => line.includes('"level":"debug"')).length;
  await call('get_devices');
  assert.equal(lines(), 0);
  await reload({ 'server.log_level': 'debug' });
  await call('get_devices');
  await server.until(() => lines() > 0, 'a line of level debug');
  await reload({});
});

test('requests_per_user, and streams_per_user', async () => {
  await reload({ 'server.requests_per_user': 1, 'server.streams_per_user': 1 });
  await sim.faults(workspace, [{ kind: 'slow', path: '/me/player/devices', times: 1, delay_ms: 500 }]);
  const both = await Promise.all(['get_devices', 'get_devices'].map((name) =>
    postModern(server, workspace.token(), 'tools/call', { name, arguments: {} })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 429]);
  await sim.faults(workspace, []);
  const first = await openStream();
  const second = await openStream();
  assert.deepEqual([first.status, second.status], [200, 429]);
  await first.body.cancel();
  await reload({});
});

test('max_sessions_per_user', async () => {
  const three = [await openSession(), await openSession(), await openSession()];
  assert.equal(await ping(three[0]), 200);
  await reload({ 'security.max_sessions_per_user': 1 });
  const next = await openSession();
  assert.deepEqual([await ping(three[0]), await ping(three[1]), await ping(three[2]), await ping(next)], [404, 404, 404, 200]);
  await reload({});
});

test('toolsets, tools, read_only and lockdown', async () => {
  const all = await listed();
  await reload({ 'tools.toolsets': ['curation'] });
  assert.ok(!(await listed()).includes('play'));
  await reload({ 'tools.tools': ['get_devices', 'pause'] });
  assert.deepEqual((await listed()).sort(), ['get_devices', 'pause']);
  await reload({ 'tools.read_only': true });
  assert.ok((await listed()).includes('get_devices') && !(await listed()).includes('pause'));
  await reload({ 'privacy.lockdown': true });
  const bare = JSON.stringify(await call('get_playlists'));
  await reload({});
  assert.deepEqual(await listed(), all);
  const named = await call('get_playlists');
  const { name } = named.structuredContent.items.find((each) => each.name?.length > 3);
  assert.ok(JSON.stringify(named).includes(JSON.stringify(name)) && !bare.includes(JSON.stringify(name)));
});

test('writes_per_minute and writes_per_day', async () => {
  for (const [name, says] of [['tools.writes_per_minute', /in a minute/], ['tools.writes_per_day', /24 hours|a day/]]) {
    assert.notEqual((await call('create_playlist', { name: `before ${name}` })).isError, true);
    await reload({ [name]: 1 });
    const refused = await call('create_playlist', { name: `after ${name}` });
    assert.equal(refused.isError, true);
    assert.match(JSON.stringify(refused), says);
    await reload({});
  }
});

test('api.timeout and api.rate_limit', async () => {
  assert.notEqual((await call('get_devices')).isError, true);
  await reload({ 'api.rate_limit': 1, 'api.timeout': 1 });
  // The window is full, and a call may not wait for the next.
  assert.equal((await call('get_playback_state')).isError, true);
  await reload({});
  assert.notEqual((await call('get_playback_state')).isError, true);
});

test('client_secret, and the one of before it', async () => {
  await sim.expireTokens(workspace);
  await reload({ 'spotify.client_secret': 'a-wrong-secret', 'spotify.client_secret_previous': 'another-wrong-secret' });
  assert.equal((await call('get_devices')).isError, true, 'this app has no secret, so one is refused');
  await reload({});
  assert.notEqual((await call('get_devices')).isError, true);
});

test('session_timeout_minutes', async () => {
  // The first login of this server, so that none waits already.
  await reload({ 'tools.toolsets': ['auth'], 'security.session_timeout_minutes': 7 });
  const { valid_for_s: seconds } = (await call('get_auth_url')).structuredContent;
  assert.ok(seconds > 6 * 60 && seconds <= 7 * 60, String(seconds));
  await reload({});
});

test('key_rotation_days', async () => {
  await reload({ 'security.key_rotation_days': 1 });
  await reload({});
});

test('alerts.webhook and its secret', async () => {
  for (const [n, alarm] of [[1, 'authentication_failures'], [2, 'foreign_names']]) {
    const inbox = new Inbox();
    const port = await listen(hook(inbox));
    await reload({ 'alerts.webhook': `http://127.0.0.1:${port}/`, 'alerts.webhook_secret': secret(n) });
    await alarms[alarm]();
    const { body, headers } = await inbox.until((each) => each.body.includes(alarm), 'the alert at the webhook');
    const [, seconds, mac] = headers.signature.match(/^t=(\d+),v1=([0-9a-f]{64})$/);
    assert.equal(mac, crypto.createHmac('sha256', secret(n)).update(`${seconds}.${body}`).digest('hex'));
  }
  await reload({});
});

test('mail: server, from, to, user and password', async () => {
  const inbox = new Inbox();
  const port = await listen(mailbox(inbox));
  await reload({ 'mail.server': `smtp://127.0.0.1:${port}`, 'mail.from': 'server@example.com', 'mail.to': ['admin@example.com'],
    'mail.user': 'somebody', 'mail.password': 'a-fake-password' });
  await alarms.calls_while_sealed();
  const mail = await inbox.until((each) => each.includes('calls_while_sealed'), 'the mail');
  assert.match(mail, /MAIL FROM:<server@example\.com>/);
  assert.match(mail, /RCPT TO:<admin@example\.com>/);
  assert.ok(mail.includes(Buffer.from('\0somebody\0a-fake-password').toString('base64')));
  await reload({});
});

test('no setting that says so is missing here', () => {
  const page = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  const live = page.split('\n').filter((line) => line.endsWith('| reload |')).map((line) => line.match(/^\| `([^`]+)`/)[1]);
  assert.ok(live.length > 20);
  assert.deepEqual([...reached].sort(), live.sort());
});

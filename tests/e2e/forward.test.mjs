// What leaves the machine: records at a syslog collector and at a webhook, alerts there and by mail; whole, in order,
// without a secret, and again when the other side was away.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, postModern, programs, withDeadline } from './harness.mjs';

const secret = 'a-fake-secret-of-more-than-32-characters';
let workspace;
let servers;
beforeEach(() => {
  workspace = new Workspace();
  servers = [];
});
afterEach(async () => {
  await workspace.close();
  for (const { server, sockets } of servers) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

async function listen(server, port = 0) {
  const sockets = new Set();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ server, sockets });
  return { port: server.address().port, close: () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  } };
}

// Things that arrive, and a way to wait for the one that is looked for.
class Inbox {
  all = [];
  #wake = () => {};
  put(...things) {
    this.all.push(...things);
    this.#wake();
  }
  async until(look, what) {
    while (!this.all.some(look)) await withDeadline(new Promise((resolve) => (this.#wake = resolve)), what);
    return this.all.find(look);
  }
}

// RFC 5425: each message after its length.
function collector(inbox) {
  return net.createServer((socket) => {
    let rest = '';
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1');
      for (let match; (match = rest.match(/^(\d+) /)) && rest.length >= match[0].length + Number(match[1]);) {
        const end = match[0].length + Number(match[1]);
        inbox.put(rest.slice(match[0].length, end));
        rest = rest.slice(end);
      }
    });
  });
}

const header = /^<(\d+)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ spotify-mcp-server \d+ (\S+) - (.*)$/;

async function exported() {
  const program = workspace.start(programs.server, ['audit', 'export', '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  return program.stdout.trimEnd().split('\n');
}

test('the collector gets every record as it was written, its checkpoints and the alerts', async () => {
  const inbox = new Inbox();
  const { port } = await listen(collector(inbox));
  workspace.writeConfig((config) => (config.syslog = { server: `tcp://127.0.0.1:${port}` }));
  const server = await workspace.startServer();
  for (let n = 0; n < 12; n += 1) await postModern(server, 'planted-wrong-bearer', 'tools/list');
  await inbox.until((line) => line.includes(' authentication_failures - '), 'the alert');
  assert.equal((await server.stop()).code, 0);
  await inbox.until((line) => line.includes('server.stopped'), 'the last record');
  const messages = inbox.all.map((line) => line.match(header) ?? assert.fail(line));
  const records = messages.filter(([, , , text]) => text.startsWith('{"seq"')).map(([, , , text]) => text);
  const written = await exported();
  assert.deepEqual(records, written.slice(0, records.length));
  assert.ok(records.some((line) => line.includes('bearer.refused')) && records.length >= 6);
  for (const [, priority, id, text] of messages) {
    if (id === 'bearer.refused') assert.equal(priority, String(13 * 8 + 4), text);
    if (id === 'server.started') assert.equal(priority, String(13 * 8 + 6), text);
  }
  const checkpoint = messages.find(([, , id]) => id === 'checkpoint');
  assert.match(JSON.parse(checkpoint[3]).checkpoint, /^spotify-mcp-server\/audit\/[0-9a-f]{16}\n\d+\n/);
  assert.ok(!inbox.all.some((line) => line.includes('planted')));
});

test('a collector that was away gets what waited, and the server works meanwhile', async () => {
  const holder = await listen(net.createServer());
  holder.close();
  workspace.writeConfig((config) => (config.syslog = { server: `tcp://127.0.0.1:${holder.port}` }));
  const server = await workspace.startServer();
  await server.line(/audit\.not_forwarded/);
  assert.equal((await postModern(server, workspace.token(), 'tools/list')).status, 200);
  const inbox = new Inbox();
  await listen(collector(inbox), holder.port);
  const first = await inbox.until((line) => line.includes('server.started'), 'the first record');
  assert.match(first, /"seq":0,/);
  await server.line(/audit\.forwarded_again/);
});

test('the webhook gets signed lines, again after an error, and none twice otherwise', async () => {
  const inbox = new Inbox();
  const statuses = [500];
  const { port } = await listen(http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const status = statuses.shift() ?? 200;
      response.writeHead(status).end();
      inbox.put({ status, body, headers: request.headers });
    });
  }));
  workspace.writeConfig((config) => {
    config.audit = { webhook: `http://127.0.0.1:${port}/records`, webhook_secret: secret };
  });
  const server = await workspace.startServer();
  await inbox.until(({ status }) => status === 200, 'a request that was taken');
  assert.equal((await server.stop()).code, 0);
  const lines = [];
  for (const { status, body, headers } of inbox.all) {
    const [, seconds, mac] = headers.signature.match(/^t=(\d+),v1=([0-9a-f]{64})$/);
    assert.equal(mac, crypto.createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
    assert.equal(headers['content-type'], 'application/x-ndjson');
    if (status === 200) lines.push(...body.trimEnd().split('\n'));
  }
  const records = lines.filter((line) => line.startsWith('{"seq"'));
  assert.deepEqual(records, (await exported()).slice(0, records.length));
  assert.ok(records.some((line) => line.includes('server.stopped')));
  assert.equal(inbox.all[0].status, 500);
});

test('what a place had not got when the process ended it gets from the next one, and nothing twice', async () => {
  const holder = await listen(net.createServer());
  holder.close();
  const inbox = new Inbox();
  const collected = await listen(collector(inbox));
  const posts = new Inbox();
  const hook = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      response.writeHead(200).end();
      posts.put(...body.trimEnd().split('\n'));
    });
  });
  // The collector is there, and the webhook is away: it holds nothing up.
  workspace.writeConfig((config) => {
    config.audit = { webhook: `http://127.0.0.1:${holder.port}/records`, webhook_secret: secret };
    config.syslog = { server: `tcp://127.0.0.1:${collected.port}` };
  });
  const first = await workspace.startServer();
  await first.line(/audit\.not_forwarded/);
  await inbox.until((line) => line.includes('server.started'), 'the first record at the collector');
  await first.stop('SIGKILL');
  await listen(hook, holder.port);
  const second = await workspace.startServer();
  await posts.until((line) => line.includes('"seq":0,'), 'the record of the process that was killed');
  assert.equal((await second.stop()).code, 0);
  const numbers = (lines) => lines.map((line) => line.match(/"seq":(\d+),/)?.[1]).filter(Boolean).map(Number);
  const written = (await exported()).length;
  const posted = numbers(posts.all);
  assert.deepEqual(posted, [...posted.keys()], 'from the first on, in order, each once');
  assert.ok(posted.length >= written - 2, `${posted.length} of ${written}`);
  const logged = numbers(inbox.all);
  assert.deepEqual([...new Set(logged)], [...new Set(logged).keys()], 'and so the collector');
});

// As much of RFC 5321 as a client needs.
function mailServer(inbox) {
  return net.createServer((socket) => {
    let rest = '';
    let mail;
    const said = [];
    socket.write('220 mail.example ready\r\n');
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1');
      for (let end; (end = rest.indexOf('\r\n')) >= 0;) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (mail !== undefined && line === '.') {
          inbox.put({ said: [...said], mail });
          mail = undefined;
          socket.write('250 taken\r\n');
        } else if (mail !== undefined) {
          mail += `${line}\n`;
        } else {
          said.push(line);
          if (line === 'DATA') mail = '';
          socket.write(line === 'DATA' ? '354 go on\r\n' : line === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n');
        }
      }
    });
  });
}

test('an alert comes by mail, from and to those of the settings', async () => {
  const inbox = new Inbox();
  const { port } = await listen(mailServer(inbox));
  workspace.writeConfig((config) => {
    config.mail = { server: `smtp://127.0.0.1:${port}`, from: 'server@example.com', to: ['admin@example.com', 'b@example.com'] };
  });
  await workspace.startServer();
  const { said, mail } = await inbox.until(() => true, 'the mail about the new key');
  assert.deepEqual(said.slice(1, 4), ['MAIL FROM:<server@example.com>', 'RCPT TO:<admin@example.com>', 'RCPT TO:<b@example.com>']);
  assert.match(mail, /^Subject: \[spotify-mcp-server\] warning: key_made$/m);
  assert.match(mail, /^To: <admin@example\.com>, <b@example\.com>$/m);
  assert.match(mail, /A new master key was made/);
});

test('places that cannot be trusted are refused before anything starts', async () => {
  for (const [change, says] of [
    [{ syslog: { server: 'tcp://logs.example:514' } }, /syslog\.server: .*tls:/],
    [{ syslog: { server: 'logs.example' } }, /syslog\.server: /],
    [{ mail: { server: 'smtp://mail.example:25', from: 'a', to: ['b@example.com'] } }, /mail\.from: /],
    [{ mail: { server: 'smtp://mail.example:25', from: 'a@example.com', to: [] } }, /mail\.to: /],
    [{ mail: { server: 'smtp://mail.example:25', from: 'a@example.com', to: ['b@example.com\r\nRCPT TO:<c@example.com>'] } }, /mail\.to: /],
    [{ mail: { server: 'smtp://mail.example:25', from: 'a@example.com', to: ['b@example.com'], user: 'x' } }, /mail\.password/],
    [{ audit: { webhook: 'http://logs.example/x', webhook_secret: secret } }, /audit\.webhook: .*https/],
    [{ audit: { webhook: 'https://logs.example/x' } }, /audit\.webhook_secret: .*32/],
  ]) {
    const config = workspace.writeConfig((settings) => Object.assign(settings, change), 'wrong.json');
    const program = workspace.start(programs.server, ['serve', '--config', config]);
    assert.equal((await program.ended()).code, 2, program.describe());
    assert.match(program.stderr, says);
  }
});

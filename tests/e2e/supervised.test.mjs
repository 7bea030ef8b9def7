// serve as a service: a socket that the supervisor opened, and what anybody may ask of it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, programs } from './harness.mjs';

let work;
beforeEach(() => {
  work = new Workspace();
});
afterEach(() => work.close());

// Listens, and leaves the socket to a server that is started with it as its descriptor 3.
async function serveOnPassedSocket(portOf = (port) => port) {
  const socket = net.createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const server = work.start(
    '/bin/sh',
    ['-c', 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', 'sh', programs.server, 'serve', '--config', work.config, '--port', String(portOf(port))],
    { passed: [socket._handle.fd] },
  );
  // From here on the server's copy is the only one.
  socket.close();
  return { server, port };
}

test('serve answers at the socket that was passed to it', async () => {
  work.writeConfig();
  const { server, port } = await serveOnPassedSocket();
  await server.line(new RegExp(`listening on http://127\\.0\\.0\\.1:${port}/mcp`));
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  assert.equal((await answer.json()).status, 'ok');
  assert.equal((await server.stop()).code, 0);
});

test('a socket that the settings do not name is refused, with what to write where', async () => {
  work.writeConfig();
  const other = (port) => (port === 65535 ? 65534 : port + 1);
  const { server, port } = await serveOnPassedSocket(other);
  assert.equal((await server.ended()).code, 2);
  assert.match(server.stderr, new RegExp(`listens at 127\\.0\\.0\\.1 port ${port}\\..*ListenStream=127\\.0\\.0\\.1:${other(port)}`));
});

test('what names a socket that is not there is refused', async () => {
  work.writeConfig();
  const server = work.start('/bin/sh', ['-c', 'LISTEN_FDS=9 LISTEN_PID=$$ exec "$@"', 'sh', programs.server, 'serve', '--config', work.config]);
  assert.equal((await server.ended()).code, 2);
  assert.match(server.stderr, /LISTEN_FDS names descriptor \d+, which is not open/);
});

test('security.txt is there when the settings name a contact', async () => {
  work.writeConfig((config) => {
    config.server.security_contact = 'mailto:security@example.com';
  });
  const server = await work.startServer();
  const answer = await fetch(new URL('/.well-known/security.txt', server.url));
  assert.equal(answer.status, 200);
  const [contact, expires] = (await answer.text()).split('\n');
  assert.equal(contact, 'Contact: mailto:security@example.com');
  const days = (Date.parse(expires.replace('Expires: ', '')) - Date.now()) / 86_400_000;
  assert.ok(days > 89 && days <= 90, expires);
});

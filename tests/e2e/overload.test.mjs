// More than a server can take, or a host that does not listen: it goes on, its memory stays bounded, and nothing is lost
// in silence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import net from 'node:net';
import { Workspace, modernRequest, postModern, programs, rawHttp, textOf } from './harness.mjs';

const workspace = new Workspace();
before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
});
after(() => workspace.close());

function peakMegabytes(program) {
  const kilobytes = fs.readFileSync(`/proc/${program.pid}/status`, 'utf8').match(/VmHWM:\s+(\d+) kB/)[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

// Until the program has used no processor time for a while: it waits for somebody.
async function untilItWaits(program) {
  const used = () => fs.readFileSync(`/proc/${program.pid}/stat`, 'utf8').split(' ').slice(13, 15).join(' ');
  for (let last = '', quiet = 0; quiet < 8; ) {
    const now = used();
    quiet = now === last ? quiet + 1 : 0;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('12 MiB of newlines on stdin cost no memory, and a request behind them is answered', async () => {
  const wire = workspace.startStdio();
  for (let i = 0; i < 12; i += 1) wire.write('\n'.repeat(1 << 20));
  const answer = await wire.ask({ jsonrpc: '2.0', id: 1, method: 'ping' });
  assert.deepEqual(answer.result, {});
  const peak = peakMegabytes(wire.program);
  assert.ok(peak < 400, `${peak} MB`);
  assert.deepEqual(await wire.finish(), { code: 0, signal: null });
});

// Their answers are more than a server would keep.
test('a host that writes 800 requests before it reads gets 800 answers', async () => {
  const wire = workspace.startStdio();
  await wire.ask(modernRequest('first', 'tools/list'));
  wire.program.child.stdout.pause();
  for (let id = 0; id < 800; id += 1) wire.send(modernRequest(id, 'tools/list'));
  await untilItWaits(wire.program);
  wire.program.child.stdout.resume();
  let pieces = 0;
  let lines = 0;
  await wire.program.until(() => {
    for (; pieces < wire.program.rawStdout.length; pieces += 1) {
      for (const byte of wire.program.rawStdout[pieces]) lines += byte === 10 ? 1 : 0;
    }
    return lines === 801;
  }, 'every answer');
  assert.ok(wire.program.stdout.length > 18 << 20);
  assert.equal(new Set(wire.messages().filter((message) => message.result).map((message) => message.id)).size, 801);
  assert.deepEqual(await wire.finish(), { code: 0, signal: null });
});

test('a server whose answers nobody reads ends when it is asked to, and says that they were lost', async () => {
  const wire = workspace.startStdio();
  await wire.ask(modernRequest('first', 'tools/list'));
  wire.program.child.stdout.pause();
  for (let id = 0; id < 500; id += 1) wire.send(modernRequest(id, 'tools/list'));
  await untilItWaits(wire.program);
  wire.program.child.kill('SIGTERM');
  const [, code] = await Promise.all([
    wire.program.line(/does not read what this server answers/),
    new Promise((resolve) => { wire.program.child.once('exit', resolve); }),
  ]);
  wire.program.child.stdout.resume();
  assert.equal(code, 9, wire.program.describe());
  await wire.program.ended();
});

test('a stderr that nobody reads does not stop the server', async () => {
  const server = await workspace.startServer(['--log-level', 'debug']);
  server.child.stderr.pause();
  const url = new URL(server.url);
  for (let i = 0; i < 2000; i += 1) await rawHttp(url, { target: '/\u0001', headers: { 'X-Filler': 'x'.repeat(100) } });
  const answer = await fetch(new URL('/livez', url));
  assert.equal(answer.status, 200);
  server.child.kill('SIGTERM');
  const [code] = await new Promise((resolve) => { server.child.once('exit', (...how) => resolve(how)); });
  assert.equal(code, 0);
  server.child.stderr.resume();
  await server.ended();
});

// The limit of files is far below the limit of connections, and libcurl is not loaded before the first call that needs it.
test('strangers who hold every connection keep nobody out, and no file from what the server must open', async () => {
  await workspace.login();
  const files = 360;
  const server = workspace.start('/usr/bin/prlimit', [
    `--nofile=128:${files}`, programs.server, 'serve', '--config', workspace.config, '--port', '0',
  ]);
  [, server.url] = await server.line(/listening on (http:\/\/\S+)/);
  const { hostname, port } = new URL(server.url);
  const strangers = [];
  for (let i = 0; i < files + 40; i += 1) {
    const socket = net.connect(Number(port), hostname);
    socket.on('error', () => {});
    await new Promise((resolve) => { socket.once('connect', resolve); });
    socket.write('POST /mcp HTTP/1.1\r\nHost: ');
    strangers.push(socket);
  }
  for (const [name, args] of [['search_tracks', { query: 'midnight', limit: 2 }], ['create_playlist', { name: 'Held open' }]]) {
    const answer = await postModern(server, workspace.token(), 'tools/call', { name, arguments: args });
    assert.equal(answer.status, 200, name);
    const { result } = answer.message;
    assert.notEqual(result.isError, true, textOf(result));
  }
  for (const socket of strangers) socket.destroy();
  assert.match(server.stderr, /http\.fewer_connections/);
  assert.doesNotMatch(server.stderr, /audit\.gap|accept_failed|Too many open files/);
});

for (const mode of ['serve', 'stdio', 'status']) {
  test(`${mode} with hardly a file to open says so and ends with 9`, async () => {
    for (let files = 4; files <= 16; files += 1) {
      const program = workspace.start('/usr/bin/prlimit', [
        `--nofile=${files}:${files}`, programs.server, mode, '--config', workspace.config,
      ]);
      program.child.stdin.end();
      assert.deepEqual(await program.ended(), { code: 9, signal: null }, `${files} files: ${program.describe()}`);
      assert.match(program.stderr, /limit of open files/, `${files} files`);
      assert.equal(program.stdout, '');
    }
  });
}

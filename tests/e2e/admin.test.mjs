// What the administrator does to running servers: look, count, end sessions, renew the bearer, seal, stop.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  Workspace, httpHeaders, initializeRequest, modernHeaders, modernRequest, occupiedPort, postModern, programs, rawHttp, textOf,
  withDeadline,
} from './harness.mjs';

let workspace;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig();
});
afterEach(() => workspace.close());

async function admin(...args) {
  const program = workspace.start(programs.server, ['admin', ...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

const json = async (...args) => {
  const said = await admin(...args, '--json');
  assert.equal(said.code, 0, said.stderr);
  return JSON.parse(said.stdout);
};

async function openSession(server) {
  const answer = await rawHttp(server.url, {
    headers: httpHeaders(workspace.token()), body: JSON.stringify(initializeRequest()),
  });
  assert.equal(answer.status, 200, answer.body);
  return answer.headers['mcp-session-id'];
}

async function ping(server, session, token = workspace.token()) {
  const { status } = await rawHttp(server.url, {
    headers: httpHeaders(token, { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' }),
    body: JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping' }),
  });
  return status;
}

const health = async (server, page = '/health') => {
  const answer = await fetch(new URL(page, server.url));
  return { status: answer.status, said: (await answer.json()).status };
};

const events = async () => {
  const program = workspace.start(programs.server, ['audit', 'export', '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  return program.stdout.trimEnd().split('\n').map((line) => JSON.parse(line).event);
};

test('status, and sessions that are ended one by one or all, with a new bearer', async () => {
  assert.equal((await admin('status')).code, 5, 'nobody runs');
  const server = await workspace.startServer();
  const [first, second] = [await openSession(server), await openSession(server)];

  const { servers } = await json('status');
  assert.equal(servers.length, 1);
  assert.equal(servers[0].pid, server.pid);
  assert.equal(servers[0].status, 'ok');
  assert.equal(servers[0].sessions, 2);

  const { sessions } = await json('sessions');
  assert.equal(sessions.length, 2);
  assert.ok(!JSON.stringify(sessions).includes(first), 'the id is a key, and is not shown');
  assert.equal((await admin('revoke', 'feedfeedfeedfeed')).code, 5);
  assert.equal((await admin('revoke')).code, 2);
  assert.deepEqual(await json('revoke', sessions[0].session), { ended: 1, bearer_renewed: false });
  assert.deepEqual([await ping(server, first), await ping(server, second)], [404, 200], 'the oldest has ended alone');

  const old = workspace.token();
  assert.deepEqual(await json('revoke', '--all'), { ended: 1, bearer_renewed: true });
  assert.notEqual(workspace.token(), old);
  assert.equal(await ping(server, second, old), 401, 'the old bearer opens nothing');
  assert.equal(await ping(server, second), 404);
  assert.equal(fs.statSync(path.join(workspace.storage, 'http-token')).mode & 0o777, 0o600);
  await openSession(server);
  const told = await events();
  assert.equal(told.filter((event) => event === 'admin.command').length, 2);
  assert.equal(told.filter((event) => event === 'session.ended').length, 2);
});

test('revoking all ends the streams that are open with the old bearer', async () => {
  const server = await workspace.startServer();
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: modernHeaders(workspace.token(), 'subscriptions/listen'),
    body: JSON.stringify(modernRequest(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } })),
  });
  assert.equal(answer.status, 200);
  const ended = answer.text().catch((error) => `broken: ${error}`);
  assert.equal((await admin('revoke', '--all')).code, 0);
  await withDeadline(ended, 'the end of the stream');
});

test('the seal stops every call of both transports at once and after a restart', async () => {
  await workspace.login();
  let server = await workspace.startServer();
  const wire = workspace.startStdio();
  const viaHttp = async () => textOf((await postModern(server, workspace.token(), 'tools/call', {
    name: 'get_devices', arguments: {},
  })).message.result);
  let id = 0;
  const viaStdio = async () => {
    const { result } = await wire.ask(modernRequest((id += 1), 'tools/call', { name: 'get_devices', arguments: {} }));
    return textOf(result);
  };
  assert.match(await viaHttp(), /Kitchen speaker/);
  assert.match(await viaStdio(), /Kitchen speaker/);
  const requests = async () => Object.values(await (await fetch(`${workspace.simUrl}/sim/requests`)).json()).length;
  const before = await requests();

  assert.deepEqual(await json('seal'), { sealed: true });
  for (let start = 0; start < 2; ++start) {
    assert.match(await viaHttp(), /sealed it.*admin unseal/);
    assert.match(await viaStdio(), /sealed it.*admin unseal/);
    assert.deepEqual(await health(server), { status: 200, said: 'sealed' });
    assert.deepEqual(await health(server, '/readyz'), { status: 503, said: 'sealed' });
    assert.deepEqual(await health(server, '/livez'), { status: 200, said: 'ok' });
    assert.equal((await json('status')).servers[0].status, 'sealed');
    await server.stop();
    server = await workspace.startServer();
    await server.line(/^sealed: no call runs until `spotify-mcp-server admin unseal`$/m);
  }
  const refused = workspace.start(programs.server, ['login', '--config', workspace.config, '--no-browser']);
  assert.equal((await refused.ended()).code, 9);
  assert.match(refused.stderr, /sealed it/);
  assert.equal(await requests(), before, 'Spotify heard of none of it');

  assert.deepEqual(await json('unseal'), { sealed: false });
  assert.match(await viaHttp(), /Kitchen speaker/);
  assert.match(await viaStdio(), /Kitchen speaker/);
  await wire.finish();
  const told = await events();
  for (const event of ['server.sealed', 'sealed.refused', 'server.unsealed']) assert.ok(told.includes(event), event);
});

test('healthcheck and security-check know where a server listens', async () => {
  const { port, release } = await occupiedPort();
  await release();
  const server = await workspace.startServer(['--port', String(port)]);
  const run = async (...args) => {
    const program = workspace.start(programs.server, [...args, '--config', workspace.config]);
    program.child.stdin.end();
    await program.ended();
    return program;
  };
  const good = await run('healthcheck', '--url', new URL('/health', server.url).href);
  assert.equal(good.exit.code, 0, good.describe());
  const wrong = await run('healthcheck', '--url', server.url.replace('/mcp', '/healthz'));
  assert.notEqual(wrong.exit.code, 0);
  assert.match(wrong.stderr, /status 404.*Ask at \/health/);
  // The settings say port 0, and the command line a port that stands over them.
  const report = JSON.parse((await run('security-check', 'runtime', '--format', 'json')).stdout);
  const listening = report.results.find(({ id }) => id === 'HST-15');
  assert.equal(listening.status, 'pass', JSON.stringify(listening));
});

test('metrics count calls, requests to Spotify and refusals, and name nobody', async () => {
  await workspace.login();
  const server = await workspace.startServer();
  await postModern(server, workspace.token(), 'tools/call', { name: 'get_devices', arguments: {} });
  await postModern(server, 'not-the-bearer', 'tools/list');
  const { code, stdout } = await admin('metrics');
  assert.equal(code, 0);
  assert.match(stdout, /^spotify_mcp_calls_total\{method="tools\/call",name="get_devices",outcome="ok"\} 1$/m);
  assert.match(stdout, /^spotify_mcp_call_seconds_count\{method="tools\/call",name="get_devices"\} 1$/m);
  assert.match(stdout, /^spotify_mcp_spotify_requests_total\{service="api",method="GET",outcome="2xx"\} 1$/m);
  assert.match(stdout, /^spotify_mcp_events_total\{event="bearer.refused",severity="warning",outcome="refused"\} 1$/m);
  assert.match(stdout, /^spotify_mcp_sealed 0$/m);
  assert.match(stdout, /^spotify_mcp_quota_used\{bucket="player"\} [1-9]\d*$/m);
  assert.match(stdout, /^spotify_mcp_quota_blocked_until_seconds\{bucket="player"\} 0$/m);
  assert.match(stdout, /^spotify_mcp_cache_reads_total\{outcome="hit"\} \d+$/m);
  assert.match(stdout, /^process_open_fds [1-9]\d*$/m);
  for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [\d.e+-]+)$/);
  assert.ok(!stdout.includes('owner') && !stdout.includes('Kitchen'), 'no user and no content');
});

test('the groups of the security guide are counted: logins, input, network, and what the administrator does', async () => {
  const server = await workspace.startServer();
  const count = async () => {
    const { stdout } = await admin('metrics');
    const of = (pattern) => [...stdout.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0);
    return {
      login: of(/^spotify_mcp_events_total\{event="bearer\.refused".*\} (\d+)$/gm),
      malformed: of(/^spotify_mcp_events_total\{event="request\.malformed".*\} (\d+)$/gm),
      arguments: of(/^spotify_mcp_calls_total\{.*outcome="invalid_argument"\} (\d+)$/gm),
      network: of(/^spotify_mcp_events_total\{event="(?:host|origin)\.refused".*\} (\d+)$/gm),
      administration: of(/^spotify_mcp_events_total\{event="admin\.command".*\} (\d+)$/gm),
    };
  };
  assert.deepEqual(await count(), { login: 0, malformed: 0, arguments: 0, network: 0, administration: 0 });
  await postModern(server, 'wrong', 'tools/list');
  await postModern(server, workspace.token(), 'tools/list', {}, (parts) => (parts.body = '{"jsonrpc"'));
  await postModern(server, workspace.token(), 'tools/call', { name: 'seek', arguments: { position_ms: -1 } });
  await postModern(server, workspace.token(), 'tools/list', {}, ({ headers }) => (headers.Host = 'evil.example'));
  await postModern(server, workspace.token(), 'tools/list', {}, ({ headers }) => (headers.Origin = 'https://evil.example'));
  await openSession(server);
  await admin('revoke', (await json('sessions')).sessions[0].session);
  assert.deepEqual(await count(), { login: 1, malformed: 1, arguments: 1, network: 2, administration: 1 });
});

test('a monitor reads the metrics on a port of its own, and a web page does not', async () => {
  const free = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => free.once('listening', resolve));
  const { port } = free.address();
  await new Promise((resolve) => free.close(resolve));
  workspace.writeConfig((config) => { config.metrics = { port }; });
  await workspace.startServer();
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.match(await answer.text(), /^spotify_mcp_info\{version="[^"]+"\} 1$/m);
  const rebound = await rawHttp(`http://127.0.0.1:${port}/metrics`, { method: 'GET', headers: { Host: 'evil.example' } });
  assert.equal(rebound.status, 403);
  assert.equal((await fetch(`http://127.0.0.1:${port}/sessions`)).status, 404);
  assert.equal((await fetch(`http://127.0.0.1:${port}/stop`, { method: 'POST' })).status, 404);
});

test('stop ends every server, and a socket that a kill left over is cleared away', async () => {
  const killed = await workspace.startServer();
  await killed.stop('SIGKILL');
  const socket = path.join(workspace.storage, 'admin', `${killed.pid}.sock`);
  assert.ok(fs.existsSync(socket));
  const servers = [await workspace.startServer(), await workspace.startServer()];
  const { stopping } = await json('stop', '--now');
  assert.deepEqual(stopping.map(Number).sort(), servers.map((server) => server.pid).sort());
  for (const server of servers) assert.equal((await server.ended()).code, 0);
  assert.deepEqual(fs.readdirSync(path.join(workspace.storage, 'admin')), []);
  assert.equal((await admin('stop')).code, 5);
});

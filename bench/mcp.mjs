// The core alone. The echo tool over keep-alive HTTP in both eras, at 1 to 256 connections, beside nginx that gives a
// static body of the same size for the same request, and beside the TypeScript SDK's server: one process and one thread
// each. Then the time to the first answer on stdio, and the memory of streams that stay open.
import fs from 'node:fs';
import path from 'node:path';
import { listen } from '../tests/load/load.mjs';
import { build, cpuParts, freePort, loadPrograms, median, modernMeta, peer, printTable, ratio, residentMegabytes } from './programs.mjs';
import { start } from './start.mjs';

async function echoOnce(url) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'echo',
    },
    body: JSON.stringify({
      jsonrpc: '2.0', id: 1, method: 'tools/call',
      params: { name: 'echo', arguments: { text: 'hello from the benchmark' }, _meta: modernMeta },
    }),
  });
  const body = await answer.text();
  if (answer.status !== 200 || !body.includes('hello from the benchmark')) {
    throw new Error(`${url} does not echo: ${answer.status} ${body}`);
  }
  return body;
}

// A session of the era before: its id goes with every request.
async function openSession(url) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
  const post = (body, more = {}) => fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
  const opened = await post({
    jsonrpc: '2.0', id: 0, method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  });
  const session = opened.headers.get('Mcp-Session-Id');
  if (!opened.ok || !session) throw new Error(`${url} opens no session: ${opened.status} ${await opened.text()}`);
  await opened.text();
  await (await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, { 'Mcp-Session-Id': session })).text();
  return session;
}

// Nginx with one static body at /mcp. `once(url)` throws for as long as it does not serve.
export async function startNginx(programs, body, once = echoOnce) {
  const port = await freePort();
  const folder = fs.mkdtempSync(path.join(programs.directory, 'nginx-'));
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(file, `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location = /mcp { default_type application/json; return 200 '${body.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'; }
  }
}
`);
  const child = programs.spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr']);
  child.url = `http://127.0.0.1:${port}/mcp`;
  // Nginx says nothing when it is ready, so the first answered request is the sign.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await once(child.url);
      return child;
    } catch (error) {
      if (attempt > 200 || child.exitCode !== null) throw new Error(`nginx does not serve: ${error.message}\n${child.said}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

// One round of load: what wrk saw, and what the server paid for it.
async function load(programs, server, connections, seconds) {
  const before = cpuParts(server.pid);
  const text = await programs.run('wrk', [
    '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '10s', '-s', path.join(import.meta.dirname, 'echo.lua'),
    server.url, ...(server.session ? ['--', server.session] : [])]);
  const result = JSON.parse(text.match(/RESULT (.*)/)[1]);
  if (result.errors > 0) throw new Error(`${server.url} failed under load: ${JSON.stringify(result)}`);
  const after = cpuParts(server.pid);
  const own = (after.own - before.own) / result.requests;
  const kernel = (after.kernel - before.kernel) / result.requests;
  return {
    perSecond: result.requests / (result.micros / 1e6), own, kernel, cpuMicros: own + kernel,
    p50: result.p50_us, p99: result.p99_us,
  };
}

async function compare(programs, servers, connections, rounds, seconds) {
  const names = Object.keys(servers);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await load(programs, servers[name], connections, 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) results[name].push(await load(programs, servers[name], connections, seconds));
  }
  const middle = (name, figure) => median(results[name].map((result) => result[figure]));
  const nginx = (name, figure) => ratio(middle(name, figure), middle('nginx', figure));
  return names.map((name) => [
    connections, name, middle(name, 'perSecond').toFixed(0), nginx(name, 'perSecond'),
    ratio(middle(name, 'perSecond'), middle('TypeScript SDK', 'perSecond')),
    middle(name, 'cpuMicros').toFixed(1), nginx(name, 'cpuMicros'), middle(name, 'own').toFixed(1), middle(name, 'kernel').toFixed(1),
    middle(name, 'p50').toFixed(0), middle(name, 'p99').toFixed(0), residentMegabytes(servers[name].pid).toFixed(1),
  ]);
}

export async function mcp(programs, { quick }) {
  const rounds = quick ? 2 : 5;
  const seconds = quick ? 1 : 3;
  const ours = await programs.server(path.join(build, 'mcp-conformance-server'), ['--port', '0']);
  const body = await echoOnce(ours.url);
  const servers = {
    'ours, 2026-07-28': ours,
    'ours, 2025-11-25': { url: ours.url, pid: ours.pid, session: await openSession(ours.url) },
    'our HTTP alone': await programs.server(path.join(build, 'bench/bench_http_echo'), []),
    nginx: await startNginx(programs, body),
    'TypeScript SDK': await programs.server(process.execPath, [peer, '--port', '0']),
  };
  await echoOnce(servers['TypeScript SDK'].url);
  const rows = [[
    'connections', 'server', 'requests/s', 'it / nginx', 'it / SDK', 'CPU us/request', 'it / nginx', 'own', 'kernel', 'p50 us', 'p99 us', 'MB']];
  for (const connections of quick ? [1, 64] : [1, 10, 64, 256]) {
    rows.push(...await compare(programs, servers, connections, rounds, seconds));
  }
  console.log(`  the echo tool over HTTP, answer of ${body.length} bytes, medians of ${rounds} interleaved rounds of ${seconds} s`);
  printTable(rows);
  for (const server of [ours, servers['our HTTP alone'], servers.nginx, servers['TypeScript SDK']]) {
    await echoOnce(server.url);
    await programs.stop(server);
  }
  await firstAnswer(programs, { quick });
  const streams = await listen(loadPrograms, { count: quick ? 1000 : 10_000, silent: true });
  console.log(`  ${streams.open - 1} open streams with nothing to say: ${streams.memory_mb.toFixed(0)} MB resident`);
}

// The smallest server on the library: what the core alone takes until a host has its first answer.
async function firstAnswer(programs, { quick }) {
  await start(programs, { quick }, { 'mcp-echo': [path.join(build, 'examples/mcp-echo'), []] });
}

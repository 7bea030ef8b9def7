// The echo tool over HTTP (2026-07-28, keep-alive, 64 connections), beside nginx that gives a static body of the same
// size for the same request, and beside the TypeScript SDK's server. One process and one thread each.
import fs from 'node:fs';
import path from 'node:path';
import { build, cpuMicros, freePort, median, modernMeta, peer, printTable, ratio } from './programs.mjs';

const connections = 64;

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

async function startNginx(programs, body) {
  const port = await freePort();
  const folder = path.join(programs.directory, 'nginx');
  fs.mkdirSync(folder, { recursive: true });
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
    location = /mcp { default_type application/json; return 200 '${body.replaceAll("'", "\\'")}'; }
  }
}
`);
  const child = programs.spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr']);
  child.url = `http://127.0.0.1:${port}/mcp`;
  // Nginx says nothing when it is ready, so the first answered request is the sign.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await echoOnce(child.url);
      return child;
    } catch (error) {
      if (attempt > 200 || child.exitCode !== null) throw new Error(`nginx does not serve: ${error.message}\n${child.said}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

async function load(programs, server, seconds) {
  const before = cpuMicros(server.pid);
  const text = await programs.run('wrk', [
    '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '10s', '-s', path.join(import.meta.dirname, 'echo.lua'), server.url]);
  const result = JSON.parse(text.match(/RESULT (.*)/)[1]);
  if (result.errors > 0) throw new Error(`${server.url} failed under load: ${JSON.stringify(result)}`);
  return {
    perSecond: result.requests / (result.micros / 1e6),
    cpuMicros: (cpuMicros(server.pid) - before) / result.requests,
    p50: result.p50_us, p99: result.p99_us,
  };
}

export async function echo(programs, { quick }) {
  const rounds = quick ? 2 : 5;
  const seconds = quick ? 1 : 4;
  const ours = await programs.server(path.join(build, 'mcp-conformance-server'), ['--port', '0']);
  const body = await echoOnce(ours.url);
  const servers = {
    ours,
    nginx: await startNginx(programs, body),
    'TypeScript SDK': await programs.server(process.execPath, [peer, '--port', '0']),
  };
  await echoOnce(servers['TypeScript SDK'].url);

  const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (const server of Object.values(servers)) await load(programs, server, 1);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, server] of Object.entries(servers)) results[name].push(await load(programs, server, seconds));
  }
  const middle = (name, figure) => median(results[name].map((result) => result[figure]));

  console.log(`  ${connections} connections, body of ${body.length} bytes, medians of ${rounds} interleaved rounds of ${seconds} s`);
  printTable([
    ['server', 'requests/s', 'ours / it', 'CPU us/request', 'ours / it', 'p50 us', 'p99 us'],
    ...Object.keys(servers).map((name) => [
      name, middle(name, 'perSecond').toFixed(0), ratio(middle('ours', 'perSecond'), middle(name, 'perSecond')),
      middle(name, 'cpuMicros').toFixed(1), ratio(middle('ours', 'cpuMicros'), middle(name, 'cpuMicros')),
      middle(name, 'p50').toFixed(0), middle(name, 'p99').toFixed(0),
    ]),
  ]);
  for (const server of Object.values(servers)) {
    await echoOnce(server.url);
    await programs.stop(server);
  }
}

// Resident memory of servers that wait: started, one tools/list answered, nothing to do.
import path from 'node:path';
import fs from 'node:fs';
import { build, modernMeta, peer, printTable, ratio, residentMegabytes } from './programs.mjs';

async function listTools(url, token) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: modernMeta } }),
  });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} lists no tools: ${answer.status} ${body}`);
}

export async function memory(programs) {
  const config = programs.config();
  const ours = await programs.server(path.join(build, 'spotify-mcp-server'), ['serve', '--config', config, '--port', '0']);
  await listTools(ours.url, fs.readFileSync(path.join(programs.directory, 'state/http-token'), 'utf8').trim());
  const node = await programs.server(process.execPath, [peer, '--port', '0']);
  await listTools(node.url);
  const megabytes = { 'ours, all tools': residentMegabytes(ours.pid), 'TypeScript SDK, one tool': residentMegabytes(node.pid) };
  console.log('  resident memory of an idle HTTP server');
  printTable([
    ['server', 'MB', 'it / ours'],
    ...Object.entries(megabytes).map(([name, value]) => [name, value.toFixed(1), ratio(value, megabytes['ours, all tools'])]),
  ]);
  await programs.stop(ours);
  await programs.stop(node);
}

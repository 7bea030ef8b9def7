// From the start of a process to the answer of tools/list on its stdout: what a host waits for when it opens a server.
import path from 'node:path';
import { build, median, modernMeta, peer, printTable, ratio } from './programs.mjs';

const request = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: modernMeta } })}\n`;

async function once(programs, file, args) {
  const said = await programs.run(path.join(build, 'bench/bench_first_answer'), [file, ...args], request);
  const [figure, answer] = said.split('\n');
  if (!(JSON.parse(answer).result?.tools?.length > 0)) throw new Error(`${file} lists no tools: ${said}`);
  return JSON.parse(figure).micros / 1000;
}

// `own`: the programs that are measured, by name, each with its arguments.
export async function start(programs, { quick }, own = {
  ours: [path.join(build, 'spotify-mcp-server'), ['stdio', '--config', programs.config()]],
}) {
  const count = quick ? 5 : 20;
  const [ours] = Object.keys(own);
  const commands = {
    ...own,
    'TypeScript SDK, one tool': [process.execPath, [peer, '--stdio']],
    'a shell that echoes': ['/bin/sh', ['-c', `read line; echo '{"result":{"tools":[1]}}'`]],
  };
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (const [file, args] of Object.values(commands)) await once(programs, file, args);
  for (let round = 0; round < count; round += 1) {
    for (const [name, [file, args]] of Object.entries(commands)) times[name].push(await once(programs, file, args));
  }
  console.log(`  process start to tools/list answered on stdio, medians of ${count} interleaved rounds`);
  printTable([
    ['server', 'ms', `it / ${ours}`, 'worst ms'],
    ...Object.entries(times).map(([name, values]) => [
      name, median(values).toFixed(1), ratio(median(values), median(times[ours])), Math.max(...values).toFixed(1)]),
  ]);
}

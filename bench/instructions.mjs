// Instructions that one request takes in our own code, by what they are for: counted by Callgrind, so that they are the
// same on a busy machine. A run of N requests is taken from a run of 2 N, which leaves the start out.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { build, modernMeta, printTable } from './programs.mjs';

const kinds = [
  ['JSON read', /^json::(Parser|parse|has_duplicate|literal_length)/],
  ['JSON held and written', /^json::|json::(Member|Value)/],
  ['memory taken and given back', /^(malloc|free|_int_|operator (new|delete)|arena_|unlink_chunk|base::detail::(take|drop)_frame)/],
  ['bytes copied, compared, searched', /^_*mem(cpy|move|set|cmp|chr)|^std::__cxx11::basic_string/],
  ['HTTP and the socket', /^(net|boost|http)::|^bool net|^(pthread|epoll|recv|send|__libc_|clock_|__vdso)|net::Connection/],
  ['MCP', /mcp::|schema::|base::|Message|^echo$/],
];
const kindOf = (name) => (kinds.find(([, pattern]) => pattern.test(name)) ?? ['the rest'])[0];

function request(port) {
  const body = JSON.stringify({
    jsonrpc: '2.0', id: 1, method: 'tools/call',
    params: { name: 'echo', arguments: { text: 'hello from the benchmark' }, _meta: modernMeta },
  });
  return [
    'POST /mcp HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Content-Type: application/json', 'Accept: application/json, text/event-stream',
    'MCP-Protocol-Version: 2026-07-28', 'Mcp-Method: tools/call', 'Mcp-Name: echo', `Content-Length: ${body.length}`, '', body].join('\r\n');
}

// One after the other on one connection.
function ask(port, count) {
  return new Promise((resolve, reject) => {
    const text = request(port);
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    let left = count;
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${left} requests have no answer: ${answer}`)));
    socket.on('data', (bytes) => {
      answer += bytes;
      const head = answer.indexOf('\r\n\r\n');
      if (head < 0 || answer.length < head + 4 + Number(answer.match(/Content-Length: (\d+)/i)?.[1])) return;
      if (!answer.startsWith('HTTP/1.1 200 ') || !answer.includes('hello from the benchmark')) return void reject(new Error(answer));
      answer = '';
      left -= 1;
      if (left > 0) return void socket.write(text);
      socket.removeAllListeners('close');
      socket.end(resolve);
    });
  });
}

// Instructions by kind, of each function itself (the format: Valgrind manual, "Callgrind Format Specification").
function read(file) {
  const names = new Map();
  const costs = new Map();
  let kind = 'the rest';
  let isCall = false;
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const named = line.match(/^(c?fn)=(\(\d+\))(?: (.*))?$/);
    if (named) {
      if (named[3]) names.set(named[2], kindOf(named[3].replaceAll('(anonymous namespace)::', '').replace(/\(.*/, '')));
      if (named[1] === 'fn') kind = names.get(named[2]);
    } else if (line.startsWith('calls=')) {
      isCall = true;  // The next line is what the called one took.
    } else if (/^[+*-]?\d* ?\d+$/.test(line)) {
      if (!isCall) costs.set(kind, (costs.get(kind) ?? 0) + Number(line.split(' ')[1]));
      isCall = false;
    }
  }
  return costs;
}

async function count(programs, file, args, requests) {
  const name = path.basename(file);
  const program = path.join(programs.directory, name);
  await programs.run('strip', ['--strip-debug', '-o', program, path.join(build, file)]);  // Valgrind cannot read all of DWARF 5.
  const once = async (number) => {
    const out = path.join(programs.directory, `${name}.${number}`);
    const server = await programs.server('valgrind', ['--tool=callgrind', `--callgrind-out-file=${out}`, program, ...args]);
    await ask(Number(new URL(server.url).port), number);
    await programs.stop(server);
    return read(out);
  };
  const [one, two] = [await once(requests), await once(2 * requests)];
  return new Map([...two].map(([kind, cost]) => [kind, (cost - (one.get(kind) ?? 0)) / requests]));
}

export async function instructions(programs, { quick }) {
  const requests = quick ? 100 : 500;
  const columns = {
    'our HTTP alone': await count(programs, 'bench/bench_http_echo', [], requests),
    'ours with MCP': await count(programs, 'examples/mcp-echo', ['--http', '0'], requests),
  };
  const total = (costs) => [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const cell = (value) => (value ?? 0).toFixed(0);
  console.log('  instructions of one request of the echo tool, in our own code and its libraries');
  printTable([
    ['for', ...Object.keys(columns)],
    ...[...kinds.map(([kind]) => kind), 'the rest'].map((kind) => [kind, ...Object.values(columns).map((costs) => cell(costs.get(kind)))]),
    ['all', ...Object.values(columns).map((costs) => cell(total(costs)))],
  ]);
}

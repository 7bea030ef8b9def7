// The corpus against nginx, haproxy and Apache, each as a reverse proxy before a plain server. Where one of them does
// otherwise than cases.txt says of ours, differences.txt has to say so and why; nothing there may be out of date.
// SHOW=1 prints the lines that are missing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { once } from 'node:events';
import { test } from 'node:test';
import { RawConnection, readAnswers, readBody, readCases } from './corpus.mjs';
import { names, startPeer, versionOf } from './peers.mjs';

// Far beyond the patience of the peers, which end what they wait for.
const deadlineMs = 60_000;
const atOnce = 24;

// Answers every request that a peer forwards with its method and target. It knows any method and checks nothing, so that
// what is refused was refused by the peer.
async function startBehind() {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    let waiting = '';
    let told = false;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      waiting += bytes.toString('latin1');
      for (let end = waiting.indexOf('\r\n\r\n'); end >= 0; end = waiting.indexOf('\r\n\r\n')) {
        const head = waiting.slice(0, end);
        const framed = /\r\n(content-length|transfer-encoding):/i.test(head);
        const { size, whole } = framed ? readBody(head, waiting.slice(end + 4)) : { size: 0, whole: true };
        if (!whole) {
          // A peer that forwards the expectation keeps the body back until it is answered.
          if (!told && /\r\nexpect: *100-continue/i.test(head)) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
          told = true;
          return;
        }
        told = false;
        waiting = waiting.slice(end + 4 + size);
        const [method, target] = head.split(' ');
        const body = `${method} ${target}`;
        const length = Buffer.byteLength(body, 'latin1');
        socket.write(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${method === 'HEAD' ? '' : body}`, 'latin1'));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: server.address().port, close };
}

// The same words as the "=" line of a case, with refusals as one: whether it is 400 or 501 is a matter of taste.
function describe(statuses, fate) {
  const words = statuses.map((status) => (status >= 400 ? 'refused' : String(status)));
  return `${words.length === 0 ? 'none' : words.join(' ')} ${fate}`;
}

async function outcomeOf(port, sent, number) {
  const connection = new RawConnection(port);
  const canary = `GET /canary-${number}`;
  const answers = () => readAnswers(connection.received, { firstIsHead: sent.bytes.startsWith('HEAD ') });
  const canaryAnswered = () => answers().some((answer) => answer.whole && answer.body === canary);
  connection.send(sent.bytes + (sent.fate === 'cut' ? '' : `${canary} HTTP/1.1\r\nHost: h\r\n\r\n`));
  if (sent.fate === 'cut') connection.socket.end();
  assert.ok(await connection.until(canaryAnswered, deadlineMs), `${sent.name}: the peer neither answered nor closed`);
  connection.destroy();
  const all = answers();
  const own = all.filter((answer) => answer.body !== canary);
  const smuggled = all.some((answer) => answer.body === 'GET /smuggled') ? ' smuggled' : '';
  const fate = canaryAnswered() ? 'open' : sent.fate === 'cut' ? 'cut' : 'closed';
  return describe(own.map((answer) => answer.status), fate) + smuggled;
}

async function outcomesOf(port, cases) {
  const outcomes = new Map();
  const waiting = cases.map((sent, number) => [sent, number]);
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      outcomes.set(next[0].name, await outcomeOf(port, ...next));
    }
  }));
  return outcomes;
}

// "== PEER", ": reason" in one line or more, and then lines of "case name: outcome".
function readDifferences() {
  const differences = Object.fromEntries(names.map((name) => [name, new Map()]));
  let into;
  let explained = false;
  for (const line of fs.readFileSync(path.join(import.meta.dirname, 'differences.txt'), 'utf8').split('\n')) {
    const head = line.match(/^== (\w+)$/);
    const entry = line.match(/^([^:\s].*): ([a-z0-9 .]+)$/);
    if (head) {
      into = differences[head[1]];
      explained = false;
    } else if (line.startsWith(': ')) explained = true;
    else if (line === '' || line.startsWith('#')) continue;
    else if (entry && into && explained && !into.has(entry[1])) into.set(entry[1], entry[2]);
    else throw new Error(`differences.txt: this line is not understood: ${line}`);
  }
  return differences;
}

const cases = readCases();
const differences = readDifferences();

for (const name of names) {
  const version = versionOf(name);
  const skip = version === undefined ? `${name} is not installed; script/bootstrap installs it` : false;
  test(`the corpus against ${name} (${version ?? 'absent'})`, { skip }, async () => {
    const behind = await startBehind();
    const peer = await startPeer(name, behind.port);
    const outcomes = await outcomesOf(peer.port, cases).finally(async () => {
      await peer.stop();
      behind.close();
    });
    const wrong = [];
    for (const sent of cases) {
      const ours = describe(sent.statuses, sent.fate);
      const theirs = outcomes.get(sent.name);
      const listed = differences[name].get(sent.name) ?? ours;
      if (!listed.split(' or ').includes(theirs)) wrong.push(`${sent.name}: ${theirs}${listed === ours ? '' : ` (listed as: ${listed})`}`);
      if (differences[name].get(sent.name) === ours) wrong.push(`${sent.name}: is listed, and is no difference`);
    }
    const unknown = [...differences[name].keys()].filter((each) => !outcomes.has(each));
    if (process.env.SHOW) console.log(`== ${name}\n${wrong.join('\n')}`);
    assert.deepEqual({ wrong, unknown }, { wrong: [], unknown: [] });
    console.log(`${cases.length} cases, ${differences[name].size} differences, all of them explained`);
  });
}

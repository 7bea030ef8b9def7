// Every case of the corpus through nginx, haproxy and Apache to the fixture server, over connections behind the proxy that
// all clients share. Whatever a case does there, the other clients get the answers to their own requests, one for each,
// and the sender of the case never gets one of theirs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { RawConnection, readAnswers, readCases } from './corpus.mjs';
import { names, startPeer, versionOf } from './peers.mjs';

const program = process.env.SMS_CONFORMANCE_SERVER ??
  path.resolve(import.meta.dirname, '../../build/dev/mcp-conformance-server');
const deadlineMs = 60_000;
// How long a case may take to show an effect before the others go on beside it. Not a deadline: nothing depends on it.
const effectMs = 150;
const atOnce = 8;

async function startFixture() {
  const child = spawn(program, ['--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  let said = '';
  const port = await new Promise((resolve, reject) => {
    child.stderr.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/listening on http:\/\/[^:]+:(\d+)/);
      if (found) resolve(Number(found[1]));
    });
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`the fixture server ended early\n${said}`)));
  });
  return {
    port,
    alive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

// A request whose answer names the one who asked.
function canaryRequest(id) {
  const body = JSON.stringify({
    jsonrpc: '2.0', id, method: 'server/discover',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'canary', version: '1' },
      },
    },
  });
  return [
    'POST /mcp HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json',
    'Accept: application/json, text/event-stream', 'MCP-Protocol-Version: 2026-07-28', 'Mcp-Method: server/discover',
    `Content-Length: ${body.length}`, '', body,
  ].join('\r\n');
}

function idsIn(text) {
  return [...text.matchAll(/"id":"(canary-[^"]+)"/g)].map((match) => match[1]);
}

// Asks `count` times on one connection and checks each answer.
async function innocent(port, id, count, explain) {
  const connection = new RawConnection(port);
  for (let i = 0; i < count; i += 1) {
    const own = `canary-${id}-${i}`;
    const answers = () => readAnswers(connection.received);
    connection.send(canaryRequest(own));
    await connection.until(() => answers().length > i && answers()[i].whole, deadlineMs);
    assert.equal(answers().length, i + 1, `${explain}: one answer for each request: ${connection.received}`);
    assert.equal(answers()[i].status, 200, `${explain}: ${answers()[i].body}`);
    assert.deepEqual(idsIn(answers()[i].body), [own], explain);
  }
  connection.destroy();
}

async function attack(port, sent, number, canary) {
  const connection = new RawConnection(port);
  connection.send(sent.bytes + (sent.fate === 'cut' ? '' : canaryRequest(canary)));
  await connection.until(() => connection.received.includes(`"id":"${canary}"`), effectMs);
  return connection;
}

// One case, with others before, beside and behind it on the connections that it may have spoilt.
async function round(port, sent, number) {
  const canary = `canary-attacker-${number}`;
  const attacker = await attack(port, sent, number, canary);
  await Promise.all([0, 1].map((each) => innocent(port, `${number}-${each}`, 3, sent.name)));
  attacker.destroy();
  await innocent(port, `${number}-behind`, 2, sent.name);
  for (const id of idsIn(attacker.received)) assert.equal(id, canary, `${sent.name}: an answer of another`);
}

const cases = readCases();
for (const name of names) {
  const version = versionOf(name);
  const skip = version === undefined ? `${name} is not installed; script/bootstrap installs it` : false;
  test(`no two requests are confused behind ${name} (${version ?? 'absent'})`, { skip }, async () => {
    const fixture = await startFixture();
    const peer = await startPeer(name, fixture.port);
    try {
      await innocent(peer.port, 'first', 2, 'before any case');
      // One at a time: what a case leaves behind meets the next client for certain.
      for (const [number, sent] of cases.entries()) await round(peer.port, sent, number);
      // Many at once: their bytes meet in the shared connections.
      const waiting = [...cases.entries()];
      await Promise.all(Array.from({ length: atOnce }, async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) await round(peer.port, next[1], next[0] + 10_000);
      }));
      assert.ok(fixture.alive(), 'the server lives');
      console.log(`${cases.length} cases, alone and ${atOnce} at once, and ${2 * cases.length * 8} requests of others`);
    } finally {
      await peer.stop();
      await fixture.stop();
    }
  });
}

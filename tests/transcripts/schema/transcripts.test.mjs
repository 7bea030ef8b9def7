// Every message that a server sends in the transcripts is valid by the schema of its revision, and bears nothing that
// the revision does not know.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { load, missing, revisions } from './schemas.mjs';

const reason = missing();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}
const schemas = await load();
const folder = path.join(import.meta.dirname, '..');
const newest = revisions.at(-1);
// A request may claim a revision that there is not; its refusal is one of the newest.
function claimed(message) {
  const claim = message.params?._meta?.['io.modelcontextprotocol/protocolVersion'];
  return claim === undefined || schemas.has(claim) ? claim : newest;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;  // The client's half has what is no JSON.
  }
}

// The messages of the server in one transcript, each with its revision and with what it answers.
function* messagesOf(file) {
  const methods = new Map();
  let agreed;
  const asked = (id) => methods.get(id)?.method;
  for (const line of fs.readFileSync(path.join(folder, file), 'utf8').split('\n')) {
    const message = line.startsWith('--> ') || line.startsWith('<-- ') ? parse(line.slice(4)) : undefined;
    if (line.startsWith('--> ')) {
      for (const each of [message ?? []].flat()) {
        if (each.method) methods.set(each.id, { method: each.method, revision: claimed(each) });
      }
    } else if (line.startsWith('<-- ')) {
      const isAnswer = message.result !== undefined || message.error !== undefined;
      if (isAnswer && asked(message.id) === 'initialize') agreed = message.result?.protocolVersion ?? agreed;
      const known = isAnswer ? methods.get(message.id)?.revision : undefined;
      const revision = known ?? agreed ?? revisions.find((each) => file.startsWith(each)) ?? newest;
      yield { line, message, revision, asked };
    }
  }
}

const files = fs.readdirSync(folder).filter((name) => name.endsWith('.txt')).sort();

for (const file of files) {
  test(`${file} is valid by the schema of its revision`, () => {
    let count = 0;
    for (const { line, message, revision, asked } of messagesOf(file)) {
      ++count;
      assert.deepEqual(schemas.get(revision).flawsOf(withoutNull(message, revision), asked), [], `${revision}: ${line}`);
    }
    assert.ok(count > 0);
  });
}

// The schemas of older revisions want an id and know no null: there JSON-RPC 2.0 decides, which wants null.
function withoutNull(message, revision) {
  const older = revision < '2025-11-25';
  if (Array.isArray(message)) return message.map((each) => withoutNull(each, revision));
  return older && message.error && message.id === null ? { ...message, id: 'unknown' } : message;
}

test('a message that its revision does not have is found', () => {
  const tool = { name: 't', inputSchema: { type: 'object' } };
  const form = { message: 'm', requestedSchema: { type: 'object', properties: {} } };
  const wrong = [
    ['2024-11-05', { jsonrpc: '2.0', id: 1, result: { tools: [{ ...tool, title: 'T' }] } }, 'tools/list'],
    ['2024-11-05', { jsonrpc: '2.0', id: 1, result: { tools: [{ ...tool, annotations: {} }] } }, 'tools/list'],
    ['2025-03-26', { jsonrpc: '2.0', id: 1, result: { content: [], structuredContent: {} } }, 'tools/call'],
    ['2025-03-26', { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: form }],
    ['2025-03-26', { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'm' } }],
    ['2025-06-18', { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: { ...form, mode: 'form' } }],
    ['2025-06-18', { jsonrpc: '2.0', error: { code: -32700, message: 'm' } }],
    ['2025-11-25', { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'm' } }],
    ['2025-11-25', { jsonrpc: '2.0', id: 1, result: { content: [], resultType: 'complete' } }, 'tools/call'],
    ['2025-11-25', { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text' }] } }, 'tools/call'],
    ['2025-11-25', { jsonrpc: '2.0', id: 1, method: 'notifications/progress', params: { progress: 1 } }],
    ['2026-07-28', { jsonrpc: '2.0', id: 1, result: { content: [] } }, 'tools/call'],
    ['2026-07-28', { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', tools: [] } }, 'tools/list'],
    ['2026-07-28', { jsonrpc: '2.0', id: 1, error: { code: -32022, message: 'm' } }, 'tools/list'],
    ['2026-07-28', { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', taskId: 't', status: 'working' } }, 'tasks/get'],
    ['2026-07-28', { jsonrpc: '2.0', id: 1, result: {} }, 'ping'],
  ];
  for (const [revision, message, asked] of wrong) {
    assert.notDeepEqual(schemas.get(revision).flawsOf(message, () => asked), [], `${revision}: ${JSON.stringify(message)}`);
  }
});

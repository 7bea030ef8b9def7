// Bad input over HTTP, each with the status and the code of the specification, and the server still answering after it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  Workspace, httpHeaders, initializeRequest, modernHeaders, modernMeta, modernRequest, postModern, rawHttp, textOf,
} from './harness.mjs';
import { badArguments, hostileNames } from './bad_input.mjs';

const workspace = new Workspace();
let server;
let token;

before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  server = await workspace.startServer();
  token = workspace.token();
});
after(async () => {
  const exit = await server.stop();
  await workspace.close();
  assert.equal(server.stdout, '', 'the server writes nothing to stdout');
  assert.equal(exit.code, 0, server.describe());
  assert.equal(server.stderr.includes(token), false, 'the bearer is not in the log');
});
// Whatever was sent: the process lives, and answers the next caller.
afterEach(async () => {
  const answer = await postModern(server, token, 'tools/list');
  assert.equal(answer.status, 200, server.describe());
});

const list = () => JSON.stringify(modernRequest(1, 'tools/list'));

function expectError(answer, status, code) {
  assert.equal(answer.status, status, answer.body);
  assert.equal(answer.message?.error?.code, code, answer.body);
  assert.ok(answer.message.error.message.length > 0);
}

describe('tool arguments', () => {
  for (const { title, name, args, says } of badArguments) {
    test(title, async () => {
      const answer = await postModern(server, token, 'tools/call', { name, arguments: args });
      assert.equal(answer.status, 200, answer.body);
      assert.equal(answer.message.result?.isError, true, answer.body);
      assert.match(textOf(answer.message.result), says);
    });
  }

  test('arguments that are no object', async () => {
    const answer = await postModern(server, token, 'tools/call', { name: 'search_tracks', arguments: [1] });
    expectError(answer, 200, -32602);
  });

  test('an unknown tool', async () => {
    const answer = await postModern(server, token, 'tools/call', { name: 'no_such_tool', arguments: {} });
    expectError(answer, 200, -32602);
    assert.match(answer.message.error.message, /tool/i);
  });

  for (const query of hostileNames) {
    test(`the search for ${query}`, async () => {
      const answer = await postModern(server, token, 'tools/call', { name: 'search_tracks', arguments: { query, limit: 1 } });
      assert.ok(!answer.message.result?.isError, answer.body);
    });
  }
});

describe('bodies', () => {
  test('5 MiB', async () => {
    const padding = 'x'.repeat(5 * 1024 * 1024);
    const answer = await postModern(server, token, 'tools/call', { name: 'search_tracks', arguments: { query: padding } });
    assert.equal(answer.status, 413, answer.body.slice(0, 200));
  });

  test('nested 10,000 deep', async () => {
    const body = list().replace('"params":{', `"params":{"deep":${'['.repeat(10_000)}${']'.repeat(10_000)},`);
    expectError(await rawHttp(server.url, { headers: modernHeaders(token, 'tools/list'), body }), 400, -32700);
  });

  test('duplicate keys', async () => {
    const body = list().replace('"method":', '"method":"tools/call","method":');
    expectError(await rawHttp(server.url, { headers: modernHeaders(token, 'tools/list'), body }), 400, -32700);
  });

  test('invalid UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expectError(await rawHttp(server.url, { headers: modernHeaders(token, 'tools/list'), body }), 400, -32700);
  });

  test('no JSON at all', async () => {
    expectError(await rawHttp(server.url, { headers: modernHeaders(token, 'tools/list'), body: 'hello' }), 400, -32700);
  });

  test('an empty body', async () => {
    expectError(await rawHttp(server.url, { headers: modernHeaders(token, 'tools/list') }), 400, -32700);
  });

  test('JSON that is no request', async () => {
    expectError(await rawHttp(server.url, { headers: httpHeaders(token), body: '{"hello":1}' }), 400, -32600);
  });

  test('a batch with a modern request', async () => {
    const body = `[${list()}]`;
    expectError(await rawHttp(server.url, { headers: modernHeaders(token, 'tools/list'), body }), 400, -32600);
  });

  test('text/plain', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => (p.headers['Content-Type'] = 'text/plain'));
    assert.equal(answer.status, 415, answer.body);
  });
});

describe('the modern envelope', () => {
  test('without _meta', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => delete p.message.params._meta);
    expectError(answer, 400, -32602);
    assert.match(answer.body, /_meta/);
  });

  test('a _meta without the client capabilities', async () => {
    const answer = await postModern(server, token, 'tools/list', {},
      (p) => delete p.message.params._meta['io.modelcontextprotocol/clientCapabilities']);
    expectError(answer, 400, -32602);
    assert.match(answer.body, /clientCapabilities/);
  });

  test('without the version header', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => delete p.headers['MCP-Protocol-Version']);
    expectError(answer, 400, -32020);
  });

  test('a version header that contradicts the body', async () => {
    const answer = await postModern(server, token, 'tools/list', {},
      (p) => (p.headers['MCP-Protocol-Version'] = '2025-11-25'));
    expectError(answer, 400, -32020);
  });

  test('a method header that contradicts the body', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => (p.headers['Mcp-Method'] = 'tools/call'));
    expectError(answer, 400, -32020);
  });

  test('a name header that contradicts the body', async () => {
    const answer = await postModern(server, token, 'tools/call', { name: 'search_tracks', arguments: { query: 'midnight' } },
      (p) => (p.headers['Mcp-Name'] = 'pause'));
    expectError(answer, 400, -32020);
  });

  test('an unknown version', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => {
      p.headers['MCP-Protocol-Version'] = '2099-01-01';
      p.message.params._meta = modernMeta('2099-01-01');
    });
    expectError(answer, 400, -32022);
    assert.equal(answer.message.error.data.requested, '2099-01-01');
    assert.ok(answer.message.error.data.supported.includes('2026-07-28'));
  });

  test('an unknown method', async () => {
    expectError(await postModern(server, token, 'no/such'), 404, -32601);
  });

  test('a method of the legacy era', async () => {
    expectError(await postModern(server, token, 'ping'), 404, -32601);
  });
});

describe('who is asking', () => {
  test('no bearer', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => delete p.headers.Authorization);
    assert.equal(answer.status, 401);
    assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
  });

  test('a wrong bearer', async () => {
    const answer = await postModern(server, 'A'.repeat(token.length), 'tools/list');
    assert.equal(answer.status, 401);
    assert.equal(answer.body.includes(token), false);
  });

  test('a wrong Host', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => (p.headers.Host = 'evil.example'));
    assert.equal(answer.status, 403, answer.body);
  });

  test('no Host', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => (p.headers.Host = undefined));
    assert.ok([400, 403].includes(answer.status), `status ${answer.status}`);
  });

  test('a wrong Origin', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => (p.headers.Origin = 'https://evil.example'));
    assert.equal(answer.status, 403, answer.body);
  });

  test('an Origin of null', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => (p.headers.Origin = 'null'));
    assert.equal(answer.status, 403, answer.body);
  });
});

describe('HTTP', () => {
  test('a path that is not served', async () => {
    const answer = await rawHttp(server.url, { method: 'GET', target: '/no-such', headers: httpHeaders(token) });
    assert.equal(answer.status, 404);
  });

  test('a method that is not served', async () => {
    const answer = await rawHttp(server.url, { method: 'PUT', headers: httpHeaders(token), body: list() });
    assert.equal(answer.status, 405);
  });

  test('a length and chunks together', async () => {
    const answer = await rawHttp(server.url, {
      headers: modernHeaders(token, 'tools/list', { 'Transfer-Encoding': 'chunked' }), body: '0\r\n\r\n',
    });
    assert.equal(answer.status, 400);
  });

  test('headers over the limit', async () => {
    const answer = await postModern(server, token, 'tools/list', {}, (p) => (p.headers['X-Long'] = 'a'.repeat(200_000)));
    assert.ok([400, 431].includes(answer.status), `status ${answer.status}`);
  });

  test('health tells strangers its state and version, nothing more', async () => {
    const answer = await rawHttp(server.url, { method: 'GET', target: '/health' });
    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(answer.message).sort(), ['status', 'version']);
    assert.equal(answer.message.status, 'ok');
  });
});

describe('legacy sessions', () => {
  async function initialize() {
    const answer = await rawHttp(server.url, { headers: httpHeaders(token), body: JSON.stringify(initializeRequest()) });
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.message.result.protocolVersion, '2025-11-25');
    const headers = httpHeaders(token, {
      'Mcp-Session-Id': answer.headers['mcp-session-id'], 'MCP-Protocol-Version': '2025-11-25',
    });
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    assert.equal((await rawHttp(server.url, { headers, body })).status, 202);
    return headers;
  }

  test('a second initialize in a session', async () => {
    const headers = await initialize();
    const answer = await rawHttp(server.url, { headers, body: JSON.stringify(initializeRequest(5)) });
    expectError(answer, 400, -32600);
    const still = await rawHttp(server.url, { headers, body: '{"jsonrpc":"2.0","id":6,"method":"ping"}' });
    assert.deepEqual(still.message?.result, {}, still.body);
    await rawHttp(server.url, { method: 'DELETE', headers });
  });

  test('a session that does not exist', async () => {
    const headers = httpHeaders(token, { 'Mcp-Session-Id': 'no-such-session', 'MCP-Protocol-Version': '2025-11-25' });
    const answer = await rawHttp(server.url, { headers, body: '{"jsonrpc":"2.0","id":6,"method":"ping"}' });
    assert.equal(answer.status, 404, answer.body);
  });

  test('a session that was ended', async () => {
    const headers = await initialize();
    assert.ok([200, 204].includes((await rawHttp(server.url, { method: 'DELETE', headers })).status));
    const answer = await rawHttp(server.url, { headers, body: '{"jsonrpc":"2.0","id":6,"method":"ping"}' });
    assert.equal(answer.status, 404, answer.body);
  });

  test('an unknown version in the header', async () => {
    const headers = await initialize();
    const answer = await rawHttp(server.url, {
      headers: { ...headers, 'MCP-Protocol-Version': '1999-01-01' }, body: '{"jsonrpc":"2.0","id":6,"method":"ping"}',
    });
    assert.equal(answer.status, 400, answer.body);
    await rawHttp(server.url, { method: 'DELETE', headers });
  });
});

// Bad input over stdio: each line gets the right error and the process goes on; stdout holds MCP and nothing else.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Workspace, initializeRequest, modernMeta, modernRequest, recordingProxy, textOf } from './harness.mjs';
import { badArguments, hostileNames } from './bad_input.mjs';

const workspace = new Workspace();
before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
});
after(() => workspace.close());

let wire;
beforeEach(() => {
  wire = workspace.startStdio();
});
// After whatever a test wrote, the server still answers, and it ends with 0 when its host closes stdin.
afterEach(async () => {
  if (wire.program.exit) return;
  const answer = await wire.ask(modernRequest('last', 'tools/list'));
  assert.ok(answer.result.tools.length > 0);
  const exit = await wire.finish();
  assert.deepEqual(exit, { code: 0, signal: null }, wire.program.describe());
});

const call = (name, args) => wire.ask(modernRequest(1, 'tools/call', { name, arguments: args }));

describe('tool arguments', () => {
  for (const { title, name, args, says } of badArguments) {
    test(title, async () => {
      const answer = await call(name, args);
      assert.equal(answer.result?.isError, true, JSON.stringify(answer));
      assert.match(textOf(answer.result), says);
    });
  }

  test('an unknown tool', async () => {
    const answer = await call('no_such_tool', {});
    assert.equal(answer.error?.code, -32602, JSON.stringify(answer));
  });

  test('hostile names reach the search unchanged', async () => {
    const proxy = await recordingProxy(workspace.simUrl);
    const config = workspace.config;
    workspace.writeConfig((settings) => (settings.api.base_url = `${proxy.url}/v1`), 'proxied.json');
    const proxied = workspace.startStdio();
    workspace.config = config;
    for (const query of hostileNames) {
      proxy.targets.length = 0;
      const answer = await proxied.ask(
        modernRequest(query, 'tools/call', { name: 'search_tracks', arguments: { query, limit: 1 } }));
      assert.ok(!answer.result?.isError, `${query}: ${JSON.stringify(answer)}`);
      const asked = proxy.targets.map((target) => new URL(target, proxy.url)).find((url) => url.pathname === '/v1/search');
      assert.ok(asked, `no search for ${query} among ${proxy.targets}`);
      assert.equal(asked.searchParams.get('q'), query);
    }
    assert.equal((await proxied.finish()).code, 0);
    await proxy.close();
  });
});

describe('lines', () => {
  async function expectError(text, code) {
    wire.write(text);
    const answer = await wire.next();
    assert.equal(answer.error?.code, code, JSON.stringify(answer));
    return answer;
  }

  test('no JSON', () => expectError('hello\n', -32700));
  test('JSON that is no request', () => expectError('{"hello":1}\n', -32600));
  test('duplicate keys', () => expectError('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}\n', -32700));
  test('nested 10,000 deep', () => expectError(`${'['.repeat(10_000)}${']'.repeat(10_000)}\n`, -32700));
  test('invalid UTF-8', () =>
    expectError(Buffer.from([...Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'), 0xc3, 0x28, ...Buffer.from('"}\n')]), -32700));

  test('5 MiB in one line', async () => {
    const line = JSON.stringify(modernRequest(1, 'tools/call', { name: 'search_tracks', arguments: { query: 'x'.repeat(5 << 20) } }));
    wire.write(`${line}\n`);
    const answer = await wire.next();
    assert.ok([-32700, -32600].includes(answer.error?.code), JSON.stringify(answer).slice(0, 200));
  });

  test('an empty line is passed over', async () => {
    wire.write('\n\r\n');
    assert.ok((await wire.ask(modernRequest(1, 'tools/list'))).result);
  });

  test('a request in two pieces', async () => {
    const line = JSON.stringify(modernRequest(1, 'tools/list'));
    wire.write(line.slice(0, 40));
    await new Promise((resolve) => setImmediate(resolve));
    wire.write(`${line.slice(40)}\n`);
    assert.ok((await wire.answerTo(1)).result);
  });
});

describe('the envelope', () => {
  test('without _meta and without initialize', async () => {
    const answer = await wire.ask({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
    assert.ok([-32600, -32602].includes(answer.error?.code), JSON.stringify(answer));
  });

  test('an unknown version', async () => {
    const answer = await wire.ask({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: modernMeta('2099-01-01') } });
    assert.equal(answer.error?.code, -32022, JSON.stringify(answer));
  });

  test('a second initialize', async () => {
    const first = await wire.initialize();
    assert.equal(first.result.protocolVersion, '2025-11-25');
    const second = await wire.ask(initializeRequest(7));
    assert.equal(second.error?.code, -32600, JSON.stringify(second));
    assert.ok((await wire.ask({ jsonrpc: '2.0', id: 8, method: 'ping' })).result);
  });

  test('a probe before initialize does not pin the process', async () => {
    assert.ok((await wire.ask(modernRequest(1, 'server/discover'))).result.supportedVersions.includes('2026-07-28'));
    assert.equal((await wire.initialize()).result.protocolVersion, '2025-11-25');
    assert.ok((await wire.ask({ jsonrpc: '2.0', id: 9, method: 'tools/list' })).result.tools.length > 0);
  });

  for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']) {
    test(`initialize with ${version}`, async () => {
      assert.equal((await wire.initialize(version)).result.protocolVersion, version);
    });
  }

  test('initialize with a version of the future gets our latest', async () => {
    assert.equal((await wire.initialize('2031-01-01')).result.protocolVersion, '2025-11-25');
  });
});

describe('the end', () => {
  test('stdin closed before anything was said', async () => {
    assert.deepEqual(await wire.finish(), { code: 0, signal: null });
    assert.equal(wire.program.stdout, '');
  });

  test('stdin closed mid-message', async () => {
    wire.write('{"jsonrpc":"2.0","id":1,"method":"tools/li');
    const exit = await wire.finish();
    assert.deepEqual(exit, { code: 0, signal: null }, wire.program.describe());
    // The half request is not carried out; its sender is told.
    const [answer, ...more] = wire.messages();
    assert.equal(answer?.error?.code, -32600, wire.program.stdout);
    assert.match(answer.error.message, /input ended/);
    assert.equal(answer.id ?? null, null);
    assert.deepEqual(more, []);
  });

  test('stdin closed while a call is in flight', async () => {
    wire.send(modernRequest(1, 'tools/call', { name: 'search_tracks', arguments: { query: 'midnight' } }));
    const exit = await wire.finish();
    assert.deepEqual(exit, { code: 0, signal: null }, wire.program.describe());
  });

  test('SIGTERM ends it cleanly', async () => {
    await wire.ask(modernRequest(1, 'tools/list'));
    const exit = await wire.program.stop('SIGTERM');
    assert.equal(exit.signal, null, 'it ends by itself rather than by the signal');
  });
});

// Each unmodified SDK client, in each era it speaks, over stdio and over HTTP: it connects, negotiates the version that
// it should, lists tools that say what they do, calls them, and finds nothing wrong with what it received.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect, kinds } from './clients.mjs';
import { Workspace, programs, textOf } from './harness.mjs';
import { calls, read } from './tool_calls.mjs';

const workspace = new Workspace();
let server;

before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  server = await workspace.startServer();
});
after(() => workspace.close());

const targets = {
  stdio: () => ({
    command: programs.server, args: ['stdio', '--config', workspace.config], env: workspace.env, cwd: workspace.directory,
  }),
  http: () => ({ url: server.url, token: workspace.token() }),
};

for (const [kindName, kind] of Object.entries(kinds)) {
  for (const [transport, target] of Object.entries(targets)) {
    describe(`${kindName} over ${transport}`, () => {
      let session;
      before(async () => {
        session = await connect(kindName, target());
      });
      after(() => session?.close());

      test(`speaks ${kind.version}`, () => {
        assert.equal(session.version(), kind.version);
        assert.equal(session.client.getServerVersion()?.name, 'spotify-mcp-server');
      });

      test('lists a moderate number of well described tools', async () => {
        const tools = await session.tools();
        assert.ok(tools.length >= 25 && tools.length < 40, `${tools.length} tools`);
        const bytes = Buffer.byteLength(JSON.stringify({ tools }));
        assert.ok(bytes < 30_000, `tools/list is ${bytes} bytes`);
        assert.equal(new Set(tools.map((tool) => tool.name)).size, tools.length);
        for (const tool of tools) {
          assert.ok(tool.title && tool.description, `${tool.name} has a title and a description`);
          assert.equal(tool.inputSchema.type, 'object', tool.name);
          assert.equal(tool.outputSchema?.type, 'object', tool.name);
          for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) {
            assert.equal(typeof tool.annotations?.[hint], 'boolean', `${tool.name} says its ${hint}`);
          }
        }
      });

      test('calls a tool and gets a structured answer with its text twin', async () => {
        const result = await session.call(...calls.searchTracks('midnight', 3));
        assert.ok(!result.isError, textOf(result));
        assert.equal(read.items(result.structuredContent).length, 3);
        assert.ok(textOf(result).length > 0);
      });

      test('gets a tool error, not a protocol error, for an argument out of range', async () => {
        const result = await session.call(...calls.searchTracks('midnight', 51));
        assert.equal(result.isError, true);
        assert.match(textOf(result), /limit/);
      });

      test('gets a protocol error for a tool that does not exist', async () => {
        await assert.rejects(session.call('no_such_tool'), (error) => error.code === -32602);
      });

      test('works with many calls in flight', async () => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, n) => session.call(...calls.searchTracks(`midnight ${'abcde'[n % 5]}`, 2))));
        for (const result of results) assert.ok(!result.isError, textOf(result));
      });

      test('found nothing wrong with our messages', () => assert.deepEqual(session.problems, []));
    });
  }
}

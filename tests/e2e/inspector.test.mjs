// The MCP Inspector's command line, the tool that people reach for first, over stdio and HTTP in both eras.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Workspace, programs } from './harness.mjs';

const launcher = path.join(
  import.meta.dirname, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
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
  // Behind the two dashes, because the Inspector has an option --config of its own.
  stdio: () => ({ options: [], command: ['--', programs.server, 'stdio', '--config', workspace.config] }),
  'http, legacy era': () => ({ options: http('legacy'), command: [] }),
  'http, modern era': () => ({ options: http('modern'), command: [] }),
};

function http(era) {
  return ['--server-url', server.url, '--transport', 'http', '--protocol-era', era,
    '--header', `Authorization: Bearer ${workspace.token()}`];
}

async function inspect(target, ...args) {
  const { options, command } = target();
  const program = workspace.start(
    process.execPath, [launcher, '--cli', '--format', 'json', ...options, ...args, ...command]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, program, json: () => JSON.parse(program.stdout).result };
}

for (const [name, target] of Object.entries(targets)) {
  describe(`the Inspector over ${name}`, () => {
    test('lists the tools', async () => {
      const run = await inspect(target, '--method', 'tools/list');
      assert.equal(run.code, 0, run.program.describe());
      assert.ok(run.json().tools.some((tool) => tool.name === 'search_tracks'));
    });

    test('calls a tool', async () => {
      const run = await inspect(target, '--method', 'tools/call', '--tool-name', 'search_tracks',
        '--tool-arg', 'query=midnight', '--tool-arg', 'limit=2');
      assert.equal(run.code, 0, run.program.describe());
      assert.ok(run.json().structuredContent, run.program.describe());
    });

    test('exits with its code for a tool error', async () => {
      const run = await inspect(target, '--method', 'tools/call', '--tool-name', 'search_tracks',
        '--tool-arg', 'query=midnight', '--tool-arg', 'limit=0');
      assert.equal(run.code, 5, run.program.describe());
      assert.match(run.program.stdout, /limit/);
    });
  });
}

test('the strict check of the schemas finds nothing', async () => {
  const run = await inspect(targets['http, modern era'], '-q', '--strict', '--method', 'tools/list');
  assert.equal(run.code, 0, run.program.describe());
});

// Settings that are read again while the server runs: by the administrator and by SIGHUP, again and again under load, from a
// plain and from a sealed file, and not at all when anything is wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, postModern, programs } from './harness.mjs';
import { calls } from './tool_calls.mjs';

let workspace;
let settings;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  write();
  await workspace.login();
});
afterEach(() => workspace.close());

function write(change = () => {}) {
  // A folder of its own, as a configuration has it: then a file that is put in its place can be read, too.
  fs.mkdirSync(path.join(workspace.directory, 'conf'), { recursive: true });
  workspace.writeConfig((config) => {
    change(config);
    settings = config;
  }, 'conf/config.json');
}

async function run(...args) {
  const program = workspace.start(programs.server, [...args, '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  return program;
}

async function reload() {
  const program = await run('admin', 'reload', '--json');
  assert.equal(program.exit.code, 0, program.describe());
  return JSON.parse(program.stdout).servers[0];
}

const tools = async (server) => {
  const { message } = await postModern(server, workspace.token(), 'tools/list');
  return message.result.tools.map((tool) => tool.name);
};

const withHost = async (server, host) => {
  const { status } = await postModern(server, workspace.token(), 'tools/list', {}, (parts) => (parts.headers.Host = host));
  return status;
};

const section = (config, name) => (config[name] ??= {});

test('what may change at once changes, and what may not is named', async () => {
  const server = await workspace.startServer();
  const all = await tools(server);
  assert.ok(all.includes('play'));
  assert.equal(await withHost(server, 'mcp.example.com'), 403);
  assert.deepEqual((await reload()).applied, []);

  write((config) => {
    section(config, 'tools').read_only = true;
    section(config, 'server').allowed_hosts = ['mcp.example.com'];
    section(config, 'server').port = 1;
    section(config, 'api').timeout = 29;
    section(config, 'metrics').port = 1;
  });
  const said = await reload();
  assert.deepEqual(said.applied, ['api.timeout', 'server.allowed_hosts', 'tools.read_only']);
  // The port of the command line stands over the one of the file.
  assert.deepEqual(said.at_next_start, ['metrics.port']);
  assert.equal(await withHost(server, 'mcp.example.com'), 200);
  const reading = await tools(server);
  assert.ok(!reading.includes('play') && reading.includes('get_devices'));
  const { message } = await postModern(server, workspace.token(), 'tools/call', { name: 'play', arguments: {} });
  assert.ok(message.error || message.result.isError, 'a tool that is not offered is not run');

  write();
  await reload();
  assert.deepEqual(await tools(server), all);
  assert.equal(await withHost(server, 'mcp.example.com'), 403);
});

test('a server that begins read-only learns the other tools by a reload', async () => {
  write((config) => (section(config, 'tools').read_only = true));
  const server = await workspace.startServer();
  assert.ok(!(await tools(server)).includes('play'));
  write();
  await reload();
  assert.ok((await tools(server)).includes('play'));
});

test('settings that are wrong change nothing, and are told with their names', async () => {
  const server = await workspace.startServer();
  const before = await tools(server);
  write((config) => {
    section(config, 'tools').read_only = true;
    section(config, 'server').prot = 8000;
  });
  const wrong = await run('admin', 'reload');
  assert.equal(wrong.exit.code, 2, wrong.describe());
  assert.match(wrong.stderr, /server\.prot.*did you mean.*port/s);
  fs.writeFileSync(workspace.config, '{"tools": ');
  server.child.kill('SIGHUP');
  await server.until(() => server.stderr.split('config.not_reloaded').length > 1, 'the refusal in the log');
  fs.rmSync(workspace.config);
  server.child.kill('SIGHUP');
  await server.until(() => server.stderr.split('config.not_reloaded').length > 2, 'the second');
  assert.deepEqual(await tools(server), before);
  write();
  assert.deepEqual((await reload()).applied, []);
  const trail = await run('audit', 'export');
  const events = trail.stdout.trim().split('\n').map((line) => JSON.parse(line))
    .filter((record) => record.event === 'config.reloaded');
  assert.deepEqual(events.map((record) => record.status === 'ok'), [false, false, true]);
});

test('SIGHUP is enough, also for a file that was replaced as a whole, and for a sealed one', async () => {
  const server = await workspace.startServer();
  const next = path.join(path.dirname(workspace.config), 'next.json');
  fs.writeFileSync(next, JSON.stringify({ ...settings, tools: { read_only: true } }));
  fs.renameSync(next, workspace.config);
  server.child.kill('SIGHUP');
  await server.line(/config\.reloaded.*tools\.read_only/);
  assert.ok(!(await tools(server)).includes('play'));
  await server.stop();

  write();
  const sealed = path.join(workspace.directory, 'conf/config.smcf');
  assert.equal((await run('config', 'seal', workspace.config, '--output', sealed)).exit.code, 0);
  workspace.config = sealed;
  const second = await workspace.startServer();
  assert.ok((await tools(second)).includes('play'));
  const old = fs.readFileSync(sealed);
  assert.equal((await run('config', 'set', 'tools.read_only', 'true')).exit.code, 0);
  assert.deepEqual((await reload()).applied, ['tools.read_only']);
  assert.ok(!(await tools(second)).includes('play'));
  // An older generation is refused here as it is at a start.
  fs.writeFileSync(sealed, old);
  const back = await run('admin', 'reload');
  assert.equal(back.exit.code, 6, back.describe());
  assert.ok(!(await tools(second)).includes('play'));
});

test('a file in a folder that holds more is read again until another is put in its place, and that is said', async () => {
  workspace.writeConfig();
  const server = await workspace.startServer();
  const only = await run('admin', 'reload');
  assert.match(only.stdout, /nothing has changed\n/);
  workspace.writeConfig((config) => (section(config, 'audit').retention_days = 400));
  assert.match((await run('admin', 'reload')).stdout, /: took over nothing; what has changed needs a new start: audit\.retention_days\n/);
  const next = path.join(workspace.directory, 'next.json');
  fs.copyFileSync(workspace.config, next);
  fs.renameSync(next, workspace.config);
  const refused = await run('admin', 'reload');
  if (server.stderr.includes('process.paths_not_confined')) return;
  assert.equal(refused.exit.code, 2, refused.describe());
  assert.match(refused.stderr, /The file was replaced.*restart it, or keep the file in a folder of its own/);
});

// Each is on the disk in the trail before it is in force. SMS_RELOADS=1000 is the whole.
const reloads = Number(process.env.SMS_RELOADS ?? 60);

test(`${reloads} reloads under load, and no call fails`, async () => {
  const server = await workspace.startServer();
  const [name, args] = calls.me();
  let reloading = true;
  let answered = 0;
  const caller = async () => {
    while (reloading) {
      const { message } = await postModern(server, workspace.token(), 'tools/call', { name, arguments: args });
      assert.ok(message.result && !message.result.isError, JSON.stringify(message));
      answered += 1;
    }
  };
  const callers = [caller(), caller(), caller(), caller()];
  const [socket] = fs.readdirSync(path.join(workspace.storage, 'admin'));
  const agent = new http.Agent({ keepAlive: true });
  const post = () => new Promise((resolve, reject) => {
    const request = http.request({
      agent, socketPath: path.join(workspace.storage, 'admin', socket), path: '/reload', method: 'POST', headers: { Host: '127.0.0.1' },
    }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    request.on('error', reject);
    request.end();
  });
  for (let n = 0; n < reloads; n += 1) {
    if (n % 10 === 0) write((config) => (section(config, 'privacy').lockdown = n % 20 === 0));
    assert.equal(await post(), 200, `reload ${n}\n${server.describe()}`);
  }
  reloading = false;
  await Promise.all(callers);
  assert.ok(answered > 0);
  agent.destroy();
});

test('toolsets, budgets and limits change under a running server, and what is no toolset changes nothing', async () => {
  const server = await workspace.startServer();
  const all = await tools(server);
  assert.ok(!all.includes('dedupe_playlist'));
  write((config) => {
    section(config, 'tools').toolsets = ['curation'];
    section(config, 'tools').writes_per_minute = 1;
    section(config, 'server').streams_per_user = 1;
  });
  const said = await reload();
  assert.deepEqual(said.applied, ['server.streams_per_user', 'tools.toolsets', 'tools.writes_per_minute']);
  const now = await tools(server);
  assert.ok(now.includes('dedupe_playlist') && !now.includes('play'));
  write((config) => (section(config, 'tools').toolsets = ['curration']));
  const wrong = await run('admin', 'reload');
  assert.equal(wrong.exit.code, 2, wrong.describe());
  assert.match(wrong.stderr, /curration/);
  assert.deepEqual(await tools(server), now);
  write();
  await reload();
  assert.deepEqual(await tools(server), all);
  const create = (name) => postModern(server, workspace.token(), 'tools/call', { name: 'create_playlist', arguments: { name } });
  write((config) => (section(config, 'tools').writes_per_minute = 1));
  await reload();
  assert.notEqual((await create('first')).message.result.isError, true);
  const second = await create('second');
  assert.equal(second.message.result.isError, true);
  assert.match(JSON.stringify(second.message), /1 change in a minute/);
});

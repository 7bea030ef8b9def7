// What a server process has given up, as the system tells it: in every thread, in both modes, at the first start (which
// makes the key) and at the second. That nothing is missing, all the other tests here show.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, modernRequest } from './harness.mjs';

let workspace;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig();
});
afterEach(() => workspace.close());

function checkConfined(pid) {
  const threads = fs.readdirSync(`/proc/${pid}/task`);
  assert.ok(threads.length > 1, 'there are threads to look at');
  for (const thread of threads) {
    const status = fs.readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    assert.match(status, /^NoNewPrivs:\t1$/m);
    assert.match(status, /^Seccomp:\t2$/m);
    assert.match(status, /^Umask:\t0077$/m);
  }
  assert.match(fs.readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m);
}

test('serve', async () => {
  for (let start = 0; start < 2; ++start) {
    const server = await workspace.startServer();
    checkConfined(server.child.pid);
    assert.equal(fs.existsSync(path.join(workspace.env.HOME, '.config/spotify-mcp-server/master.key')), true);
    assert.doesNotMatch(server.stderr, /calls_not_confined/);
    assert.equal((await server.stop()).code, 0);
  }
});

test('stdio', async () => {
  const wire = workspace.startStdio();
  await wire.ask(modernRequest(1, 'tools/list'));
  checkConfined(wire.program.child.pid);
  assert.doesNotMatch(wire.program.stderr, /calls_not_confined/);
  assert.equal((await wire.finish()).code, 0);
});

test('login is not: it starts a browser', async () => {
  const { program } = await workspace.startLogin();
  assert.match(fs.readFileSync(`/proc/${program.child.pid}/status`, 'utf8'), /^Seccomp:\t0$/m);
});

// The server as a plain user with no privilege at all, on a root that is read-only: what a container or a unit gives it.
// A child that tries shows first that the place is what it is said to be.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Workspace, postModern, programs } from './harness.mjs';
import { calls } from './tool_calls.mjs';

const kNobody = 65534;
const isRoot = process.getuid() === 0;
const workspace = new Workspace();
let script;
let server;

// Everything read-only but the workspace, and then another user where we are root; where we are not, we are one already.
function wrap(program) {
  return ['/usr/bin/unshare', [isRoot ? '-m' : '-Urm', '--', '/bin/sh', script, ...program]];
}

const tries = (...program) => {
  const [command, args] = wrap(program);
  return spawnSync(command, args, { env: workspace.env, encoding: 'utf8' });
};

let missing;
before(async () => {
  script = path.join(workspace.directory, 'confine.sh');
  const other = isRoot ? `/usr/bin/setpriv --reuid=${kNobody} --regid=${kNobody} --clear-groups --inh-caps=-all --bounding-set=-all --` : '';
  fs.writeFileSync(script, `set -e\nmount --make-rprivate /\nmount --bind '${workspace.directory}' '${workspace.directory}'\n`
    + `mount -o remount,ro,bind /\nexec ${other} "$@"\n`);
  const tried = tries('true');
  missing = tried.status === 0 ? undefined : `this machine lets nobody mount: ${tried.stderr}`;
  await workspace.startSim();
  workspace.writeConfig();
  // The tree may lie where another user cannot look.
  server = path.join(workspace.directory, 'spotify-mcp-server');
  fs.copyFileSync(programs.server, server);
  fs.chmodSync(server, 0o755);
  await workspace.login();
  if (isRoot) spawnSync('chown', ['-R', `${kNobody}:${kNobody}`, workspace.directory]);
});
after(() => workspace.close());

test('the place is read-only and the user can do nothing', { skip: missing }, () => {
  assert.notEqual(tries('touch', '/x').status, 0);
  assert.notEqual(tries('touch', '/usr/x').status, 0);
  assert.equal(tries('touch', path.join(workspace.directory, 'x')).status, 0);
  if (isRoot) assert.notEqual(tries('cat', '/etc/shadow').status, 0);
});

test('serve does its whole work there', { skip: missing }, async () => {
  const [command, args] = wrap([server, 'serve', '--config', workspace.config, '--port', '0']);
  const program = workspace.start(command, args);
  const [, url] = await program.line(/listening on (http:\/\/\S+)/);
  program.url = url;
  const status = fs.readFileSync(`/proc/${program.child.pid}/status`, 'utf8');
  if (isRoot) assert.match(status, new RegExp(`^Uid:\\t${kNobody}\\t${kNobody}\\t${kNobody}\\t${kNobody}$`, 'm'));
  if (isRoot) assert.match(status, /^CapEff:\t0+$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  assert.match(status, /^Seccomp:\t2$/m);
  assert.match(fs.readFileSync(`/proc/${program.child.pid}/mountinfo`, 'utf8'), / \/ \/ ro,/);
  const [name, given] = calls.me();
  const { message } = await postModern(program, workspace.token(), 'tools/call', { name, arguments: given });
  assert.notEqual(message.result.isError, true, JSON.stringify(message));
  assert.equal((await fetch(new URL('/readyz', url))).status, 200);
  assert.doesNotMatch(program.stderr, /not_listening|not_confined|not_rotated/);
  assert.equal((await program.stop()).code, 0);
  const verified = tries(server, 'audit', 'verify', '--config', workspace.config);
  assert.equal(verified.status, 0, verified.stderr);
});

// The demo of script/demo runs to its end with these binaries, leaves no process and no file behind, and fails loudly
// when a step goes wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { Workspace, programs } from './harness.mjs';

const workspace = new Workspace();
const temporary = path.join(workspace.directory, 'tmp');
fs.mkdirSync(temporary);
after(() => workspace.close());

const demo = (args, env = {}) => workspace.start(
  process.execPath, [path.join(import.meta.dirname, 'demo.mjs'), ...args],
  { env: { TMPDIR: temporary, SMS_SERVER: programs.server, SMS_SIM: programs.sim, ...env } });

test('--once does the main job with each client and cleans up', async () => {
  const program = demo(['--once']);
  const exit = await program.ended();
  assert.equal(exit.code, 0, program.describe());
  for (const step of ['stdio', 'HTTP', '2025-11-25', '2026-07-28', 'get_playlist', 'skip_next', 'Everything worked']) {
    assert.ok(program.stdout.includes(step), `${step} is in the output`);
  }
  assert.deepEqual(fs.readdirSync(temporary), []);
});

// What differs from run to run is taken out: times, ports, process ids and the ids of new playlists.
function stable(text) {
  return text.replace(/ \([\d.]+ ms\)/g, '').replace(/127\.0\.0\.1:\d+/g, 'ADDRESS').replace(/process \d+/g, 'process')
    .replace(/\b[A-Za-z0-9]{22}\b/g, 'ID').replace(/in [\d.]+ s\./, 'in a moment.').replace(/[ \t]+/g, ' ').trim();
}

test('the session recorded in the README is what the demo prints', async (t) => {
  const file = path.join(import.meta.dirname, '../../README.md');
  const readme = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  if (!readme.includes('<!-- recorded session: begin -->')) return t.skip('README.md has no recorded session');
  const recorded = readme.match(/<!-- recorded session: begin -->\n```console\n\$ .*\n([^]*?)```\n<!-- recorded session: end -->/);
  assert.ok(recorded, 'README.md has a recorded session; make it with script/record-session');
  const program = demo(['--once']);
  assert.equal((await program.ended()).code, 0, program.describe());
  assert.equal(stable(recorded[1]), stable(program.stdout), 'run script/record-session and commit the README');
});

test('without --once the server stays until Ctrl-C', async () => {
  const program = demo([]);
  const [, url] = await program.line(/URL +(http:\/\/\S+)/, 'stdout');
  await program.line(/Ctrl-C/, 'stdout');
  assert.equal((await fetch(new URL('/health', url))).status, 200);
  assert.equal((await program.stop('SIGINT')).code, 0, program.describe());
  await assert.rejects(fetch(new URL('/health', url)));
  assert.deepEqual(fs.readdirSync(temporary), []);
});

test('a server that cannot start makes it fail with the reason', async () => {
  const program = demo(['--once'], { SMS_SERVER: '/bin/false' });
  const exit = await program.ended();
  assert.equal(exit.code, 1, program.describe());
  assert.match(program.stdout, /error: the demo failed/);
  assert.deepEqual(fs.readdirSync(temporary), []);
});

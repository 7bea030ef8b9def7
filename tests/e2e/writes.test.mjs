// The guard of every change in the real program: what takes something away asks first, its receipt leads back, and the
// budget of a user holds over processes and restarts and stands in the audit trail.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Workspace, modernRequest, programs, textOf } from './harness.mjs';
import { sim } from './sim.mjs';

const workspace = new Workspace();
let server;

before(async () => {
  await workspace.startSim();
  workspace.writeConfig((config) => { config.tools = { toolsets: ['all'], writes_per_day: 3 }; });
  await workspace.login();
  server = workspace.startStdio();
});
after(() => workspace.close());

let asked = 0;
async function call(from, name, args) {
  const answer = await from.ask(modernRequest((asked += 1), 'tools/call', { name, arguments: args }));
  assert.ok(answer.result, JSON.stringify(answer));
  return answer.result;
}
const changes = async () => Object.entries(await sim.requests(workspace))
  .filter(([operation]) => operation !== 'POST /api/token' && !operation.startsWith('GET '))
  .reduce((sum, [, times]) => sum + times, 0);

test('a playlist is dropped with its ticket, once, in whichever process, and undo brings it back', async () => {
  const listed = await call(server, 'get_playlists', {});
  const playlist = listed.structuredContent.items[0].uri;
  const changed = await changes();
  const refused = await call(server, 'unfollow_playlist', { playlist_id: playlist });
  assert.equal(refused.structuredContent.status, 'unchanged');
  const { confirm } = refused.structuredContent;
  const other = workspace.startStdio();
  const elsewhere = (await call(server, 'get_playlists', {})).structuredContent.items[1].uri;
  const foreign = await call(other, 'unfollow_playlist', { playlist_id: elsewhere, confirm });
  assert.ok(foreign.isError);
  assert.match(textOf(foreign), /confirm does not belong to this call/);
  assert.equal(await changes(), changed);
  const dropped = await call(other, 'unfollow_playlist', { playlist_id: playlist, confirm });
  assert.equal(dropped.structuredContent?.status, 'verified', textOf(dropped));
  // The receipt is in the store, so another process goes back by it.
  const { receipt } = dropped.structuredContent;
  const question = await call(other, 'undo', { receipt });
  const undone = await call(other, 'undo', { receipt, confirm: question.structuredContent.confirm });
  assert.equal(undone.structuredContent?.status, 'verified', textOf(undone));
  const again = await call(server, 'get_playlists', {});
  assert.ok(again.structuredContent.items.some((item) => item.uri === playlist));
  const before = await changes();
  const replayed = await call(server, 'unfollow_playlist', { playlist_id: playlist, confirm });
  assert.ok(replayed.isError);
  assert.match(textOf(replayed), /used already/);
  assert.equal(await changes(), before);
});

test('the budget of the day holds in every process, and a refusal is in the audit trail', async () => {
  const third = await call(server, 'create_playlist', { name: 'Third change' });
  assert.ok(!third.isError, textOf(third));
  const changed = await changes();
  for (const each of [server, workspace.startStdio()]) {
    const refused = await call(each, 'create_playlist', { name: 'One too many' });
    assert.ok(refused.isError);
    assert.match(textOf(refused), /3 changes in 24 hours/);
    const rehearsed = await call(each, 'create_playlist', { name: 'One too many', dry_run: true });
    assert.equal(rehearsed.structuredContent.status, 'dry_run');
  }
  assert.equal(await changes(), changed);
  const program = workspace.start(programs.server, ['audit', 'export', '--config', workspace.config]);
  program.child.stdin.end();
  assert.equal((await program.ended()).code, 0, program.describe());
  assert.equal(program.stdout.split('\n').filter((line) => line.includes('"budget.spent"')).length, 2);
});

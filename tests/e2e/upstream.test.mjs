// Odd answers of Spotify, over a real connection: what the client has to take (compression, pieces, unknown members and
// types, holes, pages without end) and what it has to refuse in words that help.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Workspace, modernRequest, textOf } from './harness.mjs';
import { sim } from './sim.mjs';

const workspace = new Workspace();
let wire;

before(async () => {
  await workspace.startSim();
  // Without a cache every call is a request.
  workspace.writeConfig((config) => {
    config.cache = { enabled: false };
    config.api.rate_limit = 1000;
  });
  await workspace.login();
  wire = workspace.startStdio();
});
beforeEach(() => sim.faults(workspace, []));
after(() => workspace.close());

let asked = 0;
async function ask(name, args) {
  const answer = await wire.ask(modernRequest((asked += 1), 'tools/call', { name, arguments: args }));
  assert.ok(answer.result, JSON.stringify(answer));
  return answer.result;
}
const search = () => ask('search', { query: 'the', types: ['track'], limit: 5 });
const saved = () => ask('get_saved_tracks', { limit: 5 });
const always = (kind, more = {}) => sim.faults(workspace, [{ kind, times: 99, ...more }]);

for (const kind of ['gzip', 'chunked', 'extra_fields']) {
  test(`an answer with the fault ${kind} is the same answer`, async () => {
    const plain = [(await search()).structuredContent, (await saved()).structuredContent];
    await always(kind);
    assert.deepEqual([(await search()).structuredContent, (await saved()).structuredContent], plain);
  });
}

test('things of an unknown type are left out or shown as what they are, without a failure', async () => {
  await always('unknown_type');
  for (const result of [await search(), await saved()]) assert.ok(!result.isError, textOf(result));
});

test('a page without end does not become an answer without end', async () => {
  await always('huge_page');
  for (const result of [await search(), await saved()]) {
    assert.ok(!result.isError, textOf(result));
    assert.ok(result.structuredContent.items.length <= 5, `${result.structuredContent.items.length} items`);
    assert.ok(JSON.stringify(result).length < 2 * 32 * 1024);
  }
});

test('holes are left out and counted', async () => {
  await always('null_items');
  const { structuredContent } = await saved();
  assert.equal(structuredContent.items.length, 3);
});

for (const [kind, more] of [
  ['truncated_json', {}], ['opaque_200', {}], ['empty_200', {}], ['no_content', {}], ['reset_before', {}], ['reset_after', {}],
  ['refused', {}], ['premium_owner', {}], ['not_registered', {}], ['quota_exceeded', {}], ['rate_limit_long', {}],
  ['rate_limit_long', { body: 'text' }], ['status', { status: 500, body: 'html' }], ['status', { status: 502, body: 'text' }],
  ['status', { status: 503 }], ['status', { status: 504, body: 'html' }],
]) {
  test(`a read that meets ${kind} ${JSON.stringify(more)} says so and repeats no word of the answer`, async () => {
    await always(kind, { path: '/me/tracks', ...more });
    const result = await saved();
    assert.equal(result.isError, true, JSON.stringify(result));
    assert.match(textOf(result), /\w+ .*[.)]$/s);
    assert.doesNotMatch(textOf(result), /<html|upstream|oPClBVDz|hologram/i);
  });
}

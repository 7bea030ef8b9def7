// What the real program tells a client of each revision: its lists to their ends, and an answer of each method, by the
// schema of that revision.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Workspace, modernMeta } from '../../e2e/harness.mjs';
import { load, missing, revisions } from './schemas.mjs';

const reason = missing();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}
const schemas = await load();
const toolsets = 'search,catalogue,playback,queue,playlists,library,user,auth,podcasts,curation,follow,operations';

const workspace = new Workspace();
before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
});
after(() => workspace.close());

for (const revision of revisions) {
  test(`everything that a client of ${revision} is told is valid`, async () => {
    const modern = revision === revisions.at(-1);
    const wire = workspace.startStdio(['--toolsets', toolsets]);
    let count = 0;
    // The result of one request, after all that the server wrote was looked at.
    const ask = async (method, params = {}) => {
      const id = `${method} ${++count}`;
      const message = { jsonrpc: '2.0', id, method, params: modern ? { ...params, _meta: modernMeta() } : params };
      const answer = await wire.ask(message);
      const flaws = schemas.get(revision).flawsOf(answer, () => method);
      assert.deepEqual(flaws, [], `${method} ${JSON.stringify(params)}: ${JSON.stringify(answer).slice(0, 2000)}`);
      return answer.result ?? answer.error;
    };
    const all = async (method, member) => {
      const entries = [];
      let cursor;
      do {
        const page = await ask(method, cursor === undefined ? {} : { cursor });
        entries.push(...page[member]);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return entries;
    };
    if (modern) {
      await ask('server/discover');
    } else {
      await ask('initialize', { protocolVersion: revision, capabilities: {}, clientInfo: { name: 't', version: '1' } });
      wire.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
      await ask('ping');
    }
    const tools = await all('tools/list', 'tools');
    assert.ok(tools.length > 60, `${tools.length} tools`);
    const prompts = await all('prompts/list', 'prompts');
    const resources = await all('resources/list', 'resources');
    const templates = await all('resources/templates/list', 'resourceTemplates');
    for (const [name, args] of [['search', { query: 'a', types: ['track'], limit: 3 }], ['get_playback_state', {}],
      ['get_playlists', { limit: 2 }], ['get_quota_status', {}], ['get_track_details', { track_id: 'no id' }]]) {
      await ask('tools/call', { name, arguments: args });
    }
    await ask('tools/call', { name: 'no_such_tool', arguments: {} });
    for (const { name, arguments: declared } of prompts) {
      const given = Object.fromEntries((declared ?? []).filter((each) => each.required).map((each) => [each.name, 'calm']));
      await ask('prompts/get', { name, arguments: given });
    }
    for (const { uri } of resources) await ask('resources/read', { uri });
    await ask('resources/read', { uri: 'spotify://no/such' });
    const { uriTemplate } = templates.find((each) => each.uriTemplate.includes('search')) ?? templates[0];
    await ask('completion/complete', {
      ref: { type: 'ref/resource', uri: uriTemplate }, argument: { name: /\{(\w+)\}/.exec(uriTemplate)[1], value: 'a' },
    });
    assert.deepEqual(await wire.finish(), { code: 0, signal: null }, wire.program.describe());
    assert.ok(resources.length > 0 && prompts.length > 0);
  });
}

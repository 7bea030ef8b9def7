// The session limits of the security guide on the real server: exact when a hundred open at once, and set by its
// SECURITY_* variables.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, httpHeaders, initializeRequest, programs, rawHttp } from './harness.mjs';

let workspace;
beforeEach(() => {
  workspace = new Workspace();
  workspace.writeConfig();
});
afterEach(() => workspace.close());

const open = (server) => rawHttp(server.url, {
  headers: httpHeaders(workspace.token()), body: JSON.stringify(initializeRequest()),
});

async function ping(server, session) {
  const { status } = await rawHttp(server.url, {
    headers: httpHeaders(workspace.token(), { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' }),
    body: JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping' }),
  });
  return status;
}

async function openAtOnce(server, count) {
  const answers = await Promise.all(Array.from({ length: count }, () => open(server)));
  for (const { status, body } of answers) assert.equal(status, 200, body);
  const statuses = await Promise.all(answers.map(({ headers }) => ping(server, headers['mcp-session-id'])));
  const program = workspace.start(programs.server, ['admin', 'sessions', '--json', '--config', workspace.config]);
  await program.ended();
  return { live: statuses.filter((status) => status === 200).length, listed: JSON.parse(program.stdout).sessions.length,
    others: statuses.filter((status) => status !== 200 && status !== 404) };
}

test('of a hundred sessions that one user opens at once exactly three live', async () => {
  const server = await workspace.startServer();
  assert.deepEqual(await openAtOnce(server, 100), { live: 3, listed: 3, others: [] });
});

test('SECURITY_MAX_SESSIONS_PER_USER and SECURITY_SESSION_TIMEOUT_MINUTES set the limits', async () => {
  const env = { SECURITY_MAX_SESSIONS_PER_USER: '2', SECURITY_SESSION_TIMEOUT_MINUTES: '7' };
  const server = await workspace.startServer([], { env });
  assert.deepEqual(await openAtOnce(server, 20), { live: 2, listed: 2, others: [] });
  const shown = workspace.start(programs.server, ['config', 'show', '--origin', '--config', workspace.config], { env });
  await shown.ended();
  assert.match(shown.stdout, /security\.session_timeout_minutes.*7.*SECURITY_SESSION_TIMEOUT_MINUTES/);
  for (const [name, value] of [['SECURITY_MAX_SESSIONS_PER_USER', '0'], ['SECURITY_SESSION_TIMEOUT_MINUTES', 'soon']]) {
    const refused = workspace.start(programs.server, ['serve', '--config', workspace.config], { env: { [name]: value } });
    assert.equal((await refused.ended()).code, 2);
    assert.match(refused.stderr, new RegExp(name));
  }
});

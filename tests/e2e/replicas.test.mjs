// Replicas of the server on one PostgreSQL database, each with a folder of its own: what one has learnt, spent or revoked
// holds for the others, and a database that is killed and comes back has lost nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Workspace, postModern, programs } from './harness.mjs';
import { sim } from './sim.mjs';
import { calls } from './tool_calls.mjs';

const workspace = new Workspace();
const configs = {};
let database;
let folder;
let replicas;
let key;

// The line that the database's script prints whenever it answers.
async function databaseAnswers(times) {
  const lines = await database.until(() => {
    const all = database.stdout.trimEnd().split('\n').filter(Boolean);
    return all.length >= times ? all : undefined;
  }, 'the database');
  const [where, pid] = lines.at(-1).split(' ');
  folder = where;
  return Number(pid);
}

function psql(sql) {
  const done = spawnSync('psql', ['-qXAt', '-h', folder, '-U', 'tester', '-d', 'postgres', '-c', sql], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
}

function configure(name, change = () => {}) {
  configs[name] = workspace.writeConfig((config) => {
    config.server.auth = 'api-key';
    config.storage.directory = path.join(workspace.directory, `state-${name}`);
    config.store = { url: `postgres://locked@/postgres?host=${folder}`, password: '${DATABASE_PASSWORD}' };
    change(config);
  }, `${name}.json`);
  return configs[name];
}

async function run(name, ...args) {
  const program = workspace.start(programs.server, [...args, '--config', configs[name]]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function start(name) {
  workspace.config = configs[name];
  return workspace.startServer();
}

const call = (server, [name, args], more = {}) => postModern(server, key.key, 'tools/call', { name, arguments: args },
  ({ message: { params } }) => {
    params._meta['io.modelcontextprotocol/clientCapabilities'] = { elicitation: {} };
    Object.assign(params, more);
  });
const resultOf = async (answer) => (await answer).message.result;
const requests = async (operation) => (await sim.requests(workspace))[operation] ?? 0;

before(async () => {
  database = workspace.start(path.resolve(import.meta.dirname, '../support/postgres'), []);
  await databaseAnswers(1);
  psql('CREATE SCHEMA spotify_mcp AUTHORIZATION locked');
  workspace.env.DATABASE_PASSWORD = 'obviously-fake';
  await workspace.startSim();
  for (const name of ['a', 'b']) configure(name);
  workspace.config = configs.a;
  await workspace.login();
  const made = await run('b', 'api-key', 'create', '--label', 'a test', '--scopes', 'smcp:read,smcp:playlist,smcp:library', '--json');
  assert.equal(made.code, 0, made.stderr);
  key = JSON.parse(made.stdout);
  replicas = await Promise.all(['a', 'b'].map(start));
});
after(async () => {
  database.child.stdin.end();
  await database.ended();
  await workspace.close();
});

test('who logged in at one replica is logged in at every one', async () => {
  for (const name of ['a', 'b']) {
    const status = await run(name, 'status', '--json');
    assert.equal(status.code, 0, status.stderr);
  }
  for (const server of replicas) assert.ok(!(await resultOf(call(server, ['get_devices', {}]))).isError);
});

test('replicas that find the token dead refresh it once', async () => {
  const before = await requests('POST /api/token');
  await sim.expireTokens(workspace);
  const answers = await Promise.all([...replicas, ...replicas].map((server) => resultOf(call(server, ['get_devices', {}]))));
  for (const answer of answers) assert.ok(!answer.isError, JSON.stringify(answer));
  assert.equal(await requests('POST /api/token'), before + 1);
});

test('a confirmation that was spent at one replica is refused at the other', async () => {
  const listed = await resultOf(call(replicas[0], ['get_playlists', {}]));
  const unfollow = ['unfollow_playlist', { playlist_id: listed.structuredContent.items[0].uri }];
  const asked = await resultOf(call(replicas[0], unfollow));
  assert.equal(asked.resultType, 'input_required', JSON.stringify(asked));
  const inputResponses = Object.fromEntries(Object.keys(asked.inputRequests)
    .map((each) => [each, { action: 'accept', content: { go_ahead: true } }]));
  const yes = { inputResponses, requestState: asked.requestState };
  // Begun at one, completed at the other.
  const done = await resultOf(call(replicas[1], unfollow, yes));
  assert.equal(done.structuredContent?.status, 'verified', JSON.stringify(done));
  await call(replicas[0], ['save_to_library', { uris: [unfollow[1].playlist_id] }]);
  for (const server of replicas) {
    const { message } = await call(server, unfollow, yes);
    assert.match(message.error?.message ?? '', /used already/, JSON.stringify(message));
  }
});

test('a quota that one replica met keeps the others, and a later one, from asking', async () => {
  await sim.faults(workspace, [{ kind: 'quota_exceeded', path: '/search', times: 99 }]);
  const before = await requests('GET /search');
  assert.ok((await resultOf(call(replicas[0], calls.searchTracks('first')))).isError);
  await call(replicas[0], ['get_quota_status', {}]);
  configure('c');
  const late = await start('c');
  for (const server of [replicas[0], late]) {
    const answer = await resultOf(call(server, calls.searchTracks('second')));
    assert.ok(answer.isError, JSON.stringify(answer));
  }
  assert.equal(await requests('GET /search'), before + 1);
  await late.stop();
});

test('keys that one replica replaces are the keys of all', async () => {
  const rotated = await run('a', 'keys', 'rotate');
  assert.equal(rotated.code, 0, rotated.stderr);
  assert.match(rotated.stdout, /grants 2 seals from now on .* 1 wrapped anew/);
  assert.match((await run('b', 'keys', 'status')).stdout, /grants 2: .*, primary/);
  await sim.expireTokens(workspace);
  for (const server of replicas) assert.ok(!(await resultOf(call(server, ['get_devices', {}]))).isError);
});

test('the checks look at the keys in the database', async () => {
  const checked = await run('b', 'security-check', 'config', '--offline', '--format', 'json');
  const found = Object.fromEntries(JSON.parse(checked.stdout).results.map((finding) => [finding.id, finding.status]));
  assert.equal(found['CFG-40'], 'pass', JSON.stringify(found));
  assert.equal(found['CFG-30'], 'pass', JSON.stringify(found));
});

test('a database that is killed under load has lost nothing that was answered, and the replicas come back', async () => {
  const made = [];
  const refused = [];
  const pid = await databaseAnswers(1);
  const killed = (async () => {
    for (let round = 0; round < 40; round += 1) {
      const { code, stdout, stderr } = await run('a', 'api-key', 'create', '--label', `round ${round}`, '--scopes', 'smcp:read', '--json');
      if (code !== 0) {
        refused.push(stderr);
        return;
      }
      made.push(JSON.parse(stdout).id);
      if (round === 2) process.kill(pid, 'SIGKILL');
    }
  })();
  await killed;
  assert.ok(made.length >= 3 && refused.length === 1, `${made.length} ${refused}`);
  assert.match(refused[0], /The database postgres:.* does not answer/);
  assert.doesNotMatch(refused[0], /obviously-fake/);
  const unavailable = await call(replicas[1], ['get_devices', {}]);
  assert.equal(unavailable.status, 503);
  database.child.stdin.write('\n');
  await databaseAnswers(2);
  const listed = JSON.parse((await run('b', 'api-key', 'list', '--json')).stdout).keys.map(({ id }) => id);
  for (const id of made) assert.ok(listed.includes(id), id);
  for (const server of replicas) assert.ok(!(await resultOf(call(server, ['get_devices', {}]))).isError);
});

test('a key that is revoked at one replica is refused at every one, at once', async () => {
  assert.equal((await run('a', 'api-key', 'revoke', key.id)).code, 0);
  for (const server of replicas) assert.equal((await call(server, ['get_devices', {}])).status, 401);
});

test('who logs out at one replica is logged out at every one', async () => {
  assert.equal((await run('b', 'status')).code, 0);
  assert.equal((await run('a', 'logout')).code, 0);
  const status = await run('b', 'status');
  assert.equal(status.code, 1, status.stderr);
});

test('the database has seen no secret, and the program has told nobody its password', async () => {
  await Promise.all(replicas.map((server) => server.stop()));
  const dump = spawnSync('pg_dump', ['-h', folder, '-U', 'tester', '-d', 'postgres', '--schema=spotify_mcp'], { encoding: 'utf8' });
  assert.equal(dump.status, 0, dump.stderr);
  assert.match(dump.stdout, /COPY spotify_mcp\.grants/);
  const hex = Buffer.from(key.key.slice(24)).toString('hex');
  for (const secret of [key.key.slice(24), hex, 'refresh_token', Buffer.from('refresh_token').toString('hex')]) {
    assert.ok(!dump.stdout.includes(secret), secret);
  }
  for (const program of workspace.programs) assert.ok(!`${program.stdout}${program.stderr}`.includes('obviously-fake'), program.describe());
});

test('a server that speaks no TLS is told nothing', async () => {
  const heard = [];
  const server = net.createServer((socket) => socket.on('data', (bytes) => {
    heard.push(bytes);
    socket.end('N');
  }).on('error', () => {}));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    configure('d', (config) => {
      config.store.url = `postgres://mcp@127.0.0.1:${server.address().port}/state?sslmode=verify-full`;
    });
    const status = await run('d', 'status');
    assert.equal(status.code, 9, status.stderr);
    assert.match(status.stderr, /server does not support SSL, but SSL was required/);
    // The request for TLS, and neither a name nor a password.
    assert.deepEqual(Buffer.concat(heard), Buffer.from('0000000804d2162f', 'hex'));
  } finally {
    server.close();
  }
});

test('a backup of a data directory would miss the state, and says what to do', async () => {
  const backup = await run('a', 'backup', 'create', path.join(workspace.directory, 'backup'));
  assert.equal(backup.code, 2);
  assert.match(backup.stderr, /pg_dump --schema=spotify_mcp/);
  assert.ok(!fs.existsSync(path.join(workspace.directory, 'backup')));
});

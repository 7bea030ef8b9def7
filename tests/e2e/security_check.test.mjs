// security-check on a running installation: what it finds of the server, of our own certificate and of API keys, what a
// server of advisories is asked, and a signed report that the trail knows of.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, programs } from './harness.mjs';

let workspace;
beforeEach(() => {
  workspace = new Workspace();
});
afterEach(() => workspace.close());

const file = (name) => path.join(workspace.directory, name);
const openssl = (...args) => execFileSync('openssl', args, { cwd: workspace.directory, stdio: 'pipe' });

async function run(...args) {
  const program = workspace.start(programs.server, [...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function check(...args) {
  const { code, stdout, stderr } = await run('security-check', ...args, '--format', 'json');
  assert.ok(stdout, stderr);
  const report = JSON.parse(stdout);
  const result = (id) => report.results.find((each) => each.id === id);
  return { code, report, result, status: (id) => result(id).status, said: (id) => result(id).evidence };
}

// A certificate of an authority of this test, for these names and days.
function issue({ names = 'DNS:mcp.test', days = 90 } = {}) {
  if (!fs.existsSync(file('ca.pem'))) {
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '100', '-keyout', 'ca.key',
      '-out', 'ca.pem', '-subj', '/CN=authority of a test', '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
  }
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'server.key', '-out', 'server.csr',
    '-subj', '/CN=mcp.test');
  fs.writeFileSync(file('ext'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n`);
  openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '2', '-days', String(days),
    '-extfile', 'ext', '-out', 'server.pem');
  fs.chmodSync(file('server.key'), 0o600);
}

const withTls = (config) => Object.assign(config.server, { host: '0.0.0.0', allowed_hosts: ['mcp.test'],
  tls_certificate: file('server.pem'), tls_key: file('server.key') });

test('NET-02, NET-03: our certificate is judged by chain, names, key and time, and the listener by what it accepts', async () => {
  issue();
  workspace.writeConfig(withTls);
  const network = (...args) => check('network', '--offline', '--only', 'NET-02,NET-03', ...args);
  const good = await network('--ca', file('ca.pem'));
  assert.equal(good.status('NET-02'), 'pass', good.said('NET-02'));
  assert.equal(good.status('NET-03'), 'pass', good.said('NET-03'));
  assert.match(good.said('NET-03'), /TLSv1\.3/);
  assert.equal(good.code, 0);

  const unknown = await network();
  assert.equal(unknown.status('NET-02'), 'fail');
  assert.match(unknown.said('NET-02'), /no trusted chain/);
  assert.equal(unknown.code, 1);

  workspace.writeConfig((config) => {
    withTls(config);
    config.server.allowed_hosts.push('other.test');
  });
  const other = await network('--ca', file('ca.pem'));
  assert.equal(other.status('NET-02'), 'fail');
  assert.match(other.said('NET-02'), /other\.test/);

  workspace.writeConfig(withTls);
  issue({ days: 6 });
  const late = await network('--ca', file('ca.pem'));
  assert.equal(late.status('NET-02'), 'fail');
  assert.match(late.said('NET-02'), /good until/);

  issue();
  openssl('genpkey', '-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'server.key');
  const foreign = await network('--ca', file('ca.pem'));
  assert.equal(foreign.status('NET-02'), 'fail');
  assert.match(foreign.said('NET-02'), /another certificate/);

  workspace.writeConfig();
  assert.equal((await network()).status('NET-02'), 'not_applicable');
});

test('HST-04, HST-15, HST-16: a running server is confined, and listens and connects where the settings say', async () => {
  await workspace.startSim();
  workspace.writeConfig((config) => {
    config.metrics = { port: 0 };
  });
  const server = await workspace.startServer();
  const host = () => check('runtime', '--offline', '--only', 'HST-02,HST-03,HST-04,HST-05,HST-06,HST-07,HST-15,HST-16');
  const here = await host();
  // Its own attempt, which a kernel without Landlock lets succeed.
  const landlock = !/paths_not_confined/.test(server.stderr);
  assert.equal(here.status('HST-04'), landlock ? 'pass' : 'fail', here.said('HST-04'));
  assert.equal(here.status('HST-02'), 'pass');
  assert.equal(here.status('HST-03'), 'pass');
  assert.equal(here.status('HST-06'), 'pass', here.said('HST-06'));
  // Only root sees the descriptors of a process that cannot be dumped.
  const sees = process.getuid() === 0;
  assert.equal(here.status('HST-15'), sees ? 'pass' : 'manual', here.said('HST-15'));
  assert.equal(here.status('HST-16'), sees ? 'pass' : 'manual', here.said('HST-16'));
  if (!sees) return;
  const port = new URL(server.url).port;
  workspace.writeConfig((config) => {
    config.server.port = 9;
  });
  const moved = await host();
  assert.equal(moved.status('HST-15'), 'fail');
  assert.match(moved.said('HST-15'), new RegExp(`127\\.0\\.0\\.1:${port} is open, 127\\.0\\.0\\.1:9 is not`));
});

test('HST-20: the database of a running server is held by servers alone, and another program that opens it is seen', async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  await workspace.startServer();
  const database = path.join(workspace.storage, 'spotify-mcp-server.db');
  const before = fs.readFileSync(database);
  const alone = await check('runtime', '--offline', '--only', 'HST-20');
  assert.equal(alone.status('HST-20'), 'pass', alone.said('HST-20'));
  assert.match(alone.said('HST-20'), /a lock on the database was tried and holds/);
  assert.deepEqual(fs.readFileSync(database), before);
  const stranger = new DatabaseSync(database, { readOnly: true });
  stranger.prepare('SELECT count(*) FROM sqlite_schema').get();
  const shared = await check('runtime', '--offline', '--only', 'HST-20');
  stranger.close();
  assert.equal(shared.status('HST-20'), 'fail', shared.said('HST-20'));
  assert.match(shared.said('HST-20'), new RegExp(`\\(process ${process.pid}\\)`));
});

test('CFG-28, CFG-40: API keys are read from the store, without changing it', async () => {
  await workspace.startSim();
  const configure = (signing) => workspace.writeConfig((config) => {
    config.server.auth = 'api-key';
    config.security = { enable_request_signing: signing };
  });
  configure(false);
  const made = await run('api-key', 'create', '--label', 'a test', '--scopes', 'smcp:read', '--json');
  assert.equal(made.code, 0, made.stderr);
  const before = fs.readdirSync(workspace.storage).sort();
  const plain = await check('config', '--only', 'CFG-12,CFG-28,CFG-40');
  assert.equal(plain.status('CFG-12'), 'pass');
  assert.equal(plain.status('CFG-28'), 'fail');
  assert.equal(plain.status('CFG-40'), 'pass');
  assert.match(plain.said('CFG-40'), /^1 keys/);
  configure(true);
  const signing = await check('config', '--only', 'CFG-28,CFG-40');
  assert.equal(signing.status('CFG-28'), 'pass', signing.said('CFG-28'));
  assert.deepEqual(fs.readdirSync(workspace.storage).sort(), before);
});

// A server with the API of osv.dev, in small.
async function startAdvisories(answer) {
  const asked = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    asked.push({ target: request.url, method: request.method, body: JSON.parse(body) });
    const { status = 200, value = {} } = answer(asked.at(-1));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { asked, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

const advisory = { id: 'DSA-0-1', published: '2026-01-01T00:00:00Z', affected: [{ package: { ecosystem: 'Debian:12', name: 'openssl' },
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '99:1' }] }] }],
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }] };

test('DEP-03: a server of advisories is told names and versions alone, page by page', async () => {
  workspace.writeConfig();
  const server = await startAdvisories(({ body }) => {
    if (body.package.name !== 'openssl') return {};
    return { value: body.page_token === undefined ? { vulns: [], next_page_token: 'two' } : { vulns: [advisory] } };
  });
  const found = await check('deps', '--advisories-server', server.url);
  server.close();
  assert.equal(found.status('DEP-03'), 'fail', found.said('DEP-03'));
  assert.match(found.said('DEP-03'), /DSA-0-1 in openssl /);
  assert.equal(found.status('DEP-04'), 'pass', found.said('DEP-04'));
  assert.equal(found.status('DEP-05'), 'fail');
  assert.equal(found.status('DEP-11'), 'fail');
  assert.ok(server.asked.length > 5);
  for (const { target, method, body } of server.asked) {
    assert.equal(`${method} ${target}`, 'POST /v1/query');
    const { package: { ecosystem, name, ...more }, version, page_token: page, ...rest } = body;
    assert.deepEqual({ ...more, ...rest }, {});
    assert.equal(ecosystem, 'Debian:12');
    assert.ok(name && version);
    assert.ok(page === undefined || page === 'two');
  }
  const questions = server.asked.map(({ body }) => JSON.stringify(body));
  assert.equal(new Set(questions).size, questions.length, 'no question is asked twice');
});

test('DEP-03: a server of advisories that fails, or says nonsense, is no pass', async () => {
  workspace.writeConfig();
  for (const answer of [{ status: 500 }, { value: [] }, { value: { vulns: [{ id: 7 }] } }, { value: { next_page_token: 'again' } }]) {
    const server = await startAdvisories(() => answer);
    const found = await check('deps', '--only', 'DEP-03', '--advisories-server', server.url);
    server.close();
    assert.equal(found.status('DEP-03'), 'error', JSON.stringify(answer));
    assert.equal(found.code, 1);
  }
});

test('a report is signed, openssl verifies it, and the trail knows its digest', async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  openssl('genpkey', '-algorithm', 'ed25519', '-out', 'report.key');
  openssl('pkey', '-in', 'report.key', '-pubout', '-out', 'report.pub');
  fs.chmodSync(file('report.key'), 0o600);
  const signed = await run('security-check', 'config', '--only', 'CFG-03', '--sign', file('report.key'), '--output', file('report.json'));
  assert.equal(signed.code, 0, signed.stderr);
  fs.writeFileSync(file('signature'), Buffer.from(fs.readFileSync(file('report.json.sig'), 'utf8'), 'base64'));
  const verify = () => spawnSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', 'report.pub', '-rawin', '-in', 'report.json',
    '-sigfile', 'signature'], { cwd: workspace.directory });
  assert.equal(verify().status, 0);
  const digest = crypto.createHash('sha256').update(fs.readFileSync(file('report.json'))).digest('hex');
  const trail = (await run('audit', 'export')).stdout;
  const record = trail.trimEnd().split('\n').map((line) => JSON.parse(line)).find((each) => each.event === 'report.signed');
  assert.equal(record.request.report, digest);
  assert.equal(record.request.command, 'config');
  fs.appendFileSync(file('report.json'), ' ');
  assert.notEqual(verify().status, 0);
});

test('a database that is none, and a trail that was changed, are findings', async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  const whole = await check('runtime', '--only', 'DAT-01,DAT-06');
  assert.equal(whole.status('DAT-01'), 'pass');
  assert.equal(whole.status('DAT-06'), 'pass', whole.said('DAT-06'));
  const good = await check('audit', '--only', 'AUD-01');
  assert.equal(good.status('AUD-01'), 'pass');
  const database = path.join(workspace.storage, 'spotify-mcp-server.db');
  fs.rmSync(database);
  fs.mkdirSync(database);
  const bad = await check('runtime', '--only', 'DAT-01,AUT-04');
  assert.equal(bad.status('DAT-01'), 'error');
  assert.equal(bad.status('AUT-04'), 'error');
  assert.equal(bad.code, 1);
});

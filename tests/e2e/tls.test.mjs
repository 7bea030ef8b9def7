// serve by TLS, as other machines reach it: what it refuses to start with, what clients see, a certificate that is renewed
// while it runs, and what sslscan and testssl.sh say of it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, httpHeaders, modernHeaders, modernRequest, programs, rawHttp, withDeadline } from './harness.mjs';

let workspace;
let authority;
beforeEach(() => {
  workspace = new Workspace();
  authority = makeAuthority();
});
afterEach(() => workspace.close());

const file = (name) => path.join(workspace.directory, name);
const openssl = (...args) => execFileSync('openssl', args, { cwd: workspace.directory, stdio: 'pipe' });

function makeAuthority() {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '100', '-keyout', 'ca.key',
    '-out', 'ca.pem', '-subj', '/CN=authority of a test', '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
  return fs.readFileSync(file('ca.pem'), 'utf8');
}

// A certificate for 127.0.0.1 and mcp.test, put in the place of whatever is there.
function issue(serial, days = 90) {
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'new.key', '-out', 'new.csr',
    '-subj', '/CN=mcp.test');
  fs.writeFileSync(file('ext'), 'subjectAltName=IP:127.0.0.1,DNS:mcp.test\nextendedKeyUsage=serverAuth\n'
    + 'keyUsage=critical,digitalSignature\nbasicConstraints=critical,CA:FALSE\n');
  openssl('x509', '-req', '-in', 'new.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', String(serial), '-days', String(days),
    '-extfile', 'ext', '-out', 'new.pem');
  fs.chmodSync(file('new.key'), 0o600);
  fs.renameSync(file('new.key'), file('server.key'));
  fs.renameSync(file('new.pem'), file('server.pem'));
}

function configure(change = () => {}) {
  workspace.writeConfig((config) => {
    Object.assign(config.server, { host: '0.0.0.0', allowed_hosts: ['mcp.test'], tls_certificate: file('server.pem'),
      tls_key: file('server.key') });
    change(config.server);
  });
}

async function start() {
  const server = workspace.start(programs.server, ['serve', '--config', workspace.config, '--port', '0']);
  const [, port] = await server.line(/listening on https:\/\/0\.0\.0\.0:(\d+)\/mcp/);
  server.port = Number(port);
  return server;
}

async function refusedStart() {
  const server = workspace.start(programs.server, ['serve', '--config', workspace.config]);
  const { code } = await server.ended();
  return { code, said: server.stderr };
}

async function ask(server, { method = 'POST', target = '/mcp', headers = {}, body = '' } = {}) {
  const request = https.request({ host: '127.0.0.1', servername: 'mcp.test', port: server.port, path: target, method, ca: authority, agent: false,
    headers: { Host: 'mcp.test', ...headers } });
  request.end(body);
  const [answer] = await withDeadline(once(request, 'response'), `the answer to ${method} ${target}`);
  const pieces = [];
  for await (const piece of answer) pieces.push(piece);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces).toString() };
}

const shown = (server) => new Promise((resolve, reject) => {
  const socket = tls.connect({ host: '127.0.0.1', port: server.port, ca: authority, servername: 'mcp.test' }, () => {
    resolve(socket.getPeerCertificate().serialNumber);
    socket.end();
  });
  socket.on('error', reject);
});

test('other machines are served by TLS alone, with a certificate that is good', async () => {
  configure((server) => { delete server.tls_certificate; delete server.tls_key; });
  let refused = await refusedStart();
  assert.equal(refused.code, 2);
  assert.match(refused.said, /in the clear.*server\.tls_certificate/s);
  configure();
  refused = await refusedStart();
  assert.equal(refused.code, 5);
  assert.match(refused.said, /server\.pem/);
  issue(1);
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'server.key');
  fs.chmodSync(file('server.key'), 0o600);
  refused = await refusedStart();
  assert.equal(refused.code, 2);
  assert.match(refused.said, /belongs to another certificate/);
  issue(2);
  fs.chmodSync(file('server.key'), 0o644);
  refused = await refusedStart();
  assert.equal(refused.code, 4);
  assert.match(refused.said, /chmod 600/);
});

test('MCP over TLS: hardened answers, plain HTTP refused, and a renewed certificate shown without a restart', async () => {
  issue(0x11);
  configure();
  const server = await start();
  const token = workspace.token();
  const body = JSON.stringify(modernRequest(1, 'tools/list'));
  const answer = await ask(server, { headers: modernHeaders(token, 'tools/list'), body });
  assert.equal(answer.status, 200, answer.body);
  assert.ok(JSON.parse(answer.body).result.tools.length > 0);
  for (const one of [answer, await ask(server, { method: 'GET', target: '/health' }), await ask(server, { target: '/nothing' }),
    await ask(server, { headers: httpHeaders('wrong'), body })]) {
    assert.equal(one.headers['strict-transport-security'], 'max-age=31536000');
    assert.equal(one.headers['x-content-type-options'], 'nosniff');
    assert.match(one.headers['cache-control'], /no-store|no-cache/);
  }
  const plain = await rawHttp(`http://127.0.0.1:${server.port}/mcp`, { headers: httpHeaders(token), body });
  assert.equal(plain.status, 400);
  assert.match(plain.body, /Use https/);
  const foreign = await ask(server, { headers: { ...modernHeaders(token, 'tools/list'), Host: 'other.test' }, body });
  assert.equal(foreign.status, 403);

  assert.equal(await shown(server), '11');
  issue(0x22);
  await server.line(/tls\.certificate_changed/);
  assert.equal(await shown(server), '22');
  // One that is broken is told, and the one that is good stays.
  fs.writeFileSync(file('server.pem'), 'nothing');
  await server.line(/tls\.certificate_not_read/);
  assert.equal(await shown(server), '22');
  await server.stop();
  const program = workspace.start(programs.server, ['audit', 'export', '--config', workspace.config]);
  program.child.stdin.end();
  await program.ended();
  const events = program.stdout.trimEnd().split('\n').map((line) => JSON.parse(line).event);
  for (const event of ['tls.accepted', 'tls.client_refused', 'host.refused', 'bearer.refused']) assert.ok(events.includes(event), event);
});

test('a certificate that ends soon is told in the log, and one that was renewed is not', async () => {
  issue(0x33, 6);
  configure();
  const server = await start();
  const [, days] = await server.line(/"event":"tls\.certificate_ends","days":(\d+).*"SECURITY WARNING"/);
  assert.ok(['5', '6'].includes(days), days);
  issue(0x44);
  await server.line(/tls\.certificate_changed/);
  await server.stop();
  assert.equal(server.stderr.split('tls.certificate_ends').length, 2, server.stderr);
});

async function run(program, args) {
  const child = spawn(program, args, { cwd: workspace.directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (bytes) => { text += bytes; });
  await withDeadline(once(child, 'close'), `${program} ${args.join(' ')}`, () => text, 240_000);
  return text;
}

test('sslscan finds TLS 1.2 and 1.3 with strong ciphers and groups, and nothing else', async () => {
  issue(1);
  configure();
  const server = await start();
  const xml = await run('sslscan', ['--no-colour', '--xml=-', '--sni-name=mcp.test', `127.0.0.1:${server.port}`]);
  const protocols = [...xml.matchAll(/<protocol type="(\w+)" version="([\d.]+)" enabled="(\d)"/g)];
  assert.deepEqual(protocols.filter(([, , , on]) => on === '1').map(([, type, version]) => `${type} ${version}`),
    ['tls 1.2', 'tls 1.3'], xml);
  const ciphers = [...xml.matchAll(/<cipher status="\w+" sslversion="([^"]+)".*? cipher="([^"]+)".*? strength="(\w+)"/g)];
  assert.ok(ciphers.length >= 6, xml);
  for (const [, version, cipher, strength] of ciphers) {
    // The tool calls the suites of TLS 1.3 acceptable; what is weaker has other names.
    assert.match(strength, /^(strong|acceptable)$/, cipher);
    assert.match(cipher, version === 'TLSv1.2' ? /^ECDHE-.*(GCM|CHACHA20)/ : /^TLS_(AES|CHACHA20)_/);
  }
  assert.match(xml, /<renegotiation supported="0"/);
  assert.doesNotMatch(xml, /<compression supported="1"/);
  assert.doesNotMatch(xml, /vulnerable="1"/);
});

// Two minutes of it on a slow machine, so not with every build: script/cibuild sets the variable.
test('testssl.sh finds nothing of medium severity or more', { skip: !process.env.SMS_TESTSSL }, async () => {
  issue(1);
  configure();
  const server = await start();
  await run('testssl', ['--quiet', '--color', '0', '--warnings', 'batch', '--ip', '127.0.0.1', '--add-ca', file('ca.pem'),
    '--severity', 'MEDIUM', '--jsonfile', file('testssl.json'), '-p', '-s', '-f', '-S', '-h', '-U', `mcp.test:${server.port}`]);
  const found = JSON.parse(fs.readFileSync(file('testssl.json'), 'utf8'));
  // It speaks of the machine that it runs on as well (engine_problem: its own OpenSSL has no GOST), and an authority of a
  // test answers nobody who asks whether it has revoked something.
  const ours = found.filter(({ id }) =>
    !/^(engine_problem|cert_revocation|cert_crlDistributionPoints|cert_ocspURL|OCSP_stapling|DNS_CAArecord)/.test(id));
  assert.deepEqual(ours.map(({ id, severity, finding }) => `${id} ${severity} ${finding}`), []);
});

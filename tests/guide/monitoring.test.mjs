// The searches of the guide over the log of a server to which the events really happen, and the files of
// deploy/monitoring against the metrics that it really gives.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Workspace, postModern, programs } from '../e2e/harness.mjs';
import { sim } from '../e2e/sim.mjs';

const source = path.resolve(import.meta.dirname, '../..');
const workspace = new Workspace();
before(async () => {
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
});
after(() => workspace.close());

const call = (server, name = 'get_devices') =>
  postModern(server, workspace.token(), 'tools/call', { name, arguments: {} });

// A server whose Spotify is somewhere else; the login is kept.
function startAgainst(apiUrl) {
  workspace.writeConfig((config) => { config.api.base_url = apiUrl; });
  return workspace.startServer();
}

// What a person would run; grep ends with 1 where it finds nothing.
function grep(expression, file) {
  try {
    return execFileSync('grep', ['-E', expression, file], { encoding: 'utf8' }).trimEnd().split('\n');
  } catch (error) {
    assert.equal(error.status, 1);
    return [];
  }
}

function searched(server) {
  const log = path.join(workspace.directory, 'server.log');
  fs.writeFileSync(log, server.stderr);
  const parse = (lines) => lines.map((line) => JSON.parse(line));
  return {
    // Before the log begins the server says in plain words where it listens.
    all: parse(server.stderr.trimEnd().split('\n').filter((line) => line.startsWith('{'))),
    security: parse(grep('(SECURITY|ERROR|WARNING)', log)),
    critical: parse(grep('(CRITICAL|authentication_failure|blocked_host)', log)),
  };
}

// A server with a certificate that no authority has signed.
async function startImpostor() {
  const place = workspace.directory;
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
    '-keyout', `${place}/impostor.key`, '-out', `${place}/impostor.pem`], { stdio: 'ignore' });
  const options = { key: fs.readFileSync(`${place}/impostor.key`), cert: fs.readFileSync(`${place}/impostor.pem`) };
  const impostor = https.createServer(options, (request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(impostor, 'listening');
  return impostor;
}

const rulesFile = path.join(source, 'deploy/monitoring/prometheus-rules.yml');
const ruleExpressions = () => [...fs.readFileSync(rulesFile, 'utf8').matchAll(/^ +expr: (.*)$/gm)].map((match) => match[1]);

function panelExpressions() {
  const dashboard = JSON.parse(fs.readFileSync(path.join(source, 'deploy/monitoring/grafana-dashboard.json'), 'utf8'));
  return dashboard.panels.flatMap((panel) => (panel.targets ?? []).map((target) => target.expr));
}

// Debian's package prometheus has it; the tests do not ask for that.
const promtool = (process.env.PATH ?? '').split(':').map((folder) => path.join(folder, 'promtool')).find(fs.existsSync);

test('a quiet server has no line that the searches find', async () => {
  workspace.writeConfig();
  const server = await workspace.startServer();
  assert.equal((await call(server)).status, 200);
  await server.stop();
  const { all, security, critical } = searched(server);
  assert.ok(all.every((line) => line.tag === undefined));
  assert.deepEqual([security, critical], [[], []]);
});

test('refused bearers are found and counted, and the alert that they raise', async () => {
  workspace.writeConfig();
  const server = await workspace.startServer();
  for (let n = 0; n < 11; n += 1) await postModern(server, 'wrong', 'tools/list');
  await postModern(server, workspace.token(), 'tools/list', {}, ({ headers }) => (headers.Host = 'CRITICAL.example'));
  await server.line(/"alert":"authentication_failures"/);
  await server.stop();
  const { security, critical } = searched(server);
  const refused = { event: 'security', what: 'bearer.refused', group: 'authentication_failure', source: '127.0.0.1',
    status: 'unauthenticated', level: 'warning', tag: 'SECURITY WARNING' };
  // The first is told at once, those behind it together.
  const lines = critical.filter((line) => line.event === 'security');
  assert.equal(lines[0].count, 1);
  assert.equal(lines.reduce((sum, line) => sum + line.count, 0), 11);
  for (const { time, count, ...line } of lines) {
    assert.match(time, /^\d{4}-.*Z$/);
    assert.deepEqual(line, refused);
  }
  assert.deepEqual(critical.filter((line) => line.event === 'alert').map((line) => line.alert), ['authentication_failures']);
  assert.equal(critical.length, lines.length + 1, 'the name that a stranger sent is no word of the log');
  assert.equal(security.filter((line) => line.group === 'foreign_name').length, 1);
});

test('a server that should be Spotify and cannot prove it is critical', async () => {
  const impostor = await startImpostor();
  const server = await startAgainst(`https://127.0.0.1:${impostor.address().port}/v1`);
  await call(server);
  await server.line(/"alert":"tls_validation_failure"/);
  await server.stop();
  impostor.close();
  const { critical, security } = searched(server);
  assert.ok(security.some((line) => line.group === 'tls_validation_failure' && line.tag === 'SECURITY WARNING'));
  assert.deepEqual(critical.filter((line) => line.tag === 'SECURITY CRITICAL').map((line) => line.alert),
    ['tls_validation_failure']);
});

test('a name that leads inside is a blocked host', async () => {
  const server = await startAgainst('https://localhost:9/v1');
  await call(server);
  await server.line(/"alert":"blocked_host"/);
  await server.stop();
  const { critical } = searched(server);
  assert.deepEqual(critical.map((line) => line.group ?? line.alert), ['blocked_host', 'blocked_host']);
});

test('what is no security event has the tag of its level', async () => {
  workspace.writeConfig();
  const server = await workspace.startServer();
  fs.writeFileSync(workspace.config, '{');
  server.child.kill('SIGHUP');
  await server.line(/"event":"config.not_reloaded"/);
  await server.stop();
  const { security, critical } = searched(server);
  const line = security.find(({ event }) => event === 'config.not_reloaded');
  assert.equal(line.tag, line.level.toUpperCase());
  assert.deepEqual(critical, []);
});

test('every metric of the rules and the dashboard is one that the server gives', async () => {
  workspace.writeConfig();
  const server = await workspace.startServer();
  await call(server);
  await sim.requests(workspace);
  const metrics = workspace.start(programs.server, ['admin', 'metrics', '--config', workspace.config]);
  await metrics.ended();
  await server.stop();
  const families = [...metrics.stdout.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  const given = new Set(families.flatMap(([, name, kind]) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]));
  assert.ok(given.size > 20);
  const expressions = [...ruleExpressions(), ...panelExpressions()];
  assert.ok(expressions.length > 40);
  const named = new Set(expressions.flatMap((each) => each.match(/\b(?:spotify_mcp|process)_[a-z_]+\b/g) ?? []));
  for (const name of named) assert.ok(given.has(name), `nobody gives ${name}`);
});

test('promtool takes the rules, and the expressions of the dashboard', { skip: promtool ? false : 'no promtool here' }, () => {
  execFileSync(promtool, ['check', 'rules', rulesFile], { stdio: 'pipe' });
  const rules = panelExpressions().map((expression, index) => ({
    record: `panel:${index}`,
    expr: expression.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '5m'),
  }));
  // JSON is YAML.
  const file = path.join(workspace.directory, 'panels.yml');
  fs.writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
  execFileSync(promtool, ['check', 'rules', file], { stdio: 'pipe' });
});

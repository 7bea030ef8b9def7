// Alerts of the real program: in its log, in its metrics, and at a webhook that can trust what it gets.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Workspace, postModern, programs, withDeadline } from './harness.mjs';

const secret = 'a-fake-secret-of-more-than-32-characters';
const workspace = new Workspace();
let receiver;
let received = [];
let statuses = [];
let heard = () => {};

before(async () => {
  receiver = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, url: request.url, method: request.method, body });
      response.writeHead(statuses.shift() ?? 204).end();
      heard();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  workspace.writeConfig((config) => {
    config.alerts = { webhook: `http://127.0.0.1:${receiver.address().port}/hook?team=a`, webhook_secret: secret };
  });
});
after(async () => {
  await workspace.close();
  receiver.close();
});

async function requests(count) {
  while (received.length < count) {
    await withDeadline(new Promise((resolve) => (heard = resolve)), `request ${count} at the webhook`);
  }
}

test('eleven wrong bearers are one alert, which the webhook can trust and gets again when it failed', async () => {
  const server = await workspace.startServer();
  // The first start made a key, and says so.
  await requests(1);
  assert.equal(JSON.parse(received[0].body).alert, 'key_made');
  received = [];
  statuses = [503];
  for (let n = 0; n < 30; n += 1) await postModern(server, 'wrong', 'tools/list');
  await requests(2);
  assert.equal(received.length, 2, 'one alert, twice');
  assert.equal(received[0].body, received[1].body);
  for (const { headers, url, method, body } of received) {
    assert.equal(`${method} ${url}`, 'POST /hook?team=a');
    assert.equal(headers['content-type'], 'application/json');
    const [, seconds, mac] = headers.signature.match(/^t=(\d+),v1=([0-9a-f]{64})$/);
    assert.ok(Math.abs(Date.now() / 1000 - Number(seconds)) < 60);
    assert.equal(mac, crypto.createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  }
  const alert = JSON.parse(received[0].body);
  assert.equal(alert.alert, 'authentication_failures');
  assert.equal(alert.severity, 'warning');
  assert.equal(alert.source, '127.0.0.1');
  assert.equal(alert.count, 11);
  assert.equal(alert.window_seconds, 300);
  await server.line(/"event":"alert","alert":"authentication_failures"/);
  assert.equal(server.stderr.match(/"event":"alert","alert":"authentication_failures"/g).length, 1);
  assert.ok(!server.stderr.includes(secret) && !received.some(({ body }) => body.includes(secret)));

  const metrics = workspace.start(programs.server, ['admin', 'metrics', '--config', workspace.config]);
  await metrics.ended();
  for (const state of ['raised', 'delivered']) {
    assert.match(metrics.stdout, new RegExp(`^spotify_mcp_alerts_total\\{alert="authentication_failures",state="${state}"\\} 1$`, 'm'));
  }
  assert.equal((await server.stop()).code, 0);
});

test('an assistant that makes more changes than it may is an alert, and a line of the audit trail', async () => {
  await workspace.startSim();
  workspace.writeConfig((settings) => {
    settings.alerts = { webhook: `http://127.0.0.1:${receiver.address().port}/hook`, webhook_secret: secret };
    settings.tools = { writes_per_minute: 1 };
  });
  received = [];
  await workspace.login();
  const server = await workspace.startServer();
  const create = () => postModern(server, workspace.token(), 'tools/call', { name: 'create_playlist', arguments: { name: 'x' } });
  await create();
  const refused = await create();
  assert.match(refused.body, /lets an assistant make 1 change in a minute/);
  await requests(1);
  const alert = JSON.parse(received[0].body);
  assert.equal(alert.alert, 'budget_spent');
  assert.match(alert.about, /Ask its user/);
  assert.equal((await server.stop()).code, 0);
  const tail = workspace.start(programs.server, ['audit', 'tail', '--json', '--config', workspace.config]);
  await tail.ended();
  assert.match(tail.stdout, /"budget\.spent"/);
});

test('a webhook without https or without a key is refused before anything starts', async () => {
  for (const [alerts, says] of [
    [{ webhook: 'http://alerts.example/hook', webhook_secret: secret }, /alerts\.webhook: .*https/],
    [{ webhook: 'https://alerts.example/hook' }, /alerts\.webhook_secret: .*32/],
    [{ webhook: 'https://alerts.example/hook', webhook_secret: 'short' }, /alerts\.webhook_secret: .*32/],
  ]) {
    const config = workspace.writeConfig((settings) => (settings.alerts = alerts), 'wrong.json');
    const program = workspace.start(programs.server, ['serve', '--config', config]);
    assert.equal((await program.ended()).code, 2);
    assert.match(program.stderr, says);
  }
});

// The stream of GET with an unmodified client, against the conformance fixture: its connection is cut, something happens
// meanwhile, and the client hears of it when it is back (2025-11-25 basic/transports, "Resumability and Redelivery").
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Workspace, withDeadline } from './harness.mjs';

const workspace = new Workspace();
const closing = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  await workspace.close();
});

// Before the server: it tells of each GET, can cut it, and holds further ones back until it is told otherwise.
async function cuttableProxy(upstream) {
  const gets = [];
  let held = Promise.resolve();
  const proxy = http.createServer(async (request, response) => {
    if (request.method === 'GET') {
      gets.push({ last: request.headers['last-event-id'], response, begun: false });
      await held;
    }
    const onward = http.request(upstream, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      for (const get of gets.filter((each) => each.response === response)) get.begun = true;
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closing.push(() => {
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  });
  return {
    url: new URL(`http://127.0.0.1:${proxy.address().port}${new URL(upstream).pathname}`),
    gets,
    // Gives what lets the next ones through.
    cut() {
      let open;
      held = new Promise((resolve) => { open = resolve; });
      gets.at(-1).response.destroy();
      return open;
    },
  };
}

// Until `look` is true, looking again and again.
const until = (look, what) => withDeadline((async () => {
  while (!look()) await new Promise((resolve) => { setImmediate(resolve); });
})(), what);

test('what happens while the connection is cut is told when the client is back, once', async () => {
  const server = workspace.start(process.env.SMS_CONFORMANCE_SERVER, ['--port', '0']);
  const [, url] = await server.line(/listening on (http:\/\/\S+)/);
  const proxy = await cuttableProxy(url);
  const client = new Client({ name: 'e2e', version: '1' });
  let changes = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => { changes += 1; });
  const transport = new StreamableHTTPClientTransport(proxy.url, {
    reconnectionOptions: {
      initialReconnectionDelay: 10, maxReconnectionDelay: 100, reconnectionDelayGrowFactor: 1, maxRetries: 20,
    },
  });
  await client.connect(transport);
  closing.push(() => client.close());
  await until(() => proxy.gets.length === 1 && proxy.gets[0].begun, 'the stream of GET');
  const change = () => client.callTool({ name: 'test_trigger_tool_change', arguments: {} });
  await change();
  await until(() => changes === 1, 'the first change');

  const open = proxy.cut();
  await change();
  await change();
  assert.equal(changes, 1);
  open();
  await until(() => changes === 3, 'the changes that happened meanwhile');
  assert.equal(proxy.gets.length, 2);
  assert.match(proxy.gets[1].last, /^\d+-1$/);
  await change();
  await until(() => changes === 4, 'a change on the new connection');
});

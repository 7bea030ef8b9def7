// The whole answers of the fixture in one protocol version, to the last member: the suite looks at parts of them.
import assert from 'node:assert/strict';

const png = /^iVBORw0KGgo[A-Za-z0-9+/]+=*$/;
const wav = /^UklGR[A-Za-z0-9+/]+=*$/;
const tools = {
  test_simple_text: { content: [{ type: 'text', text: 'This is a simple text response for testing.' }] },
  test_image_content: { content: [{ type: 'image', data: png, mimeType: 'image/png' }] },
  test_audio_content: { content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] },
  test_embedded_resource: {
    content: [{
      type: 'resource',
      resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' },
    }],
  },
  test_multiple_content_types: {
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: png, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' },
      },
    ],
  },
  test_error_handling: {
    content: [{ type: 'text', text: 'This tool intentionally returns an error for testing' }], isError: true,
  },
};

// What a client may keep of an answer, and for whom: in the modern era only.
const kept = (cacheScope, ttlMs) => (modern) => (modern ? { ttlMs, cacheScope } : {});
const nothing = () => ({});

// Method, params, the answer, and what the modern era adds to it.
const others = [
  ['prompts/get', { name: 'test_simple_prompt' },
    { messages: [{ role: 'user', content: { type: 'text', text: 'This is a simple prompt for testing.' } }] }, nothing],
  ['prompts/get', { name: 'test_prompt_with_arguments', arguments: { arg1: 'a', arg2: 'b' } },
    { messages: [{ role: 'user', content: { type: 'text', text: "Prompt with arguments: arg1='a', arg2='b'" } }] }, nothing],
  ['prompts/get', { name: 'test_prompt_with_embedded_resource', arguments: { resourceUri: 'test://x' } },
    {
      messages: [
        {
          role: 'user',
          content: {
            type: 'resource',
            resource: { uri: 'test://x', mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
          },
        },
        { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
      ],
    }, nothing],
  ['prompts/get', { name: 'test_prompt_with_image' },
    {
      messages: [
        { role: 'user', content: { type: 'image', data: png, mimeType: 'image/png' } },
        { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
      ],
    }, nothing],
  ['resources/read', { uri: 'test://static-text' },
    { contents: [{ uri: 'test://static-text', mimeType: 'text/plain', text: 'This is the content of the static text resource.' }] },
    kept('private', 0)],
  ['resources/read', { uri: 'test://static-binary' },
    { contents: [{ uri: 'test://static-binary', mimeType: 'image/png', blob: png }] }, kept('private', 0)],
  ['resources/read', { uri: 'test://template/7/data' },
    {
      contents: [{
        uri: 'test://template/7/data', mimeType: 'application/json', text: '{"id":"7","templateTest":true,"data":"Data for ID: 7"}',
      }],
    }, kept('private', 0)],
  ['resources/templates/list', {},
    {
      resourceTemplates: [{
        uriTemplate: 'test://template/{id}/data', name: 'template', description: 'Data by id.', mimeType: 'application/json',
      }],
    }, kept('public', 300000)],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' }, argument: { name: 'arg1', value: 'x' } },
    { completion: { values: [], total: 0, hasMore: false } }, nothing],
];

const nameForm = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
const userForm = {
  type: 'object',
  properties: {
    username: { type: 'string', description: "User's response" }, email: { type: 'string', description: "User's email address" },
  },
  required: ['username', 'email'],
};

const serverInfo = { name: 'mcp-conformance-server', version: '1.0.0' };
const meta = { 'io.modelcontextprotocol/serverInfo': serverInfo };
const plainHeaders = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

// Data of a picture or a sound is a pattern; everything else is as it stands.
function expectSame(got, wanted, where) {
  if (wanted instanceof RegExp) return assert.match(got, wanted, where);
  if (wanted === null || typeof wanted !== 'object') return assert.equal(got, wanted, where);
  assert.ok(got !== null && typeof got === 'object', where);
  assert.deepEqual(Object.keys(got).sort(), Object.keys(wanted).sort(), where);
  for (const [name, each] of Object.entries(wanted)) expectSame(got[name], each, `${where}.${name}`);
}

const post = (url, message, headers) =>
  fetch(url, { method: 'POST', headers: { ...plainHeaders, ...headers }, body: JSON.stringify(message) });

// A client of one version. `capabilities` are what it says that it can answer.
class Client {
  constructor(url, version, capabilities) {
    Object.assign(this, { url, version, capabilities, modern: version === '2026-07-28', session: {} });
  }

  async open() {
    if (this.modern) return this;
    const response = await post(this.url, { jsonrpc: '2.0', id: 'open', method: 'initialize',
      params: { protocolVersion: this.version, capabilities: this.capabilities, clientInfo: { name: 'answers', version: '1' } } }, {});
    this.session = { 'Mcp-Session-Id': response.headers.get('mcp-session-id'), 'MCP-Protocol-Version': this.version };
    await response.text();
    return this;
  }

  send(id, method, params) {
    const name = params.name ?? params.uri;
    const headers = this.modern
      ? { 'MCP-Protocol-Version': this.version, 'Mcp-Method': method, ...(name ? { 'Mcp-Name': name } : {}) }
      : this.session;
    const own = this.modern
      ? { _meta: { 'io.modelcontextprotocol/protocolVersion': this.version,
        'io.modelcontextprotocol/clientCapabilities': this.capabilities } }
      : {};
    return post(this.url, { jsonrpc: '2.0', id, method, params: { ...params, ...own } }, headers);
  }

  // `result` as it stands in the answer of this era.
  whole(id, result) {
    return { jsonrpc: '2.0', id, result: this.modern ? { resultType: 'complete', ...result, _meta: meta } : result };
  }

  async expect(where, method, params, result) {
    const response = await this.send(where, method, params);
    const body = await response.text();
    assert.equal(response.status, 200, body);
    expectSame(JSON.parse(body), this.whole(where, result), where);
  }
}

// The modern era asks by the result of the request, and is sent the request again with the answer.
async function checkInputRequired(client) {
  const name = 'test_input_required_result_elicitation';
  const response = await client.send('asks', 'tools/call', { name });
  const asked = await response.json();
  expectSame(asked, { jsonrpc: '2.0', id: 'asks', result: {
    resultType: 'input_required',
    inputRequests: { user_name: { method: 'elicitation/create',
      params: { mode: 'form', message: 'What is your name?', requestedSchema: nameForm } } },
    requestState: /^[A-Za-z0-9_-]{40,}$/,
    _meta: meta,
  } }, 'asks');
  const retry = (id, content) => client.send(id, 'tools/call', { name, requestState: asked.result.requestState,
    inputResponses: { user_name: { action: 'accept', content } } });
  const misfit = await (await retry('misfit', { name: 5 })).json();
  expectSame(misfit, { jsonrpc: '2.0', id: 'misfit', error: { code: -32602,
    message: 'The answer to "user_name" does not fit its form. The field "name" must be a string.' } }, 'misfit');
  const answered = await (await retry('answered', { name: 'Ada' })).json();
  expectSame(answered, client.whole('answered', { content: [{ type: 'text', text: 'Hello, Ada!' }] }), 'answered');
  return 3;
}

// The messages of an event stream, one at a time.
async function* messagesOf(response) {
  let text = '';
  for await (const bytes of response.body.pipeThrough(new TextDecoderStream())) {
    text += bytes;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text.slice(0, end).match(/^data: (.+)$/m);
      text = text.slice(end + 2);
      if (data) yield JSON.parse(data[1]);
    }
  }
}

// An older client is asked on the stream of its call, and answers by a message of its own.
async function checkElicitation(client) {
  const response = await client.send('asks', 'tools/call', { name: 'test_elicitation', arguments: { message: 'Who?' } });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const messages = messagesOf(response);
  const { value: asked } = await messages.next();
  expectSame(asked, { jsonrpc: '2.0', id: asked.id, method: 'elicitation/create',
    params: { mode: 'form', message: 'Who?', requestedSchema: userForm } }, 'elicitation/create');
  const content = { username: 'ada', email: 'ada@example.com' };
  const taken = await post(client.url, { jsonrpc: '2.0', id: asked.id, result: { action: 'accept', content } }, client.session);
  assert.equal(taken.status, 202);
  assert.equal(await taken.text(), '');
  const { value: answered } = await messages.next();
  expectSame(answered, client.whole('asks', { content: [{ type: 'text',
    text: `User response: action=accept, content=${JSON.stringify(content)}` }] }), 'answered');
  assert.equal((await messages.next()).done, true);
  return 2;
}

// Throws where an answer is another one. Gives how many were compared.
export async function checkAnswers(url, version) {
  const plain = await new Client(url, version, {}).open();
  for (const [name, wanted] of Object.entries(tools)) await plain.expect(name, 'tools/call', { name, arguments: {} }, wanted);
  for (const [method, params, wanted, more] of others) {
    await plain.expect(`${method} ${params.name ?? params.uri ?? ''}`, method, params, { ...wanted, ...more(plain.modern) });
  }
  const asking = await new Client(url, version, { elicitation: {} }).open();
  const asked = asking.modern ? await checkInputRequired(asking) : await checkElicitation(asking);
  return Object.keys(tools).length + others.length + asked;
}

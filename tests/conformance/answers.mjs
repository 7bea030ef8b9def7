// The whole answers of the fixture's tools in one protocol version, to the last member: the suite looks at parts of them.
import assert from 'node:assert/strict';

const png = /^iVBORw0KGgo[A-Za-z0-9+/]+=*$/;
const wav = /^UklGR[A-Za-z0-9+/]+=*$/;
const answers = {
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

const serverInfo = { name: 'mcp-conformance-server', version: '1.0.0' };
const plainHeaders = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };

// Data of a picture or a sound is a pattern; everything else is as it stands.
function expectSame(got, wanted, where) {
  if (wanted instanceof RegExp) return assert.match(got, wanted, where);
  if (wanted === null || typeof wanted !== 'object') return assert.equal(got, wanted, where);
  assert.deepEqual(Object.keys(got).sort(), Object.keys(wanted).sort(), where);
  for (const [name, each] of Object.entries(wanted)) expectSame(got[name], each, `${where}.${name}`);
}

async function post(url, message, headers) {
  const response = await fetch(url, { method: 'POST', headers: { ...plainHeaders, ...headers }, body: JSON.stringify(message) });
  const body = await response.text();
  return { response, body };
}

// Throws where an answer is another one.
export async function checkAnswers(url, version) {
  const modern = version === '2026-07-28';
  let session = {};
  if (!modern) {
    const { response } = await post(url, { jsonrpc: '2.0', id: 'open', method: 'initialize',
      params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'answers', version: '1' } } }, {});
    session = { 'Mcp-Session-Id': response.headers.get('mcp-session-id'), 'MCP-Protocol-Version': version };
  }
  const meta = { _meta: { 'io.modelcontextprotocol/protocolVersion': version, 'io.modelcontextprotocol/clientCapabilities': {} } };
  for (const [name, wanted] of Object.entries(answers)) {
    const headers = modern ? { 'MCP-Protocol-Version': version, 'Mcp-Method': 'tools/call', 'Mcp-Name': name } : session;
    const { response, body } = await post(url, { jsonrpc: '2.0', id: name, method: 'tools/call',
      params: { name, arguments: {}, ...(modern ? meta : {}) } }, headers);
    assert.equal(response.status, 200, body);
    const result = modern
      ? { resultType: 'complete', ...wanted, _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo } }
      : wanted;
    expectSame(JSON.parse(body), { jsonrpc: '2.0', id: name, result }, name);
  }
  return Object.keys(answers).length;
}

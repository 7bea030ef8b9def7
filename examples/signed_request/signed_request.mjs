// One signed MCP request (RFC 9421, HMAC-SHA-256; RFC 9530), with nothing but Node:
//
//   SPOTIFY_MCP_API_KEY_FILE=key.txt node signed_request.mjs http://127.0.0.1:8000/mcp tools/list
//   SPOTIFY_MCP_API_KEY_FILE=key.txt node signed_request.mjs URL tools/call search '{"query":"calm"}'
//
// The key is read from a file, so that it stands in no command line. sign() is what another client needs of this.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

// The fields that a request needs beside its own. `headers` are those that it will have, names in lower case.
export function sign({ key, method, url, headers, body, created = Math.floor(Date.now() / 1000), nonce }) {
  const { host, pathname, search } = new URL(url);
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const values = {
    '@method': method,
    '@authority': host,
    '@path': pathname,
    '@query': search || '?',
    'content-digest': digest,
  };
  // Whatever changes what the request means has to be signed.
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('mcp-') || name === 'content-type' || name === 'last-event-id') values[name] = value;
  }
  const names = Object.keys(values).map((name) => `"${name}"`).join(' ');
  const id = key.split('_')[2];
  nonce ??= randomBytes(16).toString('base64url');
  const parameters = `(${names});created=${created};keyid="${id}";nonce="${nonce}";alg="hmac-sha256"`;
  const lines = Object.entries(values).map(([name, value]) => `"${name}": ${value}\n`);
  const base = `${lines.join('')}"@signature-params": ${parameters}`;
  const signingKey = createHmac('sha256', key).update('spotify-mcp request signing 1').digest();
  return {
    'content-digest': digest,
    'signature-input': `sig=${parameters}`,
    signature: `sig=:${createHmac('sha256', signingKey).update(base).digest('base64')}:`,
  };
}

export function request(method, name, params = {}) {
  const body = JSON.stringify({
    jsonrpc: '2.0', id: 1, method,
    params: {
      ...(name ? { name, arguments: params } : params),
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'signed-request', version: '1' },
      },
    },
  });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name ? { 'mcp-name': name } : {}),
  };
  return { headers, body };
}

if (import.meta.filename === process.argv[1]) {
  const [url, method, name, params] = process.argv.slice(2);
  const file = process.env.SPOTIFY_MCP_API_KEY_FILE;
  if (!url || !method || !file) {
    console.error('usage: SPOTIFY_MCP_API_KEY_FILE=FILE node signed_request.mjs URL METHOD [TOOL [ARGUMENTS]]');
    process.exit(2);
  }
  const key = readFileSync(file, 'utf8').trim();
  const { headers, body } = request(method, name, params ? JSON.parse(params) : {});
  const fields = sign({ key, method: 'POST', url, headers, body });
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...fields }, body, redirect: 'error' });
  console.log(await answer.text());
  process.exit(answer.ok ? 0 : 1);
}

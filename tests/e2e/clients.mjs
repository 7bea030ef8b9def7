// The unmodified MCP clients of npm behind one face, so that a test or the demo runs the same steps with each.
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { modernVersion } from './harness.mjs';

const legacyVersion = '2025-11-25';
const info = { name: 'spotify-mcp-server-e2e', version: '1.0.0' };

export const kinds = {
  'sdk-v1': {
    title: 'TypeScript SDK 1.32.2', version: legacyVersion, Stdio: StdioV1, Http: HttpV1,
    make: () => new ClientV1(info, { capabilities: {} }),
  },
  'sdk-v2-legacy': {
    title: 'TypeScript SDK 2.4.0 (legacy era)', version: legacyVersion, Stdio: StdioV2, Http: HttpV2,
    make: () => new ClientV2(info, { capabilities: {} }),
  },
  'sdk-v2-auto': {
    title: 'TypeScript SDK 2.4.0 (probes)', version: modernVersion, Stdio: StdioV2, Http: HttpV2,
    make: () => new ClientV2(info, { capabilities: {}, versionNegotiation: { mode: 'auto' } }),
  },
  'sdk-v2-modern': {
    title: `TypeScript SDK 2.4.0 (pinned to ${modernVersion})`, version: modernVersion, Stdio: StdioV2, Http: HttpV2,
    make: () => new ClientV2(info, { capabilities: {}, versionNegotiation: { mode: { pin: modernVersion } } }),
  },
};

// target is {command, args, env, cwd} for stdio or {url, token} for HTTP.
// `problems` collects what the client library found wrong with our bytes; it must stay empty.
export async function connect(kindName, target) {
  const kind = kinds[kindName];
  const client = kind.make();
  const problems = [];
  client.onerror = (error) => problems.push(error.message);
  const transport = target.url
    ? new kind.Http(new URL(target.url), { requestInit: { headers: { Authorization: `Bearer ${target.token}` } } })
    : new kind.Stdio({ ...target, stderr: 'pipe' });
  // Transports are told the negotiated version through this optional hook; the first SDK has no other way to ask.
  let version;
  const tell = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (negotiated) => {
    version = negotiated;
    tell?.(negotiated);
  };
  let stderr = '';
  transport.stderr?.on('data', (bytes) => (stderr += bytes.toString('utf8')));
  try {
    await client.connect(transport);
  } catch (error) {
    error.message = `${kind.title} cannot connect: ${error.message}\n${stderr}`;
    throw error;
  }
  return {
    kind: kindName,
    title: kind.title,
    client,
    problems,
    stderr: () => stderr,
    pid: () => transport.pid,
    version: () => client.getNegotiatedProtocolVersion?.() ?? version,
    tools: async () => (await client.listTools()).tools,
    call: (name, args = {}) => client.callTool({ name, arguments: args }),
    async close() {
      if (transport.sessionId && transport.terminateSession) await transport.terminateSession();
      await client.close();
    },
  };
}

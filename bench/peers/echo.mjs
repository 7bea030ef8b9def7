// The peer that script/bench measures against: the echo tool on the TypeScript SDK's server, over HTTP or stdio.
//   node echo.mjs --port N   prints "listening on http://127.0.0.1:PORT/mcp" on stderr
//   node echo.mjs --stdio
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';

function make() {
  const server = new McpServer({ name: 'echo-peer', version: '1.0.0' });
  server.registerTool(
    'echo',
    { title: 'Echo', description: 'Gives back its text.', inputSchema: z.object({ text: z.string() }) },
    ({ text }) => ({ content: [{ type: 'text', text }] }));
  return server;
}

if (process.argv.includes('--stdio')) {
  serveStdio(make);
} else {
  const handler = toNodeHandler(createMcpHandler(make));
  const port = Number(process.argv[process.argv.indexOf('--port') + 1] ?? 0);
  const http = createServer((request, response) => void handler(request, response));
  http.listen(port, '127.0.0.1', () => {
    process.stderr.write(`listening on http://127.0.0.1:${http.address().port}/mcp\n`);
  });
}

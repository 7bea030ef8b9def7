// Prism as a proxy that checks both directions against an OpenAPI file, and a recorder before it, since what it finds
// stands in a header of the answer that no client looks at.
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '../..');
const cli = path.join(import.meta.dirname, 'node_modules/@stoplight/prism-cli/dist/index.js');
// Spotify's description is not ours to ship: it is looked for beside the checkout, or where the environment says.
const folder = process.env.SMS_REFERENCE_DATA || path.resolve(source, '../shared/data/spotify');

// Why the check cannot be made here, or undefined.
export function missing() {
  for (const file of ['spotify-openapi-devmode-v1.yml', 'spotify-openapi.yml']) {
    if (!fs.existsSync(path.join(folder, file))) {
      return `there is no ${file}; SMS_REFERENCE_DATA names the folder with Spotify's OpenAPI files`;
    }
  }
  return fs.existsSync(cli) ? undefined : 'Prism is not installed; run script/npm-install tests/web_api';
}

// Where real answers are known to differ from the description, whose copy for dev2026 has been corrected already: a
// chapter's type, no markets beside a market that was asked for, and a play without a context.
const corrections = [
  [/^ {6}- available_markets\n/gm, ''],
  [/(?<=^ {4}ChapterBase:\n(?: {5}.*\n)*? {10}- )episode/m, 'chapter'],
  [/(?<=^ {4}PlayHistoryObject:\n(?: {5}.*\n)*? {8}context:\n) {10}allOf:\n {10}(- .*\n)/m,
    '          anyOf:\n          $1          - type: object\n            nullable: true\n            maxProperties: 0\n'],
];

// The file that Prism reads: of dev2026, or of every operation with the paths as our client sends them.
export function description(workspace, regime) {
  if (regime === 'dev2026') return path.join(folder, 'spotify-openapi-devmode-v1.yml');
  let text = fs.readFileSync(path.join(folder, 'spotify-openapi.yml'), 'utf8').replaceAll(/^ {2}\/(?=[a-z])/gm, '  /v1/');
  for (const [wrong, right] of corrections) {
    if (!wrong.test(text)) throw new Error(`the description has no ${wrong}; it may be corrected by now`);
    text = text.replace(wrong, right);
  }
  const file = path.join(workspace.directory, 'spotify-openapi-v1.yml');
  fs.writeFileSync(file, text);
  return file;
}

export async function startPrism(workspace, file, upstream) {
  const prism = workspace.start(process.execPath, [cli, 'proxy', file, upstream, '--port', '0', '--host', '127.0.0.1']);
  const [, url] = await prism.line(/Prism is listening on (http:\/\/[\d.:]+)/, 'stdout');
  return url;
}

// Prism gives up on a list that is too long for a header.
function violationsOf(header) {
  if (!header) return [];
  return header.startsWith('[') ? JSON.parse(header) : [{ severity: 'Error', location: ['response'], message: header }];
}

// Forwards to `upstream` and keeps, of each exchange, what was asked and which violations the answer names.
export async function recorder(upstream) {
  const exchanges = [];
  const to = new URL(upstream);
  const server = http.createServer((request, response) => {
    const onward = http.request(
      { host: to.hostname, port: to.port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        exchanges.push({
          request: `${request.method} ${request.url}`, status: answer.statusCode,
          violations: violationsOf(answer.headers['sl-violations']),
        });
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    exchanges,
    errors: () => exchanges.flatMap(({ request, status, violations }) => violations
      .filter((each) => each.severity === 'Error').map((each) => ({ request, status, ...each }))),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

// Stands behind Prism. With `lies` each JSON answer comes with all its members of other types than it had.
export async function distorter(upstream) {
  const to = new URL(upstream);
  const self = { lies: false };
  const lie = (value) => {
    if (Array.isArray(value)) return value.length > 0 ? value.map(lie) : { none: true };
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, lie(each)]));
    return [value];
  };
  const server = http.createServer((request, response) => {
    const onward = http.request(
      { host: to.hostname, port: to.port, method: request.method, path: request.url, headers: request.headers },
      async (answer) => {
        if (!self.lies) {
          response.writeHead(answer.statusCode, answer.headers);
          answer.pipe(response);
          return;
        }
        let text = '';
        for await (const piece of answer.setEncoding('utf8')) text += piece;
        response.writeHead(answer.statusCode, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(lie(JSON.parse(text))));
      });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  self.url = `http://127.0.0.1:${server.address().port}`;
  self.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return self;
}

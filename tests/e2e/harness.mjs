// What every end-to-end test stands on: a private folder, programs started and ended by their process, the login, and
// the wire in its raw form. Nothing here sleeps: a step waits for a line, an exit or an answer, and gives up after a
// deadline with everything that the program had said.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '../..');
const build = process.env.SMS_BUILD ?? path.join(source, 'build/dev');
export const programs = {
  server: process.env.SMS_SERVER ?? path.join(build, 'spotify-mcp-server'),
  sim: process.env.SMS_SIM ?? path.join(build, 'spotify-sim'),
};

// Generous, because the sanitizer build on a busy machine is slow; a deadline is there to end a hang, not to measure.
const deadlineMs = Number(process.env.SMS_TEST_DEADLINE_MS ?? 60_000);

export function withDeadline(promise, what, explain = () => '', ms = deadlineMs) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`gave up after ${ms} ms waiting for ${what}\n${explain()}`)), ms);
  });
  return Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
}

const running = new Set();
process.on('exit', () => {
  for (const program of running) program.child.kill('SIGKILL');
});

// One process that we started. Its output is kept, so that a failure can show it.
export class Program {
  stdout = '';
  stderr = '';
  #watchers = new Set();

  // `passed`: descriptors that it gets as 3 and following.
  constructor(file, args, { env = process.env, cwd, detached = false, passed = [] } = {}) {
    this.name = path.basename(file);
    this.args = args;
    if (!fs.existsSync(file)) throw new Error(`${file} does not exist. Build it first: script/test builds everything.`);
    this.child = spawn(file, args, { env, cwd, detached, stdio: ['pipe', 'pipe', 'pipe', ...passed] });
    // A program that ends early closes its stdin; the test learns that from the exit, not from a broken pipe.
    this.child.stdin.on('error', () => {});
    this.rawStdout = [];
    for (const stream of ['stdout', 'stderr']) {
      this.child[stream].on('data', (bytes) => {
        if (stream === 'stdout') this.rawStdout.push(bytes);
        this[stream] += bytes.toString('utf8');
        for (const watcher of this.#watchers) watcher();
      });
    }
    running.add(this);
    this.exited = once(this.child, 'close').then(([code, signal]) => {
      running.delete(this);
      this.exit = { code, signal };
      for (const watcher of this.#watchers) watcher();
      return this.exit;
    });
    this.exited.catch(() => {});
  }

  get pid() {
    return this.child.pid;
  }

  describe() {
    const exit = this.exit ? `ended with ${JSON.stringify(this.exit)}` : 'is running';
    return `${this.name} ${this.args.join(' ')} ${exit}\n--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}\n---`;
  }

  // Waits until `look` returns something, looking again after every piece of output.
  until(look, what) {
    const found = new Promise((resolve, reject) => {
      const watcher = () => {
        const value = look();
        if (value !== undefined && value !== null && value !== false) {
          this.#watchers.delete(watcher);
          resolve(value);
        } else if (this.exit) {
          this.#watchers.delete(watcher);
          reject(new Error(`${this.name} ended before ${what}\n${this.describe()}`));
        }
      };
      this.#watchers.add(watcher);
      watcher();
    });
    return withDeadline(found, what, () => this.describe());
  }

  line(pattern, stream = 'stderr') {
    return this.until(() => this[stream].match(pattern), `a line that matches ${pattern} on ${stream}`);
  }

  ended() {
    return withDeadline(this.exited, `the end of ${this.name}`, () => this.describe());
  }

  async stop(signal = 'SIGTERM') {
    if (!this.exit) this.child.kill(signal);
    return this.ended();
  }
}

// A folder of its own with a home of its own: no test sees what the user or another test left behind.
export class Workspace {
  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'spotify-mcp-e2e-'));
    this.storage = path.join(this.directory, 'state');
    this.programs = [];
    const home = path.join(this.directory, 'home');
    fs.mkdirSync(home, { mode: 0o700 });
    // No XDG variable: hosts start servers with HOME and little more, and everything must be found from that.
    this.env = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: home,
    };
    for (const name of ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'LLVM_PROFILE_FILE']) {
      if (process.env[name]) this.env[name] = process.env[name];
    }
  }

  start(file, args, options = {}) {
    const program = new Program(file, args, { cwd: this.directory, ...options, env: { ...this.env, ...options.env } });
    this.programs.push(program);
    return program;
  }

  async startSim(args = []) {
    this.sim = this.start(programs.sim, ['--port', '0', ...args]);
    const [, url] = await this.sim.line(/spotify-sim listening on (http:\/\/\S+)/, 'stdout');
    this.simUrl = url.replace(/\/$/, '');
    return this.sim;
  }

  // Writes the configuration of this workspace; `change` gets the object to edit. Returns the file's path.
  writeConfig(change = () => {}, name = 'config.json') {
    const upstream = this.simUrl ?? 'http://127.0.0.1:9';
    const config = {
      environment: 'development',
      // The application that the simulator knows.
      spotify: { client_id: '51b0c0de51b0c0de51b0c0de51b0c0de', redirect_uri: 'http://127.0.0.1/callback' },
      server: { host: '127.0.0.1', port: 0 },
      api: { base_url: `${upstream}/v1`, accounts_url: upstream },
      storage: { directory: this.storage },
    };
    change(config);
    this.config = path.join(this.directory, name);
    fs.writeFileSync(this.config, JSON.stringify(config, null, 2), { mode: 0o600 });
    return this.config;
  }

  // A `login --no-browser` that waits for the browser; `url` is what it asks its user to open.
  async startLogin(args = []) {
    const program = this.start(programs.server, ['login', '--config', this.config, '--no-browser', ...args]);
    const [, url] = await program.line(/Open this URL: (https?:\/\/\S+)/);
    return { program, url };
  }

  // The whole login as a browser would do it: the simulator consents, the redirect goes to the waiting listener.
  async login() {
    const { program, url } = await this.startLogin();
    const callback = await consent(url);
    const page = await browse(callback);
    const text = await page.text();
    const exit = await program.ended();
    if (page.status !== 200 || exit.code !== 0) {
      throw new Error(`the login failed: the page answered ${page.status} ${text}\n${program.describe()}`);
    }
    return { program, page: text };
  }

  async startServer(args = [], options = {}) {
    const server = this.start(programs.server, ['serve', '--config', this.config, '--port', '0', ...args], options);
    const [, url] = await server.line(/listening on (http:\/\/\S+)/);
    server.url = url;
    return server;
  }

  // The bearer that local-http mode leaves for the clients of the same user.
  token() {
    return fs.readFileSync(path.join(this.storage, 'http-token'), 'utf8').trim();
  }

  startStdio(args = [], options = {}) {
    return new StdioWire(this.start(programs.server, ['stdio', '--config', this.config, ...args], options));
  }

  async close() {
    for (const program of this.programs.reverse()) {
      if (!program.exit) await program.stop();
    }
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

// The cookies of our one browser, by origin.
const cookies = new Map();

// One request of that browser.
export async function browse(url, options = {}) {
  const { origin } = new URL(url);
  const headers = cookies.has(origin) ? { Cookie: cookies.get(origin) } : {};
  const answer = await fetch(url, { ...options, headers: { ...headers, ...options.headers } });
  const [set] = answer.headers.getSetCookie();
  if (set) cookies.set(origin, set.split(';')[0]);
  return answer;
}

// Where the listener of a login sends the browser on to; the address itself where it is Spotify's already.
export async function authorization(url) {
  if (new URL(url).pathname === '/authorize') return url;
  const answer = await browse(url, { redirect: 'manual' });
  const location = answer.headers.get('location');
  if (answer.status !== 302 || !location) throw new Error(`the login answered ${answer.status}: ${await answer.text()}`);
  return location;
}

// Opens the address of a login as a browser whose user agrees, and returns where it was sent back to.
export async function consent(url) {
  const answer = await browse(await authorization(url), { redirect: 'manual' });
  const location = answer.headers.get('location');
  if (answer.status < 300 || answer.status > 399 || !location) {
    throw new Error(`the authorization page answered ${answer.status}: ${await answer.text()}`);
  }
  return location;
}

export const modernVersion = '2026-07-28';

export function modernMeta(version = modernVersion) {
  return {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
  };
}

export function modernRequest(id, method, params = {}) {
  return { jsonrpc: '2.0', id, method, params: { ...params, _meta: modernMeta() } };
}

export function initializeRequest(id = 0, protocolVersion = '2025-11-25') {
  return {
    jsonrpc: '2.0', id, method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'e2e', version: '1' } },
  };
}

// MCP over a child's stdin and stdout without a client library, so that bad input can be written and every byte that
// comes back is seen.
export class StdioWire {
  #taken = 0;

  constructor(program) {
    this.program = program;
  }

  // The complete lines of stdout so far, each parsed; a line that is no JSON-RPC message throws.
  messages() {
    const lines = this.program.stdout.split('\n').slice(0, -1);
    return lines.map((line) => {
      const message = JSON.parse(line);
      if (message?.jsonrpc !== '2.0') throw new Error(`stdout holds something that is no MCP: ${line}`);
      return message;
    });
  }

  write(text) {
    this.program.child.stdin.write(text);
  }

  send(message) {
    this.write(`${JSON.stringify(message)}\n`);
  }

  // The next message that the server writes.
  async next(what = 'a message on stdout') {
    const message = await this.program.until(() => this.messages()[this.#taken], what);
    this.#taken += 1;
    return message;
  }

  // Sends a request and returns the answer to it, skipping notifications that come before.
  async ask(message) {
    this.send(message);
    return this.answerTo(message.id);
  }

  async answerTo(id) {
    for (;;) {
      const message = await this.next(`the answer to request ${id}`);
      if (message.id === id && (message.result !== undefined || message.error !== undefined)) return message;
      if (message.method === undefined) throw new Error(`unexpected message: ${JSON.stringify(message)}`);
    }
  }

  async initialize(version = '2025-11-25') {
    const answer = await this.ask(initializeRequest(0, version));
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return answer;
  }

  // Closes stdin and waits for the end; a host ends a server that way.
  async finish() {
    this.program.child.stdin.end();
    const exit = await this.program.ended();
    this.messages();
    return exit;
  }
}

// One HTTP request as bytes. fetch() would mend or refuse much of what the tests need to send.
export async function rawHttp(url, { method = 'POST', target, headers = {}, body = '' } = {}) {
  const { hostname, port, pathname, host } = new URL(url);
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8');
  const all = { Host: host, 'Content-Length': bytes.length, Connection: 'close', ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = net.connect({ host: hostname, port: Number(port) });
  const chunks = [];
  const answer = new Promise((resolve, reject) => {
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server may refuse a body before it has read all of it, and reset what is still being sent.
    socket.on('error', (error) => (chunks.length > 0 ? resolve() : reject(error)));
    socket.on('close', resolve);
  });
  socket.write(`${method} ${target ?? pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.write(bytes);
  await withDeadline(answer, `the answer to ${method} ${url}`);
  socket.destroy();
  return parseAnswer(Buffer.concat(chunks).toString('utf8'));
}

function parseAnswer(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`this is no HTTP answer: ${JSON.stringify(text.slice(0, 200))}`);
  const [statusLine, ...headerLines] = text.slice(0, end).split('\r\n');
  const headers = {};
  for (const line of headerLines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  let body = text.slice(end + 4);
  if (headers['transfer-encoding'] === 'chunked') body = joinChunks(body);
  return { status: Number(statusLine.split(' ')[1]), headers, body, message: lastMessage(headers, body) };
}

function joinChunks(text) {
  const bytes = Buffer.from(text, 'utf8');
  const parts = [];
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (!size) break;
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts).toString('utf8');
}

// The JSON-RPC message of an answer: the body, or the last event of a stream.
function lastMessage(headers, body) {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return JSON.parse(body);
  if (!type.startsWith('text/event-stream')) return undefined;
  const data = body.split('\n').filter((line) => line.startsWith('data:') && line.length > 6);
  return data.length > 0 ? JSON.parse(data.at(-1).slice(5)) : undefined;
}

export function httpHeaders(token, extra = {}) {
  return {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    Authorization: `Bearer ${token}`,
    ...extra,
  };
}

export function modernHeaders(token, method, extra = {}) {
  return httpHeaders(token, { 'MCP-Protocol-Version': modernVersion, 'Mcp-Method': method, ...extra });
}

// Posts one modern request with the headers that belong to it; `change` may spoil either.
export function postModern(server, token, method, params = {}, change = () => {}) {
  const parts = { headers: modernHeaders(token, method), message: modernRequest(1, method, params) };
  if (params.name) parts.headers['Mcp-Name'] = params.name;
  change(parts);
  return rawHttp(server.url, { headers: parts.headers, body: parts.body ?? JSON.stringify(parts.message) });
}

// The text of a tool result, for messages and for matching.
export function textOf(result) {
  return (result.content ?? []).map((block) => block.text ?? '').join('\n');
}

// A free port that is taken for as long as the returned server lives.
export async function occupiedPort() {
  const holder = net.createServer();
  holder.listen(0, '127.0.0.1');
  await once(holder, 'listening');
  return { port: holder.address().port, release: () => new Promise((resolve) => holder.close(resolve)) };
}

// A proxy in front of the simulator that keeps the target of each request as it came over the wire.
export async function recordingProxy(upstream) {
  const targets = [];
  const to = new URL(upstream);
  const proxy = http.createServer((request, response) => {
    targets.push(request.url);
    const onward = http.request(
      { host: to.hostname, port: to.port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    targets,
    close() {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(resolve));
    },
  };
}

// A small deterministic generator (xorshift32), so that a failing random run can be repeated from its seed.
export function random(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

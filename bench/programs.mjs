// The processes that the benchmarks start, what the kernel says about them, and a few figures.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '..');
export const build = process.env.SMS_BUILD ?? path.join(source, 'build/release');
export const peer = path.join(import.meta.dirname, 'peers/echo.mjs');
// What tests/load takes: the server, and the clients that come by the thousand.
export const loadPrograms = { server: path.join(build, 'mcp-conformance-server'), client: path.join(build, 'tests/load/load_client') };
const deadlineMs = 30_000;
const ticksPerSecond = 100;

export class Programs {
  #running = new Set();

  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'spotify-mcp-bench-'));
    this.env = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: this.directory };
  }

  spawn(file, args, stdio = ['ignore', 'pipe', 'pipe']) {
    if (path.isAbsolute(file) && !fs.existsSync(file)) throw new Error(`${file} does not exist; script/bench builds it.`);
    const child = spawn(file, args, { cwd: this.directory, env: this.env, stdio });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    child.said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (child.said += bytes));
    return child;
  }

  // Starts a server and waits for the line that names its address.
  async server(file, args) {
    const child = this.spawn(file, args);
    await waitFor(child, () => (child.url = child.said.match(/listening on (http:\/\/\S+)/)?.[1]), 'its address');
    return child;
  }

  // Runs a program to its end, with `input` on its stdin, and returns what it wrote to stdout.
  async run(file, args, input = '') {
    const child = this.spawn(file, args, ['pipe', 'pipe', 'pipe']);
    child.stdin.end(input);
    let stdout = '';
    child.stdout.on('data', (bytes) => (stdout += bytes));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}\n${child.said}`);
    return stdout;
  }

  async stop(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await once(child, 'exit');
    clearTimeout(timer);
  }

  killAll() {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  async close() {
    for (const child of [...this.#running]) await this.stop(child);
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  // A configuration with which the server starts and needs no network.
  config() {
    const file = path.join(this.directory, 'config.json');
    fs.writeFileSync(file, JSON.stringify({
      environment: 'development',
      spotify: { client_id: '0123456789abcdef0123456789abcdef', redirect_uri: 'http://127.0.0.1/callback' },
      server: { host: '127.0.0.1', port: 0 },
      storage: { directory: path.join(this.directory, 'state') },
    }), { mode: 0o600 });
    return file;
  }
}

export function waitFor(child, look, what) {
  return new Promise((resolve, reject) => {
    const finish = (settle, value) => {
      clearTimeout(timer);
      for (const stream of [child.stdout, child.stderr]) stream?.off('data', check);
      child.off('exit', ended);
      settle(value);
    };
    const check = () => look() && finish(resolve, look());
    const ended = () => finish(reject, new Error(`${child.spawnargs.join(' ')} ended before ${what}\n${child.said}`));
    const timer = setTimeout(
      () => finish(reject, new Error(`${child.spawnargs.join(' ')} did not give ${what}\n${child.said}`)), deadlineMs);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', check);
    child.once('exit', ended);
    check();
  });
}

export async function freePort() {
  const holder = net.createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address();
  await new Promise((resolve) => holder.close(resolve));
  return port;
}

function family(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children ? children.split(' ').flatMap((child) => family(Number(child))) : [])];
}

// Processor time of a process and its children so far, in microseconds: in their own code, and in the kernel for them.
export function cpuParts(pid) {
  const micros = { own: 0, kernel: 0 };
  for (const each of family(pid)) {
    const fields = fs.readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1].split(' ');
    micros.own += (Number(fields[11]) / ticksPerSecond) * 1e6;
    micros.kernel += (Number(fields[12]) / ticksPerSecond) * 1e6;
  }
  return micros;
}

export function cpuMicros(pid) {
  const { own, kernel } = cpuParts(pid);
  return own + kernel;
}

// Resident memory of one process in megabytes (10^6 bytes).
export function residentMegabytes(pid) {
  const kilobytes = fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

// Runs a program of Google Benchmark and gives its medians by name; the repetitions are interleaved at random.
export async function medians(programs, file, { quick }) {
  const text = await programs.run(path.join(build, file), [
    '--benchmark_format=json', `--benchmark_repetitions=${quick ? 3 : 9}`, '--benchmark_min_time=0.2',
    '--benchmark_enable_random_interleaving=true', '--benchmark_report_aggregates_only=true']);
  const runs = JSON.parse(text.slice(text.indexOf('{'))).benchmarks.filter((run) => run.aggregate_name === 'median');
  return Object.fromEntries(runs.map((run) => [run.run_name, run]));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const ratio = (a, b) => `${(a / b).toFixed(2)}x`;

export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
};

export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    console.log(`  ${row.map((cell, n) => (n === 0 ? String(cell).padEnd(widths[n]) : String(cell).padStart(widths[n]))).join('   ')}`);
  }
}

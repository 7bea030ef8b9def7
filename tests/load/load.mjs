// Bad clients beside a good one, and what the server makes of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createInterface } from 'node:readline';

const pollMs = 50;

const descriptors = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;

export function megabytes(pid, field) {
  const kilobytes = fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+) kB`))[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

async function until(condition, seconds, what) {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function start(file, args) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.said = '';
  child.stderr.on('data', (bytes) => (child.said += bytes));
  await until(() => /http:\S+/.test(child.said) || child.exitCode !== null, 30, `the start of ${file}`);
  const url = child.said.match(/http:\S+/)?.[0];
  if (!url) throw new Error(`${file} ended: ${child.said}`);
  child.port = new URL(url).port;
  return child;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

// Runs `during(server, client)` while the clients stand, and gives what they and the kernel say:
// {opened, ended, answered, notified_bytes, good, failed, p50_ms, p99_ms, max_ms, idle_mb, peak_mb, seconds}.
async function withClients({ server: serverFile, client: clientFile, ...set }, mode, count, dripMs, during) {
  const server = await start(serverFile, [
    '--port', '0',
    ...(set.deadlinesMs ? ['--deadlines-ms', String(set.deadlinesMs)] : []),
    ...(set.connections ? ['--connections', String(set.connections)] : []),
  ]);
  try {
    const before = { files: descriptors(server.pid), memory: megabytes(server.pid, 'VmRSS') };
    const began = Date.now();
    const client = spawn(clientFile, [server.port, mode, String(count), String(dripMs)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    const told = async (name) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`the client ended before it told "${name}"`);
        const words = JSON.parse(value);
        if (name in words) return words;
      }
    };
    try {
      const { opened } = await told('opened');
      if (opened !== count) throw new Error(`only ${opened} of ${count} connections were opened`);
      const extra = await during({ server, before, told });
      client.stdin.end();
      const seen = await told('ended');
      // What the clients leave behind goes, too.
      await until(() => descriptors(server.pid) <= before.files, 60, 'the end of every connection');
      return {
        ...seen, ...extra, idle_mb: before.memory, peak_mb: megabytes(server.pid, 'VmHWM'), seconds: (Date.now() - began) / 1000,
      };
    } finally {
      client.kill('SIGKILL');
    }
  } finally {
    await stop(server);
  }
}

// Slow heads, slow bodies and unread answers, or with `stalled` large bodies that stop before their last byte, until the
// server has ended every one of them.
export const slow = (programs, { count, dripMs, seconds, stalled = false }) =>
  withClients(programs, stalled ? 'stalled' : 'slow', count, dripMs, async ({ server, before }) => {
    const good = 1;
    await until(() => descriptors(server.pid) <= before.files + good, seconds, 'the end of every slow connection');
    return { left: descriptors(server.pid) - before.files - good };
  });

// Streams that listen, of which half are never read, while the good client has the server tell all of them a hundred
// times, or calls something else when `silent`.
export const listen = (programs, { count, silent = false }) =>
  withClients(programs, silent ? 'silent' : 'listen', count, 1000, async ({ server, before, told }) => {
    await told('rounds');
    return { open: descriptors(server.pid) - before.files, memory_mb: megabytes(server.pid, 'VmRSS') };
  });

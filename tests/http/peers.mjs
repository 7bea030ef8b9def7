// nginx, haproxy and Apache as reverse proxies: each in the foreground, with a configuration of its own in a temporary
// folder, on a free loopback port. Ends only what it started.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

// Long enough for a busy machine; a peer that waits for more bytes gives up after it.
const patienceSeconds = 5;
const startMs = 20_000;
const modules = '/usr/lib/apache2/modules';

const nginx = (folder, port, behind) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/log crit;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  client_header_timeout ${patienceSeconds}s; client_body_timeout ${patienceSeconds}s; keepalive_timeout ${patienceSeconds}s;
  client_max_body_size 4m;
  upstream behind { server 127.0.0.1:${behind}; keepalive 1; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host 127.0.0.1;
    }
  }
}
`;

const haproxy = (folder, port, behind) => `
global
  maxconn 500
  nbthread 1
defaults
  mode http
  timeout connect 10s
  timeout server ${patienceSeconds}s
  timeout client ${patienceSeconds}s
  timeout http-request ${patienceSeconds}s
  timeout http-keep-alive ${patienceSeconds}s
frontend front
  bind 127.0.0.1:${port}
  http-request set-header Host 127.0.0.1
  default_backend behind
backend behind
  http-reuse always
  server one 127.0.0.1:${behind}
`;

const apache = (folder, port, behind) => `
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/pid
ErrorLog ${folder}/log
LogLevel crit
ServerName localhost
User www-data
Group www-data
LoadModule mpm_event_module ${modules}/mod_mpm_event.so
LoadModule authz_core_module ${modules}/mod_authz_core.so
LoadModule reqtimeout_module ${modules}/mod_reqtimeout.so
LoadModule proxy_module ${modules}/mod_proxy.so
LoadModule proxy_http_module ${modules}/mod_proxy_http.so
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
RequestReadTimeout header=${patienceSeconds} body=${patienceSeconds}
Timeout ${patienceSeconds}
KeepAliveTimeout ${patienceSeconds}
LimitRequestBody 4194304
Listen 127.0.0.1:${port}
ProxyPass / http://127.0.0.1:${behind}/ max=8
`;

const known = {
  nginx: { program: 'nginx', version: ['-v'], config: nginx, args: (folder, file) => ['-p', folder, '-c', file, '-e', 'stderr'] },
  haproxy: { program: 'haproxy', version: ['-v'], config: haproxy, args: (folder, file) => ['-db', '-f', file] },
  apache: {
    program: 'apache2', version: ['-v'], config: apache, args: (folder, file) => ['-DFOREGROUND', '-d', folder, '-f', file],
  },
};
export const names = Object.keys(known);

// Debian keeps servers in sbin, which the path of a user need not hold.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

// What the installed peer calls itself, or undefined when it is not installed. Where SMS_PEERS is "required", as in
// continuous integration, that is an error, so that no comparison is left out unseen.
export function versionOf(name) {
  const { program, version } = known[name];
  const said = spawnSync(program, version, { env, encoding: 'utf8' });
  if (said.error && process.env.SMS_PEERS === 'required') {
    throw new Error(`${program} is not installed, and SMS_PEERS=required asks for it. Run script/bootstrap.`);
  }
  if (said.error) return undefined;
  return `${said.stdout}${said.stderr}`.split('\n')[0].trim();
}

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export async function freePort() {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function ready(child, port) {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline && child.exitCode === null) {
    if (await connects(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

// Starts `name` in front of a server on the loopback port `behind`. Gives its port and stop().
export async function startPeer(name, behind) {
  const { program, config, args } = known[name];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `http-${name}-`));
  // A peer that was started by root works as another user.
  fs.chmodSync(folder, 0o755);
  let said = '';
  // Another program may take the free port first; then the next one is tried.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await freePort();
    const file = path.join(folder, 'conf');
    fs.writeFileSync(file, config(folder, port, behind));
    const child = spawn(program, args(folder, file), { env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
    const exited = once(child, 'exit').then(() => running.delete(child));
    const stop = async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      await exited;
      fs.rmSync(folder, { recursive: true, force: true });
    };
    if (await ready(child, port)) return { port, stop };
    if (child.exitCode === null) child.kill('SIGTERM');
    await exited;
  }
  const log = path.join(folder, 'log');
  if (fs.existsSync(log)) said += fs.readFileSync(log, 'utf8');
  fs.rmSync(folder, { recursive: true, force: true });
  throw new Error(`${program} does not start:\n${said}`);
}

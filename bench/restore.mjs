// What a recovery costs: a data directory of 10,000 people, and one of a gigabyte, backed up, verified, restored into an empty
// one and started from, each step a command of its own, as a person would give them. The objectives stand beside it
// (docs/backups.md).
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { build, printTable } from './programs.mjs';

const objectiveS = 300;
const kinds = [
  { name: '10,000 logins', users: 10_000, bytes: 0 },
  { name: '10,000 logins, 1 GiB of kept playlists', users: 10_000, bytes: 107_374, large: true },
];

async function timed(work) {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function sizeOf(folder) {
  let bytes = 0;
  for (const name of fs.readdirSync(folder)) {
    const status = fs.statSync(path.join(folder, name));
    if (status.isFile()) bytes += status.size;
  }
  return bytes;
}

// A settings file for that data directory, beside the key that both share.
function settings(programs, name) {
  const config = JSON.parse(fs.readFileSync(programs.config(), 'utf8'));
  config.storage.directory = path.join(programs.directory, name);
  const file = path.join(programs.directory, `${name}.json`);
  fs.writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return { file, storage: config.storage.directory };
}

async function expectLogins(programs, file, users) {
  const said = JSON.parse(await programs.run(path.join(build, 'spotify-mcp-server'), ['keys', 'status', '--json', '--config', file]));
  const logins = said.keys.reduce((sum, key) => sum + key.grants, 0);
  if (logins !== users) throw new Error(`${file}: ${logins} logins of ${users}`);
}

async function measure(programs, { users, bytes }) {
  const server = path.join(build, 'spotify-mcp-server');
  const before = settings(programs, 'before');
  const after = settings(programs, 'after');
  const backup = path.join(programs.directory, 'backup.smbk');
  for (const gone of [before.storage, after.storage, backup]) fs.rmSync(gone, { recursive: true, force: true });
  await programs.run(path.join(build, 'bench/bench_logins'), [before.storage, String(users), String(bytes)]);
  const command = (settingsFile, ...args) => programs.run(server, [...args, '--config', settingsFile]);
  const figures = { data: sizeOf(before.storage) };
  figures.create = await timed(() => command(before.file, 'backup', 'create', backup));
  figures.backup = fs.statSync(backup).size;
  figures.verify = await timed(() => command(before.file, 'backup', 'verify', backup));
  // As on another machine: nothing is there but the program, the key and the backup.
  figures.restore = await timed(() => command(after.file, 'backup', 'restore', backup));
  await expectLogins(programs, after.file, users);
  let child;
  figures.start = await timed(async () => {
    child = await programs.server(server, ['serve', '--config', after.file, '--port', '0']);
    const answer = await fetch(`${child.url.replace(/\/mcp$/, '')}/readyz`);
    if (answer.status !== 200) throw new Error(`not ready: ${answer.status} ${child.said}`);
  });
  await programs.stop(child);
  return figures;
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const seconds = (value) => `${value.toFixed(2)} s`;

export async function restore(programs, { quick }) {
  const key = path.join(programs.directory, 'bench.key');
  fs.writeFileSync(key, `${crypto.randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  programs.env.SPOTIFY_MCP_MASTER_KEY_FILE = key;
  const rows = [['data', 'on disk', 'backup', 'create', 'verify', 'restore', 'start', 'back in service', `of ${objectiveS} s`]];
  for (const kind of kinds) {
    if (quick && kind.large) continue;
    const each = await measure(programs, kind);
    const whole = each.restore + each.start;
    rows.push([kind.name, megabytes(each.data), megabytes(each.backup), seconds(each.create), seconds(each.verify),
      seconds(each.restore), seconds(each.start), seconds(whole), `${((100 * whole) / objectiveS).toFixed(1)} %`]);
    if (whole > objectiveS) throw new Error(`${kind.name}: ${seconds(whole)} is more than the objective`);
  }
  delete programs.env.SPOTIFY_MCP_MASTER_KEY_FILE;
  console.log('  a recovery on another machine: restore, then start until /readyz answers 200');
  printTable(rows);
}

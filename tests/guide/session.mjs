// A section of a page, gone through as a person would: one home, one shell whose variables last, one port for each
// that the page names, and what the section says is given.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Program, Workspace, programs, withDeadline } from '../e2e/harness.mjs';
import { fixtures } from './fixtures.mjs';

// Ports that the pages name; each section has free ones in their place.
const namedPorts = ['8000', '9464'];
const state = '.guide-shell';

const taken = new Set();

// A port that is free now, and below those that the kernel gives to others: nobody gets it before the server does.
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (taken.has(port)) continue;
    taken.add(port);
    const holder = net.createServer();
    const listening = new Promise((resolve) => {
      holder.once('listening', () => resolve(true)).once('error', () => resolve(false));
    });
    holder.listen(port, '127.0.0.1');
    if (!(await listening)) continue;
    await new Promise((resolve) => holder.close(resolve));
    return String(port);
  }
}

// Waits for a line of a file that somebody else writes. By its times: a machine has few of the kernel's watches to give.
export function lineInFile(file, pattern) {
  let look;
  const text = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
  const found = new Promise((resolve) => {
    look = () => pattern.test(text()) && resolve();
    fs.watchFile(file, { interval: 20 }, look);
    look();
  });
  return withDeadline(found, `${pattern} in ${file}`, text).finally(() => fs.unwatchFile(file, look));
}

export class Session {
  // `files` are those that the page shows, by name.
  static async begin(files, given) {
    const session = new Session();
    session.workspace = new Workspace();
    session.files = files;
    session.home = session.workspace.env.HOME;
    session.place = path.join(session.home, 'mcp');
    fs.mkdirSync(session.place, { mode: 0o700 });
    // Where the settings of the page put the checkpoints of the trail.
    fs.mkdirSync(path.join(session.home, 'elsewhere'), { mode: 0o700 });
    session.ports = new Map();
    for (const named of namedPorts) session.ports.set(named, await freePort());
    const bin = path.join(session.workspace.directory, 'bin');
    fs.mkdirSync(bin);
    fs.symlinkSync(programs.server, path.join(bin, 'spotify-mcp-server'));
    fs.symlinkSync(programs.sim, path.join(bin, 'spotify-sim'));
    session.workspace.env.PATH = `${bin}:${session.workspace.env.PATH}`;
    // The application that the simulator knows; a person has one of their own.
    session.workspace.env.SPOTIFY_CLIENT_ID = '51b0c0de51b0c0de51b0c0de51b0c0de';
    try {
      for (const each of given) await session.give(each);
    } catch (error) {
      // What was started would keep the test alive.
      await session.close();
      throw error;
    }
    return session;
  }

  async give(what) {
    if (this.files.has(what)) return this.write(what, this.files.get(what));
    if (!fixtures[what]) throw new Error(`nobody knows what "given: ${what}" is`);
    await fixtures[what](this);
  }

  // What the page names, as it is here, and the other way round.
  localize(text) {
    let local = text;
    for (const [named, port] of this.ports) local = local.replaceAll(new RegExp(`\\b${named}\\b`, 'g'), port);
    return local;
  }

  normalize(text) {
    let said = text.replaceAll(this.home, '/home/operator').replaceAll(this.workspace.directory, '/scratch');
    for (const [named, port] of this.ports) said = said.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), named);
    return said;
  }

  // Settings that name a port get a free one; with the simulator they get its address.
  write(name, text) {
    const file = path.join(this.place, name);
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    let content = this.localize(text);
    if (name.endsWith('.json') && this.workspace.simUrl && content.includes('"spotify"')) {
      const settings = JSON.parse(content);
      const api = { base_url: `${this.workspace.simUrl}/v1`, accounts_url: this.workspace.simUrl };
      settings.api = { ...settings.api, ...api };
      content = `${JSON.stringify(settings, null, 2)}\n`;
    }
    fs.writeFileSync(file, content, { mode: 0o600 });
    if (name.endsWith('.json')) this.workspace.config = file;
    return file;
  }

  shell(command, prefix) {
    const keep = `set -a\n[ -f ~/${state} ] && . ~/${state}\n`;
    return `cd ~/mcp\n${keep}${prefix}${this.localize(command)}\n`;
  }

  // One command to its end; both streams in the order in which they were written.
  async run(command) {
    const script = this.shell(command, 'exec 2>&1\n');
    const program = this.workspace.start('/bin/bash', ['-c', `${script}rc=$?\nexport -p > ~/${state}\nexit $rc`]);
    program.child.stdin.end();
    const { code, signal } = await program.ended();
    return { code: code ?? signal, output: this.normalize(program.stdout) };
  }

  // One that goes on; it is ended with the section.
  async startServer(command) {
    const program = this.workspace.start('/bin/bash', ['-c', this.shell(command, 'exec ').replace(/\n$/, '')]);
    const log = command.match(/2>> *(\S+)/)?.[1];
    const listening = log ? lineInFile(path.join(this.place, log), /listening on http\S+/)
      : program.line(/listening on http\S+/);
    await Promise.race([listening, program.exited.then(() => { throw new Error(`it ended:\n${program.describe()}`); })]);
    return program;
  }

  // One that would never end: its processes are a group of their own.
  async untilFirstLine(command) {
    const program = new Program('/bin/bash', ['-c', this.shell(command, 'exec 2>&1\n')],
      { env: this.workspace.env, cwd: this.workspace.directory, detached: true });
    await program.line(/\n/, 'stdout');
    process.kill(-program.pid, 'SIGTERM');
    await program.ended();
    return this.normalize(program.stdout);
  }

  close() {
    return this.workspace.close();
  }
}

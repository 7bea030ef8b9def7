// The scenarios of torture: each is one thing that a person or a client does, with what holds when it was acknowledged
// and what must hold whatever happened. Every one starts from the same saved state.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Workspace, browse, consent, modernRequest, programs, random, textOf } from '../e2e/harness.mjs';
import { sim } from '../e2e/sim.mjs';

export const everything = process.env.SMS_TORTURE === 'all';
export const next = random(Number(process.env.SMS_SEED ?? 20260728));

// The documented exit codes (docs/errors.md); 70 is a broken invariant of ours, and a signal is a crash.
const documented = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

const faultyIo = process.env.SMS_FAULTY_IO;
// What is copied stays private.
process.umask(0o077);

export class Bench {
  constructor() {
    this.workspace = new Workspace();
    this.saved = path.join(this.workspace.directory, 'saved');
    this.home = this.workspace.env.HOME;
    this.count = path.join(this.workspace.directory, 'count');
  }

  // A login, some records, a backup; what every scenario starts from.
  async prepare() {
    const { workspace } = this;
    await workspace.startSim(sim.rotatingRefreshArgs);
    workspace.writeConfig();
    await workspace.login();
    await this.stdio([['pause', {}], ['get_devices', {}]]);
    this.backup = path.join(workspace.directory, 'saved.smbk');
    assert.equal((await this.command(['backup', 'create', this.backup])).code, 0);
    this.config = workspace.config;
    this.plain = fs.readFileSync(workspace.config, 'utf8');
    fs.mkdirSync(this.saved);
    fs.cpSync(workspace.storage, path.join(this.saved, 'state'), { recursive: true });
    fs.cpSync(this.home, path.join(this.saved, 'home'), { recursive: true });
  }

  restore({ empty = false } = {}) {
    const { workspace } = this;
    for (const folder of [workspace.storage, this.home]) fs.rmSync(folder, { recursive: true, force: true });
    for (const name of fs.readdirSync(workspace.directory)) {
      if (name.startsWith('made')) fs.rmSync(path.join(workspace.directory, name), { recursive: true });
    }
    workspace.config = this.config;
    fs.writeFileSync(workspace.config, this.plain, { mode: 0o600 });
    if (empty) {
      fs.mkdirSync(this.home, { mode: 0o700 });
      return;
    }
    fs.cpSync(path.join(this.saved, 'state'), workspace.storage, { recursive: true });
    fs.cpSync(path.join(this.saved, 'home'), this.home, { recursive: true });
  }

  // The environment in which a program fails: `fault` is {at, kind, ever}, or {} to count only.
  faulty(fault) {
    if (fault === undefined) return {};
    fs.rmSync(this.count, { force: true });
    const env = { LD_PRELOAD: faultyIo, FAULT_ROOT: fault.root ?? this.workspace.directory, FAULT_COUNT: this.count };
    // A sanitizer wants to come first, and is content with second place.
    if (process.env.ASAN_OPTIONS !== undefined) env.ASAN_OPTIONS = `${process.env.ASAN_OPTIONS}:verify_asan_link_order=0`;
    if (fault.at !== undefined) {
      Object.assign(env, { FAULT_AT: String(fault.at), FAULT_KIND: fault.kind });
      if (fault.ever) env.FAULT_EVER = '1';
    }
    return env;
  }

  counted() {
    return fs.existsSync(this.count) ? fs.readFileSync(this.count, 'utf8').trimEnd().split('\n').length : 0;
  }

  async command(args, fault) {
    const program = this.workspace.start(programs.server, [...args, '--config', this.workspace.config],
      { env: this.faulty(fault) });
    program.child.stdin.end();
    return this.outcome(program);
  }

  async outcome(program) {
    const { code, signal } = await program.ended();
    return { code, signal, stdout: program.stdout, stderr: program.stderr, describe: () => program.describe() };
  }

  // A host that calls these tools, one after the other, and closes. `answers` has what came back.
  async stdio(calls, fault) {
    const wire = this.workspace.startStdio([], { env: this.faulty(fault) });
    const answers = [];
    try {
      for (const [name, args] of calls) {
        const { result } = await wire.ask(modernRequest(answers.length + 1, 'tools/call', { name, arguments: args }));
        answers.push(result);
      }
      wire.program.child.stdin.end();
    } catch {
      // It ended before it answered.
    }
    return { ...(await this.outcome(wire.program)), answers };
  }

  async login(fault) {
    const program = this.workspace.start(programs.server,
      ['login', '--config', this.workspace.config, '--no-browser'], { env: this.faulty(fault) });
    const url = await program.line(/Open this URL: (https?:\/\/\S+)/).catch(() => null);
    if (url) await browse(await consent(url[1])).catch(() => null);
    return this.outcome(program);
  }

  async serve(fault) {
    const program = this.workspace.start(programs.server, ['serve', '--config', this.workspace.config, '--port', '0'],
      { env: this.faulty(fault) });
    const listening = await program.line(/listening on (http:\/\/\S+)/).catch(() => null);
    if (listening && !program.exit) program.child.kill('SIGTERM');
    return { ...(await this.outcome(program)), listened: listening !== null };
  }

  async isLoggedIn() {
    const said = await this.command(['status', '--json']);
    assert.ok([0, 1].includes(said.code), `status: ${said.describe()}`);
    return JSON.parse(said.stdout).state === 'logged_in';
  }

  // Whatever happened: the next start works, the trail can be verified, and nothing in it is missing but what could not
  // be written and says so.
  async expectWhole(what) {
    const started = await this.stdio([]);
    assert.equal(started.code, 0, `${what}: the next start\n${started.describe()}`);
    const verified = await this.command(['audit', 'verify', '--json']);
    assert.ok([0, 1].includes(verified.code), `${what}: ${verified.describe()}`);
    const report = JSON.parse(verified.stdout);
    assert.equal(report.finding, undefined, `${what}: ${verified.stdout}`);
    for (const gap of report.gaps) assert.equal(gap.damage, 'not written', `${what}: ${verified.stdout}`);
  }
}

// A program ends with a code of its own and says why, or it was killed as it was asked to be.
export function expectEnding(outcome, fault, what) {
  const killed = ['kill', 'torn'].includes(fault.kind) && outcome.code === 137;
  if (killed) return 'killed';
  assert.equal(outcome.signal, null, `${what}: ${outcome.describe()}`);
  assert.ok(documented.has(outcome.code), `${what}: ${outcome.describe()}`);
  if (outcome.code > 1) assert.match(outcome.stderr, /error: \S/, `${what}: ${outcome.describe()}`);
  return outcome.code === 0 ? 'done' : 'refused';
}

const exists = (bench, name) => fs.existsSync(path.join(bench.workspace.storage, name));
const made = (bench, name) => path.join(bench.workspace.directory, `made-${name}`);
const isError = (answer) => answer === undefined || answer.isError === true;

// `run` gives an outcome; `acknowledged` looks at it and says what was promised, and `held` whether the state keeps that
// promise. A scenario that was refused has to be as before, which `before` says.
export const scenarios = {
  first_start: {
    start: { empty: true },
    run: (bench, fault) => bench.stdio([['get_auth_status', {}]], fault),
  },
  login: {
    start: { empty: true },
    run: (bench, fault) => bench.login(fault),
    done: async (bench) => assert.ok(await bench.isLoggedIn()),
    // A disk that fails from the last step of a commit on leaves it open which of them is so, and that is what is said.
    refused: async (bench, outcome) =>
      assert.ok(!(await bench.isLoggedIn()) || outcome.stderr.includes('Whether the last change is kept is not known')),
  },
  login_again: {
    run: (bench, fault) => bench.login(fault),
    done: async (bench) => assert.ok(await bench.isLoggedIn()),
    refused: async (bench) => assert.ok(await bench.isLoggedIn()),
    killed: async (bench) => assert.ok(await bench.isLoggedIn()),
  },
  logout: {
    run: (bench, fault) => bench.command(['logout'], fault),
    done: async (bench) => assert.ok(!(await bench.isLoggedIn())),
  },
  read: {
    run: (bench, fault) => bench.stdio([['get_devices', {}]], fault),
    done: async (bench) => assert.ok(await bench.isLoggedIn()),
    killed: async (bench) => assert.ok(await bench.isLoggedIn()),
  },
  change: {
    run: (bench, fault) => bench.stdio([['pause', {}]], fault),
    // What was done is in the trail, and what could not be recorded was not done.
    always: async (bench, outcome, before) => {
      const now = await bench.pauses();
      const { records } = now;
      if (!isError(outcome.answers?.[0])) assert.ok(records > before.records, 'an acknowledged change is in the trail');
      if (now.requests > before.requests) assert.ok(records > before.records, 'a change that was sent is in the trail');
    },
    before: (bench) => bench.pauses(),
  },
  refresh: {
    prepare: (bench) => sim.expireTokens(bench.workspace),
    run: (bench, fault) => bench.stdio([['get_devices', {}]], fault),
    always: async (bench) => {
      const again = await bench.stdio([['get_devices', {}]]);
      assert.ok(!isError(again.answers[0]), `the login is lost: ${again.answers[0] && textOf(again.answers[0])}`);
    },
  },
  seal: {
    run: (bench, fault) => bench.command(['admin', 'seal'], fault),
    done: (bench) => assert.ok(exists(bench, 'sealed')),
    // A refusal leaves it off, or says that it is on.
    refused: (bench, outcome) => assert.equal(exists(bench, 'sealed'), outcome.stderr.includes('The seal is on')),
  },
  unseal: {
    prepare: (bench) => bench.command(['admin', 'seal']),
    run: (bench, fault) => bench.command(['admin', 'unseal'], fault),
    done: (bench) => assert.ok(!exists(bench, 'sealed')),
    refused: (bench, outcome) => assert.equal(!exists(bench, 'sealed'), outcome.stderr.includes('The seal is off')),
  },
  revoke: {
    prepare: (bench) => bench.serve(),
    before: (bench) => ({ token: bench.workspace.token() }),
    run: (bench, fault) => bench.command(['admin', 'revoke', '--all'], fault),
    done: (bench, outcome, { token }) => assert.notEqual(bench.workspace.token(), token),
    always: (bench) => assert.ok(bench.workspace.token().length >= 32),
  },
  backup: {
    run: (bench, fault) => bench.command(['backup', 'create', made(bench, 'backup')], fault),
    done: (bench) => assert.ok(fs.existsSync(made(bench, 'backup'))),
    refused: (bench) => assert.ok(!fs.existsSync(made(bench, 'backup'))),
    always: async (bench) => {
      if (!fs.existsSync(made(bench, 'backup'))) return;
      const verified = await bench.command(['backup', 'verify', made(bench, 'backup')]);
      assert.equal(verified.code, 0, verified.describe());
    },
  },
  restore: {
    prepare: (bench) => bench.command(['logout']),
    run: (bench, fault) => bench.command(['backup', 'restore', bench.backup, '--force'], fault),
    done: async (bench) => assert.ok(await bench.isLoggedIn()),
    // Whatever it was, the same command brings it back.
    always: async (bench) => {
      const again = await bench.command(['backup', 'restore', bench.backup, '--force']);
      assert.equal(again.code, 0, again.describe());
      assert.ok(await bench.isLoggedIn());
    },
  },
  config_seal: {
    run: (bench, fault) =>
      bench.command(['config', 'seal', bench.workspace.config, '--output', made(bench, 'sealed')], fault),
    done: (bench) => assert.ok(fs.existsSync(made(bench, 'sealed'))),
    always: async (bench) => {
      if (!fs.existsSync(made(bench, 'sealed'))) return;
      const program = bench.workspace.start(programs.server, ['config', 'check', '--config', made(bench, 'sealed')]);
      assert.equal((await program.ended()).code, 0, program.describe());
    },
  },
  config_set: {
    run: (bench, fault) => bench.command(['config', 'set', 'api.timeout', '31'], fault),
    done: (bench) => assert.equal(JSON.parse(fs.readFileSync(bench.workspace.config, 'utf8')).api.timeout, 31),
    // The old file or the new one, and never half of one.
    always: (bench) => assert.ok(JSON.parse(fs.readFileSync(bench.workspace.config, 'utf8')).api),
  },
  // A configuration that is sealed under the same key, so that three places have to agree.
  keys_master: {
    prepare: async (bench) => {
      const sealed = made(bench, 'sealed-config');
      assert.equal((await bench.command(['config', 'seal', bench.workspace.config, '--output', sealed])).code, 0);
      bench.workspace.config = sealed;
    },
    run: (bench, fault) => bench.command(['keys', 'rotate', '--master'], fault),
    always: async (bench) => assert.ok(await bench.isLoggedIn()),
  },
  // The start that brings a killed rotation to its end, killed itself.
  keys_settle: {
    prepare: (bench) => bench.killBeforeTheKeyFile(),
    run: (bench, fault) => bench.stdio([['get_devices', {}]], fault),
    always: async (bench) => assert.ok(await bench.isLoggedIn()),
  },
  incident: {
    run: (bench, fault) => bench.command(['incident', 'auth-compromise', '--evidence', made(bench, 'evidence')], fault),
    done: async (bench) => {
      assert.ok(exists(bench, 'sealed'));
      const verified = await bench.command(['incident', 'verify', made(bench, 'evidence')]);
      assert.equal(verified.code, 0, verified.describe());
    },
  },
  serve: {
    run: (bench, fault) => bench.serve(fault),
    done: (bench, outcome) => assert.ok(outcome.listened, outcome.describe()),
  },
};

// A rotation of the master key, killed when the store has the new key and no file has it yet: at the first link in the
// folder of the key file, which is that of the old key's copy.
Bench.prototype.killBeforeTheKeyFile = async function killBeforeTheKeyFile() {
  const root = path.join(this.home, '.config/spotify-mcp-server');
  const rotate = (fault) => this.command(['keys', 'rotate', '--master'], { root, ...fault });
  await scenarios.keys_master.prepare(this);
  assert.equal((await rotate({})).code, 0);
  const at = 1 + fs.readFileSync(this.count, 'utf8').split('\n').findIndex((line) => line.includes(' link '));
  this.restore();
  await scenarios.keys_master.prepare(this);
  assert.equal((await rotate({ at, kind: 'kill' })).code, 137);
  assert.ok(fs.readdirSync(root).some((name) => name.includes('.next-')), 'the new key waits');
};

Bench.prototype.pauses = async function pauses() {
  const { stdout } = await this.command(['audit', 'export']);
  const records = stdout.split('\n').filter((line) => line.includes('"event":"change.begun"')).length;
  return { records, requests: (await sim.requests(this.workspace))['PUT /me/player/pause'] ?? 0 };
};

// One run of a scenario with one fault, and everything that has to hold after it. Gives how many calls it made.
export async function endure(bench, name, fault) {
  const scenario = scenarios[name];
  const what = `${name} ${JSON.stringify(fault)}`;
  bench.restore(scenario.start);
  await scenario.prepare?.(bench);
  const before = await scenario.before?.(bench);
  const outcome = await scenario.run(bench, fault);
  const calls = bench.counted();
  try {
    const ending = expectEnding(outcome, fault, what);
    await scenario[ending]?.(bench, outcome, before);
    await scenario.always?.(bench, outcome, before);
  } catch (error) {
    error.message = `${what}: ${error.message}\n${outcome.describe()}`;
    throw error;
  }
  await bench.expectWhole(what);
  return calls;
}

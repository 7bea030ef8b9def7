// What a person sees who set something up wrongly: one clear message on stderr that names the field or the fix, a
// non-zero exit, nothing on stdout, and nothing of theirs changed.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Workspace, modernRequest, occupiedPort, programs, textOf } from './harness.mjs';
import { calls } from './tool_calls.mjs';

let workspace;
beforeEach(() => {
  workspace = new Workspace();
});
afterEach(() => workspace.close());

async function refused(args, says) {
  const program = workspace.start(programs.server, args);
  program.child.stdin.end();
  const exit = await program.ended();
  assert.equal(exit.signal, null, program.describe());
  assert.notEqual(exit.code, 0, program.describe());
  assert.equal(program.stdout, '');
  for (const pattern of [says].flat()) assert.match(program.stderr, pattern);
  assert.ok(program.stderr.length < 2_000, 'one message, not a flood');
  return program;
}

for (const mode of ['serve', 'stdio']) {
  describe(`${mode} refuses`, () => {
    const run = (says) => refused([mode, '--config', workspace.config], says);

    test('a configuration with an unknown key, with a suggestion', async () => {
      workspace.writeConfig((config) => (config.server.prot = 8080));
      await run([/server\.prot/, /server\.port|"port"|\bport\b/]);
    });

    test('a value of the wrong type', async () => {
      workspace.writeConfig((config) => (config.server.port = 'eighty'));
      await run(/server\.port/);
    });

    test('a value out of range', async () => {
      workspace.writeConfig((config) => (config.server.port = 70_000));
      await run(/server\.port/);
    });

    test('a file that is no JSON', async () => {
      workspace.writeConfig();
      fs.writeFileSync(workspace.config, '{"server": ');
      await run(/config\.json|configuration/i);
    });

    test('a file that is not there', async () => {
      workspace.config = path.join(workspace.directory, 'missing.json');
      await run(/missing\.json|not (be )?found|does not exist|cannot be read/i);
    });

    test('an API address outside of this machine in the production environment', async () => {
      workspace.writeConfig((config) => {
        config.environment = 'production';
        config.api.base_url = 'https://api.example/v1';
      });
      await run(/api\.base_url/);
    });

    test('a corrupt database, and leaves it as it is', async () => {
      workspace.writeConfig();
      // The first run makes the database where the program wants it; it is then spoilt.
      const wire = workspace.startStdio();
      await wire.ask(modernRequest(1, 'tools/list'));
      await wire.finish();
      const name = fs.readdirSync(workspace.storage).find((entry) => /\.(db|sqlite3?)$/.test(entry));
      assert.ok(name, `a database in ${fs.readdirSync(workspace.storage)}`);
      const file = path.join(workspace.storage, name);
      for (const side of ['-wal', '-shm']) fs.rmSync(file + side, { force: true });
      const garbage = crypto.createHash('sha512').update('garbage').digest();
      fs.writeFileSync(file, Buffer.concat(Array.from({ length: 256 }, () => garbage)));
      await run(/database|storage/i);
      assert.equal(fs.statSync(file).size, 256 * garbage.length);
      assert.ok(fs.readFileSync(file).subarray(0, garbage.length).equals(garbage));
    });

    test('a storage folder that is a file', async () => {
      workspace.writeConfig();
      fs.writeFileSync(workspace.storage, 'mine');
      await run(/storage/i);
      assert.equal(fs.readFileSync(workspace.storage, 'utf8'), 'mine');
    });
  });
}

test('a port in use is named', async () => {
  workspace.writeConfig();
  const { port, release } = await occupiedPort();
  await refused(['serve', '--config', workspace.config, '--port', String(port)], [new RegExp(`${port}`), /in use|port/i]);
  await release();
});

test('stdin that was closed before the start is its end, for stdio, and nothing to serve', async () => {
  workspace.writeConfig();
  const closed = (mode, redirections) => workspace.start('/bin/sh', [
    '-c', `exec "$0" ${mode} --config "$1" ${redirections}`, programs.server, workspace.config,
  ]);
  const wire = closed('stdio', '<&-');
  assert.deepEqual(await wire.ended(), { code: 0, signal: null });
  assert.equal(wire.stdout, '');
  const server = closed('serve --port 0', '<&- >&-');
  await server.line(/listening on/);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test('a configuration folder that others may look into is fine, and one that they may change is not', async () => {
  const folder = path.join(workspace.env.HOME, '.config/spotify-mcp-server');
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  workspace.writeConfig();
  fs.chmodSync(folder, 0o777);
  await refused(['stdio', '--config', workspace.config], [/open to other users\. Run: chmod 700/]);
  fs.chmodSync(folder, 0o755);
  const wire = workspace.startStdio();
  await wire.ask(modernRequest(1, 'tools/list'));
  assert.equal((await wire.finish()).code, 0);
  assert.equal(fs.statSync(path.join(folder, 'master.key')).mode & 0o777, 0o600);
});

test('an unknown option is refused with a pointer to the help', async () => {
  await refused(['serve', '--no-such-option'], /--help|no-such-option/);
});

test('an unknown command is refused', async () => {
  await refused(['surve'], /surve|--help|serve/);
});

test('without a client id the message says where to get one', async () => {
  workspace.writeConfig((config) => delete config.spotify.client_id);
  await refused(['login', '--config', workspace.config, '--no-browser'], /client_id|client-id/);
});

test('without a login every tool that needs one says what to run', async () => {
  await workspace.startSim();
  workspace.writeConfig();
  const wire = workspace.startStdio();
  for (const [name, args] of [calls.me(), calls.devices(), calls.searchTracks('midnight')]) {
    const answer = await wire.ask(modernRequest(name, 'tools/call', { name, arguments: args }));
    assert.equal(answer.result?.isError, true, JSON.stringify(answer));
    assert.match(textOf(answer.result), /log in|login|authenticate/i);
  }
  assert.ok((await wire.ask(modernRequest(2, 'tools/list'))).result.tools.length > 0);
  assert.equal((await wire.finish()).code, 0);
});

test('version and help go to stdout and exit with 0', async () => {
  for (const args of [['version'], ['--help'], ['serve', '--help'], ['stdio', '--help'], ['login', '--help']]) {
    const program = workspace.start(programs.server, args);
    assert.equal((await program.ended()).code, 0, program.describe());
    assert.ok(program.stdout.length > 0, args.join(' '));
  }
});

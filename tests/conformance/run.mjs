// usage: node run.mjs VERSION SERVER-PROGRAM
// Runs the official MCP conformance suite (pinned in package.json) against a fresh fixture server: the required set of
// one protocol version, with baseline-VERSION.yml as the list of what is known to be open. A check that fails without
// being listed, a listed one that passes, and a mere warning all fail the run. Offline; ends only what it started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [version, program] = process.argv.slice(2);
if (!version || !program) {
  console.error('usage: node run.mjs VERSION SERVER-PROGRAM');
  process.exit(2);
}
const here = import.meta.dirname;
const suite = path.join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const baseline = path.join(here, `baseline-${version}.yml`);
const results = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-conformance-'));
const deadlineMs = 60_000;

const server = spawn(program, ['--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
let said = '';
const url = await new Promise((resolve, reject) => {
  const timer = setTimeout(() => reject(new Error('the fixture server did not start in time')), deadlineMs);
  server.stderr.on('data', (bytes) => {
    said += bytes;
    const found = said.match(/listening on (http:\/\/\S+)/);
    if (found) {
      clearTimeout(timer);
      resolve(found[1]);
    }
  });
  server.on('error', reject);
  server.on('exit', (code, signal) => reject(new Error(`the fixture server ended with ${code ?? signal}`)));
}).catch((error) => {
  console.error(`error: ${program}: ${error.message}\n${said}`);
  server.kill('SIGKILL');
  process.exit(1);
});

console.log(`conformance ${version} against ${url}`);
const run = spawn(process.execPath, [suite, 'server', '--url', url, '--requirements', version,
  '--expected-failures', baseline, '-o', results], { cwd: results, env: { ...process.env, HOME: results }, stdio: ['ignore', 'inherit', 'inherit'] });
const [code] = await once(run, 'exit');

const alive = server.exitCode === null && server.signalCode === null;
if (alive) {
  server.kill('SIGTERM');
  await once(server, 'exit');
} else {
  console.error(`error: the fixture server died during the run\n${said}`);
}
if (code !== 0) {
  printFailures();
  console.error(said);
}
fs.rmSync(results, { recursive: true, force: true });
process.exitCode = code === 0 && alive ? 0 : 1;

// What failed, in the suite's own words, so that the log of a failed run is enough to mend it.
function printFailures() {
  for (const folder of fs.readdirSync(results)) {
    const file = path.join(results, folder, 'checks.json');
    if (!fs.existsSync(file)) continue;
    for (const check of JSON.parse(fs.readFileSync(file, 'utf8'))) {
      if (check.status !== 'FAILURE' && check.status !== 'WARNING') continue;
      console.error(`${check.status} ${folder}: ${check.id}: ${check.errorMessage ?? check.description}`);
    }
  }
}

// usage: node run.mjs VERSION SERVER-PROGRAM
// Runs the official MCP conformance suite (pinned in package.json) against a fresh fixture server: the required set of
// one protocol version, and then the scenarios that the suite has beyond it, by name. The list of what is known to be
// open, baseline-VERSION.yml, is given to the suite so that warnings count, and has to be empty. A check that fails and a
// mere warning fail the run; so does a scenario that checks nothing, and a suite that scores or runs other than so many
// scenarios. Then whole answers are compared with what they have to be (answers.mjs). Offline; ends only what it started.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkAnswers } from './answers.mjs';

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

// What the suite does not score for the version, and what passes all the same: scenarios that it calls pending, and those
// of the Tasks extension, whose tenth (tasks-status-notifications) checks nothing yet.
const beyond = {
  '2025-11-25': ['json-schema-2020-12', 'server-sse-polling', 'server-session-lifecycle'],
  '2026-07-28': ['json-schema-2020-12', 'http-header-validation', 'http-custom-header-server-validation',
    'tasks-lifecycle', 'tasks-capability-negotiation', 'tasks-wire-fields', 'tasks-request-state-removal',
    'tasks-mrtr-input', 'tasks-request-headers', 'tasks-dispatch-and-envelope', 'tasks-required-task-error',
    'tasks-mrtr-composition'],
};

// Scenarios of the required set that the suite scores, and those that a run of it goes through, scored or not.
const scored = { '2025-11-25': 30, '2026-07-28': 37 };
const scenarios = { '2025-11-25': 33, '2026-07-28': 50 };

console.log(`conformance ${version} against ${url}`);
const failed = [];
if (!isEmptyBaseline(fs.readFileSync(baseline, 'utf8'))) failed.push(`${path.basename(baseline)} has an entry`);
if (!await runSuite(['--requirements', version])) failed.push('the required set');
const ran = new Set(allChecks().map(({ scenario }) => scenario)).size;
console.log(`the required set: ${ran} scenarios ran`);
if (ran !== scenarios[version]) failed.push(`the required set has ${scenarios[version]} scenarios`);
const required = scoredScenarios();
const passed = required.filter((scenario) => hasPassed(scenario));
console.log(`scored: ${passed.length} of ${required.length} passed without a warning`);
if (required.length !== scored[version]) failed.push(`the suite scores ${required.length}, not ${scored[version]}`);
failed.push(...required.filter((scenario) => !passed.includes(scenario)));
for (const scenario of beyond[version]) {
  // The run of the required set includes some of them, without minding how they end.
  if (checksOf(scenario).length === 0) await runSuite(['--scenario', scenario, '--spec-version', version]);
  const bad = checksOf(scenario)
    .filter(({ check }) => check.status === 'FAILURE' || check.status === 'WARNING').length;
  // A scenario that skipped everything of its own has shown nothing.
  const good = checksOf(scenario)
    .filter(({ check }) => check.status === 'SUCCESS' && check.id !== 'wire-schema-valid').length;
  console.log(`beyond the set: ${scenario}: ${good} passed, ${bad} failed`);
  if (bad > 0 || good === 0) failed.push(scenario);
}

try {
  console.log(`whole answers: ${await checkAnswers(url, version)} are as they have to be`);
} catch (error) {
  console.error(error.message);
  failed.push('whole answers');
}

// Comments, and the one line that says that nothing is listed.
function isEmptyBaseline(text) {
  return text.split('\n').map((line) => line.replace(/#.*$/, '').trim()).filter(Boolean).join('\n') === 'server: []';
}

// The scenarios that the suite asks of a server of this version, as it lists them itself.
function scoredScenarios() {
  const listed = execFileSync(process.execPath, [suite, 'list', '--requirements', version],
    { cwd: results, env: { ...process.env, HOME: results }, encoding: 'utf8' });
  const [, ofServers = ''] = listed.match(/^Server scenarios.*\n((?: {2}- .*\n)*)/m) ?? [];
  return ofServers.split('\n').map((line) => line.replace(/^ *- /, '').trim()).filter(Boolean);
}

function hasPassed(scenario) {
  const statuses = checksOf(scenario).map(({ check }) => check.status);
  return statuses.includes('SUCCESS') && !statuses.includes('FAILURE') && !statuses.includes('WARNING');
}

async function runSuite(what) {
  const run = spawn(process.execPath, [suite, 'server', '--url', url, ...what, '--expected-failures', baseline,
    '-o', results], { cwd: results, env: { ...process.env, HOME: results }, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(run, 'exit');
  return code === 0;
}

const alive = server.exitCode === null && server.signalCode === null;
if (alive) {
  server.kill('SIGTERM');
  await once(server, 'exit');
} else {
  console.error(`error: the fixture server died during the run\n${said}`);
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  printFailures();
  console.error(said);
}
fs.rmSync(results, { recursive: true, force: true });
process.exitCode = failed.length === 0 && alive ? 0 : 1;

function checksOf(scenario) {
  return allChecks().filter((each) => each.scenario.startsWith(`server-${scenario}-20`) || each.scenario.startsWith(`${scenario}-20`));
}

function allChecks() {
  const files = fs.readdirSync(results, { recursive: true }).filter((name) => path.basename(name) === 'checks.json');
  return files.flatMap((name) => JSON.parse(fs.readFileSync(path.join(results, name), 'utf8'))
    .map((check) => ({ scenario: path.basename(path.dirname(name)), check })));
}

// What failed, in the suite's own words, so that the log of a failed run is enough to mend it.
function printFailures() {
  for (const { scenario, check } of allChecks()) {
    if (check.status !== 'FAILURE' && check.status !== 'WARNING') continue;
    console.error(`${check.status} ${scenario}: ${check.id}: ${check.errorMessage ?? check.description}`);
  }
}

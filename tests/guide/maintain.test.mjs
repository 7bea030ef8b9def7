// The maintenance calendars on a real installation: what they find, what they leave to people, and what they note.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Workspace, programs } from '../e2e/harness.mjs';

let workspace;
let attestations;
beforeEach(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig();
  await workspace.login();
  attestations = path.join(workspace.storage, 'attestations.json');
});
afterEach(() => workspace.close());

async function command(...args) {
  const program = workspace.start(programs.server, [...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

async function maintain(...args) {
  const said = await command('maintain', ...args, '--offline', '--json');
  assert.ok(said.stdout.startsWith('{'), said.stderr);
  const report = JSON.parse(said.stdout);
  return { ...report, code: said.code, of: Object.fromEntries(report.steps.map((step) => [step.step, step])) };
}

const noted = () => JSON.parse(fs.readFileSync(attestations, 'utf8')).attestations;
const today = () => new Date().toISOString().slice(0, 10);

const records = async () => {
  const { stdout } = await command('audit', 'export');
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
};

const statusOf = async (id, ...args) => {
  const { stdout } = await command('security-check', 'all', '--only', id, '--format', 'json', ...args);
  return JSON.parse(stdout).results[0].status;
};

test('a timer may run it: nobody is named, nothing is attested, the trail knows of it', async () => {
  const weekly = await maintain('weekly');
  assert.deepEqual(Object.keys(weekly.of), ['scan_dependencies', 'review_log', 'certificates', 'verify_backup']);
  assert.equal(weekly.of.review_log.state, 'done');
  assert.match(weekly.of.review_log.told, /^\d+ records, whole; since .*key\.made 1/);
  assert.equal(weekly.of.certificates.state, 'done');
  // Without advisories nothing is known of flaws, and that is a finding; without a folder backups are a person's.
  assert.equal(weekly.of.scan_dependencies.state, 'found');
  assert.match(weekly.of.scan_dependencies.told, /DEP-03 \(critical\)/);
  assert.equal(weekly.of.verify_backup.state, 'by hand');
  assert.equal(weekly.code, 1);
  assert.deepEqual(weekly.attested, []);
  assert.ok(!fs.existsSync(attestations));
  const run = (await records()).find((record) => record.event === 'maintenance.run');
  assert.deepEqual(run.request, { calendar: 'weekly', done: 2, found: 1, by_hand: 1, failed: 0, attested: '' });
});

test('a snapshot of advisories that nobody has signed judges nothing where the key is given', async () => {
  const advisories = path.join(workspace.directory, 'advisories.json');
  const key = path.join(workspace.directory, 'key');
  fs.writeFileSync(advisories, '[]');
  fs.writeFileSync(key, Buffer.alloc(32, 1).toString('base64'));
  const told = (await maintain('weekly', '--advisories', advisories)).of.scan_dependencies.told;
  assert.doesNotMatch(told, /DEP-03/);
  const unsigned = (await maintain('weekly', '--advisories', advisories, '--advisories-key', key)).of.scan_dependencies;
  assert.equal(unsigned.state, 'found');
  assert.match(unsigned.told, /DEP-03 \(critical\)/);
});

test('who reads the log of the week says so, and security-check takes it', async () => {
  assert.equal(await statusOf('AUD-13'), 'manual');
  const weekly = await maintain('weekly', '--owner', 'operations');
  assert.deepEqual(weekly.attested, ['AUD-13']);
  assert.equal(weekly.attestations, attestations);
  const [said] = noted();
  assert.deepEqual({ ...said, evidence: '' }, { id: 'AUD-13', date: today(), owner: 'operations', evidence: '' });
  assert.match(said.evidence, /^maintain weekly: \d+ records, whole; since /);
  assert.equal(fs.statSync(attestations).mode & 0o777, 0o600);
  assert.equal(await statusOf('AUD-13', '--attestations', attestations), 'pass');
  const run = (await records()).find((record) => record.event === 'maintenance.run');
  assert.equal(run.request.attested, 'AUD-13');
});

test('what a critical event or a damaged trail tells is a finding', async () => {
  assert.equal((await command('admin', 'seal')).code, 0);
  assert.equal((await command('admin', 'unseal')).code, 0);
  const sealed = await maintain('weekly');
  assert.equal(sealed.of.review_log.state, 'found');
  assert.match(sealed.of.review_log.told, /server\.sealed 1 .*1 critical: explain each/);

  const [trail] = fs.readdirSync(path.join(workspace.storage, 'audit'));
  const segment = path.join(workspace.storage, 'audit', trail, '00000000000000000000-000.jsonl');
  fs.writeFileSync(segment, fs.readFileSync(segment, 'utf8').replace('login.succeeded', 'login.succeedeD'));
  const damaged = await maintain('weekly', '--owner', 'operations');
  assert.equal(damaged.of.review_log.state, 'found');
  assert.match(damaged.of.review_log.told, /damaged.*audit verify/);
  assert.equal(damaged.code, 1);
});

test('the newest backup is restored; one that was changed is none', async () => {
  const backups = path.join(workspace.directory, 'backups');
  fs.mkdirSync(backups, { mode: 0o700 });
  assert.equal((await maintain('weekly', '--backups', backups)).of.verify_backup.state, 'found');
  for (const name of ['one', 'two']) assert.equal((await command('backup', 'create', path.join(backups, name))).code, 0);
  fs.writeFileSync(path.join(backups, 'note.txt'), 'no backup');
  const good = (await maintain('weekly', '--backups', backups)).of.verify_backup;
  assert.equal(good.state, 'done', good.told);
  assert.match(good.told, /backups\/(one|two) of .* was restored/);
  assert.match(good.told, /took \d+\.\d s \(RTO: at most 300 s\).* 0 h since .*\(RPO: at most 24 h\)/);
  for (const name of ['one', 'two']) {
    const file = path.join(backups, name);
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 40] ^= 1;
    fs.writeFileSync(file, bytes);
  }
  const changed = (await maintain('weekly', '--backups', backups)).of.verify_backup;
  assert.equal(changed.state, 'found');
  assert.match(changed.told, /no backup that opens.*backup create/);
});

test('a person says what they have done, who, and where it can be seen; nothing less counts', async () => {
  for (const [args, says] of [
    [['quarterly', '--done', 'ORG-04'], /--owner NAME.*--evidence WHERE/],
    [['quarterly', '--done', 'ORG-04', '--owner', 'operations'], /--evidence WHERE/],
    [['quarterly', '--done', 'ORG-06', '--owner', 'o', '--evidence', 'e'], /--done takes.*ORG-03, ORG-02, ORG-04/],
    [['weekly', '--done', 'AUD-13', '--owner', 'o', '--evidence', 'e'], /nothing for --done/],
    [['weekly', '--owner', 'two\nlines'], /--owner takes one line/],
    [['quarterly', '--done', 'ORG-04', '--owner', 'o', '--evidence', 'x'.repeat(401)], /--evidence takes one line/],
  ]) {
    const said = await command('maintain', ...args);
    assert.equal(said.code, 2, args.join(' '));
    assert.match(said.stderr, says);
  }
  assert.ok(!fs.existsSync(attestations));
});

test('what was attested is done until it is too old, and what was not stays a person\'s', async () => {
  const quarterly = await maintain('quarterly', '--owner', 'operations', '--done', 'ORG-04,ORG-09', '--evidence', 'wiki');
  assert.deepEqual(quarterly.attested, ['ORG-04', 'ORG-09']);
  assert.equal(quarterly.of.training.state, 'done');
  assert.equal(quarterly.of.incident_drill.state, 'by hand');
  assert.match(quarterly.of.incident_drill.told, /--done ORG-02 --owner NAME --evidence WHERE/);
  assert.match(quarterly.of.rehearse.told, /auth-compromise \(\d+ steps\).*network/);
  assert.equal(quarterly.of.list_access.state, 'done');
  assert.match(quarterly.of.list_access.told, /0 API keys are active.*Stored Spotify logins: 1/);
  assert.equal(await statusOf('ORG-04', '--attestations', attestations), 'pass');

  const later = (await maintain('quarterly')).of;
  assert.equal(later.training.state, 'done');
  assert.match(later.training.told, /ORG-04: operations attested it on /);
  fs.writeFileSync(attestations, fs.readFileSync(attestations, 'utf8').replaceAll(today(), '2026-01-02'), { mode: 0o600 });
  const old = (await maintain('quarterly')).of;
  assert.equal(old.training.state, 'by hand');
});

test('the access that there is, is listed', async () => {
  await command('api-key', 'create', '--label', 'living room', '--scopes', 'smcp:read');
  const { told } = (await maintain('quarterly')).of.list_access;
  assert.match(told, /1 API keys are active, 0 have ended.*"living room" may smcp:read until 20/);
});

test('keys are replaced when that is asked for, and the login goes on', async () => {
  const before = await maintain('monthly');
  assert.equal(before.of.rotate_keys.state, 'done');
  assert.match(before.of.rotate_keys.told, /CFG-30,CRY-07: 2 passed/);
  const after = await maintain('monthly', '--rotate');
  assert.equal(after.of.rotate_keys.state, 'done', after.of.rotate_keys.told);
  assert.match(after.of.rotate_keys.told, /grants 2 seals.*keys rotate --master: /);
  assert.equal((await command('status')).code, 0);
});

test('a file of attestations that is none is refused as it is, and never written over', async () => {
  for (const text of ['{', '{"attestations":[{"id":"ORG-99","date":"2026-11-30","owner":"o","evidence":"e"}]}', '[]']) {
    fs.writeFileSync(attestations, text, { mode: 0o600 });
    const said = await command('maintain', 'weekly', '--owner', 'operations', '--offline');
    assert.notEqual(said.code, 0);
    assert.match(said.stderr, /attestations\.json: .*--attestations FILE/);
    assert.equal(fs.readFileSync(attestations, 'utf8'), text);
  }
});

test('without a trail the steps are told all the same, and nothing is attested', async () => {
  const trail = path.join(workspace.storage, 'audit');
  fs.rmSync(trail, { recursive: true });
  fs.writeFileSync(trail, 'no directory', { mode: 0o600 });
  const weekly = await maintain('weekly', '--owner', 'operations');
  assert.equal(weekly.code, 1);
  assert.equal(weekly.of.review_log.state, 'failed');
  assert.equal(weekly.steps.length, 4);
  assert.deepEqual(weekly.attested, []);
  assert.ok(!fs.existsSync(attestations));
  const quarterly = await command('maintain', 'quarterly', '--owner', 'o', '--done', 'ORG-04', '--evidence', 'wiki', '--offline');
  assert.match(quarterly.stderr, /not in the audit trail, so nothing was attested/);
  assert.ok(!fs.existsSync(attestations));
});

test('a dry run says every step and does nothing', async () => {
  const before = (await records()).length;
  for (const calendar of ['weekly', 'monthly', 'quarterly']) {
    const said = await maintain(calendar, '--dry-run', '--owner', 'operations');
    assert.equal(said.code, 0);
    assert.ok(said.steps.length >= 4);
    assert.ok(said.steps.every((step) => step.state === 'planned'));
  }
  assert.equal((await records()).length, before);
});

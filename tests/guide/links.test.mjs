// What docs/security-guide.md promises of itself: its chapters are complete and in order, every claim names a test or a
// check, and every file, anchor, check and test that it names is there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { anchorOf, linksOf, parsePage } from './page.mjs';

const source = path.resolve(import.meta.dirname, '../..');
const page = 'docs/security-guide.md';
const text = fs.readFileSync(path.join(source, page), 'utf8');
const sections = parsePage(text);

// In the order in which people know them from the guide that this server began with.
const chapters = `# Spotify MCP Server Security Guide
## Overview
## Security Architecture
### Defense in Depth
### Security Components
#### 1. Input Validation
#### 2. Error Handling
#### 3. Session Management
#### 4. Configuration Security
#### 5. Network Security
#### 6. Dependency Security
## Security Configuration
### Environment Variables
### Configuration File Security
#### Development Environment
#### Production Environment
#### Encrypted Configuration
## Deployment Security
### Pre-Deployment Checklist
#### 1. Security Scan
#### 2. Configuration Validation
#### 3. Dependency Verification
#### 4. Network Security
### Production Deployment
#### Docker Security
#### Kubernetes Security
### Monitoring and Alerting
#### Security Metrics
#### Log Monitoring
## Incident Response
### Security Incident Types
#### 1. Authentication Compromise
#### 2. Dependency Vulnerability
#### 3. Configuration Exposure
#### 4. Network Security Breach
### Recovery Procedures
#### 1. Emergency Shutdown
#### 2. Secure Restart
## Security Maintenance
### Regular Security Tasks
#### Weekly
#### Monthly
#### Quarterly
### Security Updates
#### Dependency Updates
#### Configuration Updates
## Compliance and Auditing
### Security Standards Compliance
### Audit Trail
### Compliance Reporting
## Contact and Support
### Vulnerability Disclosure`.split('\n');
// What it did not have.
const added = ['#### systemd Service'];

const checkIds = /\b(?:CFG|HST|BIN|DEP|NET|AUT|DAT|CRY|AUD|SLF|K8S|CTR|SYS|ORG)-\d\d\b/g;

// Problems that a page has with its links.
function brokenLinks(markdown, of = page) {
  const problems = [];
  for (const target of linksOf(markdown)) {
    const [name, anchor] = target.split('#');
    const file = name === '' ? path.join(source, of) : path.join(source, path.dirname(of), name);
    if (!fs.existsSync(file)) {
      problems.push(`${target}: there is no such file`);
      continue;
    }
    if (anchor === undefined) continue;
    const titles = [...fs.readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1]));
    if (!titles.includes(anchor)) problems.push(`${target}: there is no such heading`);
  }
  return problems;
}

// Points of a list, each with the lines that go on with it, and rows of a table without its head.
function pointsOf(section) {
  const points = [];
  for (const line of section.text.split('\n')) {
    if (line.startsWith('- **')) points.push(line);
    else if (/^ {2}\S/.test(line) && points.length > 0) points[points.length - 1] += ` ${line.trim()}`;
  }
  const rows = section.text.split('\n').filter((line) => line.startsWith('| '));
  return [...points, ...rows.slice(1)];
}

const hasEvidence = (point) => point.match(checkIds) !== null || /\]\((?:\.\.\/tests\/|security-check\.md)/.test(point);

test('the chapters are complete and in order', () => {
  const titles = sections.slice(1).map((section) => `${'#'.repeat(section.level)} ${section.title}`);
  assert.deepEqual(titles.filter((title) => !added.includes(title)), chapters);
});

test('every claim of the architecture, of the trail and of the standards names a test or a check', () => {
  const judged = ['Defense in Depth', ...chapters.slice(5, 11).map((title) => title.replace(/^#+ /, '')), 'Audit Trail',
    'Security Standards Compliance'];
  let points = 0;
  for (const title of judged) {
    const found = sections.find((section) => section.title === title);
    for (const point of pointsOf(found)) {
      points += 1;
      assert.ok(hasEvidence(point), `${title}: this names no test and no check:\n${point}`);
    }
  }
  assert.ok(points > 45, `${points} claims were found`);
  assert.ok(!hasEvidence('- **Safe**: it is. ([more](audit.md))'));
});

test('every link leads somewhere', () => {
  assert.deepEqual(brokenLinks(text), []);
  assert.equal(brokenLinks('[a](nowhere.md) [b](audit.md#nowhere) [c](audit.md#how-to-verify) [d](https://a.example)').length, 2);
});

test('every link of the other pages leads somewhere', () => {
  const folders = ['.', 'docs', 'docs/guide', 'docs/decisions', 'deploy', 'deploy/monitoring', 'tests/guide', 'tests/e2e'];
  const others = folders.flatMap((folder) => fs.readdirSync(path.join(source, folder))
    .filter((name) => name.endsWith('.md')).map((name) => path.join(folder, name)));
  assert.ok(others.length > 25, `${others.length} pages`);
  for (const other of others) {
    // Code of other languages has brackets of its own.
    const prose = fs.readFileSync(path.join(source, other), 'utf8').replace(/^```.*?^```$/gms, '');
    assert.deepEqual(brokenLinks(prose, other), [], other);
  }
});

test('every check that is named is a check', () => {
  const known = new Set(fs.readFileSync(path.join(source, 'docs/security-check.md'), 'utf8').match(checkIds));
  const named = new Set(text.match(checkIds));
  assert.ok(named.size > 60, `${named.size} checks are named`);
  for (const id of named) assert.ok(known.has(id), `there is no check ${id}`);
});

// Pages whose commands a test of their own runs.
const runElsewhere = {
  'docs/sealed-configuration.md': 'tests/e2e/sealed_config.test.mjs',
  'docs/releases.md': 'tests/packages/release',
};

test('every page with commands is one whose commands are run', () => {
  const pages = fs.readFileSync(path.join(import.meta.dirname, 'pages.txt'), 'utf8').trimEnd().split('\n');
  for (const name of fs.readdirSync(path.join(source, 'docs')).filter((each) => each.endsWith('.md'))) {
    const markdown = fs.readFileSync(path.join(source, 'docs', name), 'utf8');
    const blocks = [...markdown.matchAll(/^```\w*\n(.*?)^```$/gms)].map((match) => match[1]);
    if (!blocks.some((block) => /^(?:\$ )?spotify-mcp-server /m.test(block))) continue;
    const by = runElsewhere[`docs/${name}`];
    if (by) assert.ok(fs.readFileSync(path.join(source, by), 'utf8').includes(name), `${by} does not read ${name}`);
    else assert.ok(pages.includes(`docs/${name}`), `docs/${name} has commands: list it in tests/guide/pages.txt`);
  }
});

// What ctest reads; asking it would clear the log of the run that we are in.
function testsOf(folder, names = new Set()) {
  const list = fs.readFileSync(path.join(folder, 'CTestTestfile.cmake'), 'utf8');
  for (const [, name] of list.matchAll(/^add_test\(\[?=*\[?"?([\w.-]+)/gm)) names.add(name);
  for (const [, below] of list.matchAll(/^subdirs\("?([^")]+)"?\)/gm)) testsOf(path.join(folder, below), names);
  return names;
}

test('every test that is named is one that ctest runs', { skip: !process.env.SMS_BUILD_DIR }, () => {
  const names = testsOf(process.env.SMS_BUILD_DIR);
  assert.ok(names.size > 50);
  const wanted = [...text.matchAll(/`ctest -R (\w+)`/g)].map((match) => match[1]);
  for (const target of linksOf(text)) {
    const e2e = target.match(/^\.\.\/tests\/e2e\/(\w+)\.test\.mjs$/);
    const guide = target.match(/^\.\.\/tests\/guide\/(\w+)\.test\.mjs$/);
    const unit = target.match(/^\.\.\/tests\/unit\/(\w+)\/.*_test\.cpp$/);
    if (e2e) wanted.push(`e2e_${e2e[1]}`);
    else if (guide) wanted.push(guide[1] === 'guide' ? 'guide' : `guide_${guide[1]}`);
    else if (unit) wanted.push(`unit_${unit[1]}`);
    else if (/^\.\.\/tests\/snapshots\/.*_test\.cpp$/.test(target)) wanted.push('snapshots');
    else assert.ok(!/^\.\.\/tests\/.*\.(mjs|cpp)/.test(target), `nobody knows which test ${target} is`);
  }
  assert.ok(wanted.length > 40);
  for (const name of wanted) assert.ok(names.has(name), `ctest runs no ${name}`);
});

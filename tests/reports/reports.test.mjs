// The reports of security-check as others read them: SARIF and OSCAL by their schemas, the page in a browser, the guide's
// three reports by its command lines. SMS_PICTURES=DIRECTORY keeps pictures of the page.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Workspace, programs } from '../e2e/harness.mjs';
import { Browser, isInstalled } from './browser.mjs';

const require = createRequire(import.meta.url);
const Ajv = require('ajv');
const own = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'oscal_assessment_results.schema.json'), 'utf8'));

let workspace;
before(async () => {
  workspace = new Workspace();
  await workspace.startSim();
  workspace.writeConfig((config) => {
    // Something is open, something waived, something in the baseline.
    config.environment = 'staging';
    config.security = { session_timeout_minutes: 30, max_sessions_per_user: 9 };
    config.server.log_level = 'debug';
  });
  await workspace.login();
  const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  fs.writeFileSync(file('waivers.json'), JSON.stringify({ waivers: [
    { id: 'CFG-13', reason: 'A long login of a <b>test</b>', owner: 'operations', ticket: 'T-1', expires }] }));
  const baseline = await run('config', '--output', file('baseline.json'));
  assert.equal(baseline.code, 1, baseline.stderr);
});
after(() => workspace.close());

const file = (name) => path.join(workspace.directory, name);

async function run(...args) {
  const program = workspace.start(programs.server, ['security-check', ...args, '--config', workspace.config]);
  program.child.stdin.end();
  const { code } = await program.ended();
  return { code, stdout: program.stdout, stderr: program.stderr };
}
const agreed = () => ['--waivers', file('waivers.json'), '--baseline', file('baseline.json')];

async function reportAs(format) {
  const { stdout, stderr } = await run('all', '--offline', '--format', format, ...agreed());
  assert.ok(stdout, stderr);
  return JSON.parse(stdout);
}

function validator(schema) {
  const ajv = new Ajv({ schemaId: 'auto', allErrors: true });
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
  const validate = ajv.compile(schema);
  return (value) => (validate(value) ? [] : validate.errors.map(({ dataPath, message }) => `${dataPath} ${message}`));
}

test('SARIF follows the schema of 2.1.0', async () => {
  const problems = validator(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));
  const sarif = await reportAs('sarif');
  assert.deepEqual(problems(sarif), []);
  const { results } = sarif.runs[0];
  assert.equal(results.length, 189);
  assert.deepEqual(results.find(({ ruleId }) => ruleId === 'CFG-13').suppressions,
    [{ kind: 'external', justification: 'A long login of a <b>test</b>' }]);
  assert.equal(results.find(({ ruleId }) => ruleId === 'CFG-14').baselineState, 'unchanged');
  // What viewers of code scanning need to show a result at all.
  for (const { locations } of results) assert.match(locations[0].physicalLocation.artifactLocation.uri, /^installation\/[A-Z0-9]{3}$/);
  // The validator finds what is wrong.
  results[0].level = 'dreadful';
  assert.notDeepEqual(problems(sarif), []);
});

test('OSCAL follows the format of assessment-results 1.1.2', async () => {
  const problems = validator(own);
  const oscal = await reportAs('oscal');
  assert.deepEqual(problems(oscal), []);
  const [result] = oscal['assessment-results'].results;
  const uuids = [...result.observations, ...result.findings].map(({ uuid }) => uuid);
  assert.equal(new Set(uuids).size, uuids.length);
  const observed = new Set(result.observations.map(({ uuid }) => uuid));
  for (const finding of result.findings) {
    for (const { 'observation-uuid': uuid } of finding['related-observations']) assert.ok(observed.has(uuid));
  }
  const open = result.findings.find(({ target }) => target['target-id'] === 'CFG-14');
  assert.equal(open.target.status.state, 'not-satisfied');
  delete result['reviewed-controls'];
  assert.notDeepEqual(problems(oscal), []);
});

// Runs in the page: the contrast of each text with what it stands on (WCAG 2.2, 1.4.3).
function contrasts() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const part = (value) => (value <= 0.03928 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  let texts = 0;
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own) continue;
    texts += 1;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(`${element.tagName} ${element.className} ${element.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return { texts, weak };
}

test('the page asks for nothing, and can be read in light, in dark, on a telephone and on paper', async (t) => {
  if (!isInstalled()) return t.skip('chromium is missing: script/bootstrap installs it');
  const page = file('report.html');
  const made = await run('compliance', '--offline', '--output', page, ...agreed());
  assert.equal(made.stderr, '');
  const url = pathToFileURL(page).href;
  const browser = await Browser.start();
  t.after(() => browser.close());
  const pictures = process.env.SMS_PICTURES;
  for (const { name, ...how } of [{ name: 'light', scheme: 'light' }, { name: 'dark', scheme: 'dark' },
    { name: 'narrow', width: 360, height: 740 }, { name: 'print', media: 'print', width: 800 }]) {
    await browser.open(url, how);
    const asked = browser.events.filter(({ method }) => method === 'Network.requestWillBeSent').map(({ params }) => params.request.url);
    assert.deepEqual(asked, [url], name);
    const complaints = browser.events.filter(({ method }) => method === 'Log.entryAdded' || method === 'Runtime.exceptionThrown');
    assert.deepEqual(complaints, [], name);
    const { texts, weak } = await browser.evaluate(contrasts);
    assert.ok(texts > 500, `${texts} texts`);
    assert.deepEqual(weak, [], name);
    const { content, view, title, headings } = await browser.evaluate(() => ({
      content: document.documentElement.scrollWidth, view: innerWidth, title: document.title,
      headings: [...document.querySelectorAll('h1,h2')].map((each) => each.textContent) }));
    assert.ok(content <= view, `${name}: ${content} pixels in a window of ${view}`);
    assert.equal(title, 'Security checks: compliance');
    assert.deepEqual(headings, ['Security checks: compliance', 'What is open, and what to do', 'What a person should look at',
      'What somebody has accepted', 'Area by area', 'Evidence for controls', 'Every check']);
    const shown = await browser.evaluate(() => [...document.querySelectorAll('details table')].filter((each) =>
      each.checkVisibility({ contentVisibilityAuto: true })).length);
    // What is folded on a screen is there on paper.
    assert.equal(shown > 0, name === 'print', `${name}: ${shown} tables`);
    if (pictures) await browser.picture(path.join(pictures, `${name}.png`));
  }
  const said = await browser.evaluate(() => document.body.textContent);
  assert.doesNotMatch(said, /compliant/i);
  assert.match(said, /A long login of a <b>test<\/b>/);
  assert.match(said, /an auditor says/);
  const { data } = await browser.ask('Page.printToPDF', { printBackground: true });
  assert.ok(Buffer.from(data, 'base64').subarray(0, 5).equals(Buffer.from('%PDF-')));
});

test("the guide's three reports come by its command lines", async () => {
  const posture = await run('compliance');
  for (const framework of ['OWASP Top 10:2021', 'OWASP Top 10:2025', 'NIST CSF 2.0', 'ISO/IEC 27001:2022 Annex A', 'SOC 2 Trust Services Criteria']) {
    assert.ok(posture.stdout.includes(`${framework}: evidence for `), framework);
  }
  assert.doesNotMatch(posture.stdout, /compliant/i);
  const dependencies = file('dependency-report.json');
  assert.equal((await run('deps', '--output', dependencies)).stdout, '');
  const { command, results } = JSON.parse(fs.readFileSync(dependencies, 'utf8'));
  assert.equal(command, 'deps');
  assert.deepEqual(results.map(({ id }) => id), Array.from({ length: 11 }, (_, i) => `DEP-${String(i + 1).padStart(2, '0')}`));
  const settings = await run('config', '--verbose');
  for (let number = 1; number <= 40; ++number) assert.ok(settings.stdout.includes(`CFG-${String(number).padStart(2, '0')}`));
});

// Every block of commands of the pages below is run against the real programs, and has to end and to say what the page
// shows. Each section has a home, a shell and ports of its own; Spotify is the simulator.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { expressionOf, parsePage } from './page.mjs';
import { Session } from './session.mjs';

const source = path.resolve(import.meta.dirname, '../..');
// Which of them: all, or those of SMS_PAGE; SMS_SECTION runs the sections of that name alone, SMS_SHOW prints what
// every command says, for whoever writes a page.
const everyPage = fs.readFileSync(path.join(import.meta.dirname, 'pages.txt'), 'utf8').trimEnd().split('\n');
const pages = everyPage.filter((page) => !process.env.SMS_PAGE || page === process.env.SMS_PAGE);
const golden = path.join(import.meta.dirname, 'not_run.txt');

const counts = { executed: 0, notRun: [] };

function expectSaid(command, said) {
  const shown = [...command.output];
  while (shown.at(-1)?.trim() === '') shown.pop();
  if (shown.length === 0) return;
  const text = said === '' || said.endsWith('\n') ? said : `${said}\n`;
  assert.match(text, expressionOf(shown), `$ ${command.text}\nthe page shows:\n${shown.join('\n')}\nit said:\n${text}`);
}

async function runBlock(session, block) {
  for (const [index, command] of block.commands.entries()) {
    if (block.mode === 'server') {
      await session.startServer(command.text);
    } else if (block.mode === 'ends at first line') {
      expectSaid(command, await session.untilFirstLine(command.text));
    } else {
      const { code, output } = await session.run(command.text);
      if (process.env.SMS_SHOW) console.log(`$ ${command.text}\n${output}`);
      const exits = index === block.commands.length - 1 || block.exits.length > 1 ? block.exits : [0];
      assert.ok(exits.includes(code), `$ ${command.text}\nended with ${code}, not ${exits.join(' or ')}:\n${output}`);
      expectSaid(command, output);
    }
  }
  counts.executed += 1;
}

function sectionsOf(page) {
  try {
    return parsePage(fs.readFileSync(path.join(source, page), 'utf8'));
  } catch (error) {
    throw new Error(`${page}: ${error.message}`);
  }
}

async function runSection(section) {
  const session = await Session.begin(files, section.given);
  try {
    for (const block of section.blocks) {
      if (block.kind === 'file') session.write(block.words, block.text);
      if (block.kind === 'run') await runBlock(session, block);
    }
  } finally {
    await session.close();
  }
}

// A file that one page shows may be given in a section of another.
const files = new Map();
for (const page of everyPage) {
  for (const block of sectionsOf(page).flatMap((section) => section.blocks)) {
    if (block.kind === 'file') files.set(block.words, block.text);
  }
}

for (const page of pages) {
  const sections = sectionsOf(page);
  describe(page, { concurrency: 4 }, () => {
    for (const section of sections) {
      for (const block of section.blocks) {
        if (block.kind !== 'not run') continue;
        const first = block.commands ? `$ ${block.commands[0].text.split('\n')[0]}` : block.text.split('\n')[0];
        counts.notRun.push(`${page} | ${section.title} | ${first} | ${block.words}`);
      }
      if (!section.blocks.some((block) => block.kind === 'run' || block.kind === 'file')) continue;
      if (process.env.SMS_SECTION && section.title !== process.env.SMS_SECTION) continue;
      test(`${section.title} (line ${section.line})`, () => runSection(section));
    }
  });
}

after(() => {
  console.log(`guide: ${counts.executed} blocks were executed, ${counts.notRun.length} cannot run here:`);
  for (const line of counts.notRun) console.log(`  ${line}`);
});

test('what cannot run here is what not_run.txt lists', { skip: Boolean(process.env.SMS_PAGE) }, () => {
  const now = `${counts.notRun.join('\n')}\n`;
  if (process.env.UPDATE_SNAPSHOTS) fs.writeFileSync(golden, now);
  assert.equal(fs.readFileSync(golden, 'utf8'), now, 'UPDATE_SNAPSHOTS=1 writes it anew; then look at the difference');
});

test('a page that leaves something out is told', () => {
  const fence = '```';
  const page = (annotation, first = '$ true', language = 'console') =>
    `# A page\n\n${annotation}\n${fence}${language}\n${first}\n${fence}\n`;
  assert.equal(parsePage(page('<!-- run: exit 2 -->'))[1].blocks[0].exits[0], 2);
  assert.throws(() => parsePage(page('')), /line 4: this block has no annotation/);
  assert.throws(() => parsePage(page('<!-- run: somehow -->')), /nobody knows/);
  assert.throws(() => parsePage(page('<!-- not run -->')), /needs words/);
  assert.throws(() => parsePage(page('<!-- run -->', 'true')), /begins with "\$ "/);
  assert.throws(() => parsePage(page('<!-- run -->', '$ true', 'bash')), /marked as console/);
  assert.throws(() => parsePage(page('<!-- run -->').replace(/```\n$/, '')), /has no end/);
});

test('what a page shows is compared, but for what it leaves out', () => {
  const matches = (shown, said) => expressionOf(shown).test(said);
  assert.ok(matches(['Made a key: ....'], 'Made a key: file x.\n'));
  assert.ok(matches(['one', '...', 'three'], 'one\ntwo\ntwo\nthree\n'));
  assert.ok(matches(['one', '...'], 'one\n'));
  assert.ok(!matches(['one'], 'one\ntwo\n'));
  assert.ok(!matches(['one', '...', 'three'], 'one\ntwo\n'));
  assert.ok(!matches(['a.c'], 'abc\n'));
});

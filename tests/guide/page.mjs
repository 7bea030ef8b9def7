// A page of documentation as data: its headings, its fenced blocks with what their annotations say, and its links.
//
// An annotation is an HTML comment in the line before a block, and every block has one:
//   <!-- run -->                     its commands end with 0
//   <!-- run: exit 1 -->             the last of them ends with 1, those before it with 0
//   <!-- run: exit 0 or 1 -->        each ends with one of these, by what it finds on this machine
//   <!-- run: server -->             its one command is a server, which runs until the section is through
//   <!-- run: ends at first line --> its one command would never end; it is ended when it has said something
//   <!-- file: NAME -->              it is the content of a file
//   <!-- not run: REASON -->         it cannot run here
//   <!-- shown: REASON -->           no command and no file
// Behind a heading, <!-- given: A, B --> names what is there before the first block of the section (fixtures.mjs).

const annotation = /^<!-- (run|not run|file|shown|given)(?:: (.*))? -->$/;

// GitHub's anchor of a heading.
export function anchorOf(title) {
  return title.toLowerCase().replace(/`/g, '').replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}

function exitsOf(text) {
  const said = text?.match(/^exit (\d+(?: or \d+)*)$/);
  return said ? said[1].split(' or ').map(Number) : [0];
}

// "$ " begins a command, "> " goes on with it, everything else is what it prints.
export function commandsOf(lines) {
  const commands = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), output: [] });
    else if (line.startsWith('> ') && commands.at(-1)?.output.length === 0) commands.at(-1).text += `\n${line.slice(2)}`;
    else if (commands.length > 0) commands.at(-1).output.push(line);
    else throw new Error(`a block with commands begins with "$ ", not with: ${line}`);
  }
  return commands;
}

function blockOf(language, lines, said, at) {
  const block = { language, text: lines.map((line) => `${line}\n`).join(''), line: at };
  const [, kind, words] = said?.match(annotation) ?? [];
  if (!kind || kind === 'given') throw new Error(`line ${at}: this block has no annotation (tests/guide/page.mjs)`);
  if (kind !== 'run' && !words) throw new Error(`line ${at}: "${kind}" needs words behind it`);
  block.kind = kind;
  block.words = words ?? '';
  if (kind === 'run' || (kind === 'not run' && language === 'console')) {
    if (language !== 'console') throw new Error(`line ${at}: a block with commands is marked as console`);
    block.commands = commandsOf(lines);
    block.mode = ['server', 'ends at first line'].includes(words) ? words : 'command';
    block.exits = exitsOf(words);
    const known = !words || block.mode !== 'command' || /^exit /.test(words);
    if (kind === 'run' && !known) throw new Error(`line ${at}: nobody knows "run: ${words}"`);
    if (block.mode !== 'command' && block.commands.length !== 1) throw new Error(`line ${at}: it has one command`);
  }
  return block;
}

// Sections in their order: {level, title, line, given, blocks, text}. The text is that outside of blocks.
export function parsePage(markdown) {
  const sections = [{ level: 0, title: '', line: 1, given: [], blocks: [], text: '' }];
  const lines = markdown.split('\n');
  let open = null;
  lines.forEach((line, index) => {
    const section = sections.at(-1);
    if (open) {
      if (line === '```') {
        section.blocks.push(blockOf(open.language, open.lines, open.said, open.at));
        open = null;
      } else {
        open.lines.push(line);
      }
      return;
    }
    if (line.startsWith('```')) {
      open = { language: line.slice(3), lines: [], said: lines[index - 1], at: index + 1 };
      return;
    }
    const heading = line.match(/^(#+) (.*)$/);
    if (heading) {
      sections.push({ level: heading[1].length, title: heading[2], line: index + 1, given: [], blocks: [], text: '' });
      return;
    }
    const [, kind, words] = line.match(annotation) ?? [];
    if (kind === 'given') section.given = words.split(', ');
    section.text += `${line}\n`;
  });
  if (open) throw new Error(`line ${open.at}: this block has no end`);
  return sections;
}

// Targets of the links, without those to other servers and within code.
export function linksOf(text) {
  const bare = text.replace(/`[^`\n]*`/g, '');
  return [...bare.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]).filter((target) => !/^[a-z]+:/.test(target));
}

// What a page shows, as an expression over what a command has said: "..." stands for what is left out, within a line
// or, alone on it, for any number of lines.
export function expressionOf(lines) {
  const parts = lines.map((line) => {
    if (line.trim() === '...') return '(?:.*\\n)*?';
    const escaped = line.split('...').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return `${escaped.join('.*')}\\n`;
  });
  return new RegExp(`^${parts.join('')}$`);
}

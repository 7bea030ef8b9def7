// usage: node run.mjs [--quick] [json] [audit] [mcp] [instructions] [tools] [start] [memory] [load]
//   [restore]
// The benchmarks of script/bench: ours beside its peers in the same run, rounds interleaved, medians, printed as ratios
// (a single figure says more about the machine than about the program). Only loopback, bounded in time and count, and
// only processes that this program started are ended, by their own id.
import { audit } from './audit.mjs';
import { instructions } from './instructions.mjs';
import { json } from './json.mjs';
import { load } from './load.mjs';
import { mcp } from './mcp.mjs';
import { memory } from './memory.mjs';
import { restore } from './restore.mjs';
import { start } from './start.mjs';
import { tools } from './tools.mjs';
import { Programs } from './programs.mjs';

const parts = { json, audit, mcp, instructions, tools, start, memory, load, restore };
const args = process.argv.slice(2);
const quick = args.includes('--quick');
const names = args.filter((arg) => !arg.startsWith('--'));
for (const arg of args) {
  if (arg !== '--quick' && !(arg in parts)) {
    console.error(`error: unknown argument ${arg}. Give any of ${Object.keys(parts).join(', ')}, or --quick.`);
    process.exit(2);
  }
}

const programs = new Programs();
process.on('exit', () => programs.killAll());
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
try {
  for (const name of names.length > 0 ? names : Object.keys(parts)) {
    console.log(`\n${name}`);
    await parts[name](programs, { quick });
  }
} catch (error) {
  console.error(`error: ${error.stack}`);
  process.exitCode = 1;
} finally {
  await programs.close();
}

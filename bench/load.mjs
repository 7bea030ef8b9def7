// Bad clients by the thousand (tests/load): what good requests feel of them, and what they cost in memory.
import { listen, slow } from '../tests/load/load.mjs';
import { loadPrograms, printTable } from './programs.mjs';

// What bad clients may cost at most, 400 MiB.
const peakMost = 400 * 1.048576;

export async function load(_, { quick }) {
  const many = quick ? 1000 : 10_000;
  const rows = [['clients', 'count', 'good requests', 'failed', 'p50 ms', 'p99 ms', 'idle MB', 'peak MB', 'all ended after']];
  const add = (name, count, seen, ended) => rows.push([
    name, count, seen.good, seen.failed, seen.p50_ms.toFixed(2), seen.p99_ms.toFixed(2), seen.idle_mb.toFixed(0),
    seen.peak_mb.toFixed(0), ended]);
  const ended = await slow(loadPrograms, { count: many, dripMs: 1000, seconds: 240 });
  if (ended.left !== 0 || ended.failed !== 0 || ended.peak_mb > peakMost) {
    throw new Error(`slow clients: ${JSON.stringify(ended)}`);
  }
  add('slow heads, slow bodies, unread answers', many, ended, `${ended.seconds.toFixed(0)} s`);
  const told = await listen(loadPrograms, { count: many / 5 });
  if (told.failed !== 0 || told.peak_mb > peakMost) throw new Error(`listening clients: ${JSON.stringify(told)}`);
  add('listening, half of them unread, told by each good request', many / 5, told, '');
  printTable(rows);
  const streams = await listen(loadPrograms, { count: many, silent: true });
  console.log(`  ${streams.open - 1} open streams with nothing to say: ${streams.memory_mb.toFixed(0)} MB`);
}

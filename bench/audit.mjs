// The audit trail alone: records made durable (each commit with its fsync) and bytes verified, per second.
import { medians, printTable } from './programs.mjs';

export async function audit(programs, options) {
  const found = await medians(programs, 'bench/audit_bench', options);
  printTable([
    ['', 'records/s', 'MB/s'],
    ...[1, 100, 500, 2000].map((size) => [
      `append, ${size} in a commit`, found[`append/${size}/real_time`].items_per_second.toFixed(0), '']),
    ['verify', '', (found.verify.bytes_per_second / 1e6).toFixed(0)],
  ]);
}

// The audit trail alone: records made durable (each commit with its fsync) and bytes verified, per second.
import path from 'node:path';
import { build, printTable } from './programs.mjs';

export async function audit(programs, { quick }) {
  const text = await programs.run(path.join(build, 'bench/audit_bench'), [
    '--benchmark_format=json', `--benchmark_repetitions=${quick ? 3 : 9}`, '--benchmark_min_time=0.2',
    '--benchmark_enable_random_interleaving=true', '--benchmark_report_aggregates_only=true']);
  const medians = {};
  for (const run of JSON.parse(text.slice(text.indexOf('{'))).benchmarks) {
    if (run.aggregate_name === 'median') medians[run.run_name] = run;
  }
  printTable([
    ['', 'records/s', 'MB/s'],
    ...[1, 100, 500, 2000].map((size) => [
      `append, ${size} in a commit`, medians[`append/${size}/real_time`].items_per_second.toFixed(0), '']),
    ['verify', '', (medians.verify.bytes_per_second / 1e6).toFixed(0)],
  ]);
}

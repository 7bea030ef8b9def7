// JSON parse and write of one search page, beside Boost.JSON in the same process; repetitions are interleaved at random.
import path from 'node:path';
import { build, printTable, ratio } from './programs.mjs';

export async function json(programs, { quick }) {
  const text = await programs.run(path.join(build, 'bench/json_bench'), [
    '--benchmark_format=json', `--benchmark_repetitions=${quick ? 3 : 9}`, '--benchmark_min_time=0.2',
    '--benchmark_enable_random_interleaving=true', '--benchmark_report_aggregates_only=true']);
  const medians = {};
  for (const run of JSON.parse(text.slice(text.indexOf('{'))).benchmarks) {
    if (run.aggregate_name === 'median') medians[run.run_name] = run;
  }
  printTable([
    ['', 'ours us', 'ours MB/s', 'Boost.JSON us', 'Boost.JSON MB/s', 'speed, ours / it'],
    ...['parse', 'write'].map((what) => {
      const [ours, boost] = [medians[`${what}_ours`], medians[`${what}_boost`]];
      const figures = (run) => [(run.cpu_time / 1000).toFixed(1), (run.bytes_per_second / 1e6).toFixed(0)];
      return [what, ...figures(ours), ...figures(boost), ratio(boost.cpu_time, ours.cpu_time)];
    }),
  ]);
}

// JSON parse and write of one search page, beside Boost.JSON in the same process; repetitions are interleaved at random.
import { medians, printTable, ratio } from './programs.mjs';

export async function json(programs, options) {
  const found = await medians(programs, 'bench/json_bench', options);
  printTable([
    ['', 'ours us', 'ours MB/s', 'Boost.JSON us', 'Boost.JSON MB/s', 'speed, ours / it'],
    ...['parse', 'write'].map((what) => {
      const [ours, boost] = [found[`${what}_ours`], found[`${what}_boost`]];
      const figures = (run) => [(run.cpu_time / 1000).toFixed(1), (run.bytes_per_second / 1e6).toFixed(0)];
      return [what, ...figures(ours), ...figures(boost), ratio(boost.cpu_time, ours.cpu_time)];
    }),
  ]);
}

/**
 * Time of the interval computed for every score (bias-corrected Bayesian bootstrap) with 10 000 resamples of 10 000 units on
 * one core, vs. scipy.stats.bootstrap: its percentile interval, and its BCa interval, which is also bias-corrected
 * (vectorized, with the fastest batch size of 100, 500 and 1000).
 *
 * node bench/statistics/bootstrap.ts [--python PATH]   (Python of bench/peers/setup.sh)
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { createRandom } from '../../src/ground/random.ts';
import { bootstrap, type Value } from '../../src/statistics/bootstrap.ts';
import { median } from '../median.ts';
import { startClock } from '../metrics/peer.ts';
import { peerPython } from '../peer-python.ts';
import { writeResult } from '../result.ts';

const UNITS = 10_000;
const RESAMPLES = 10_000;
const REPEATS = 5;
const PEER_REPEATS = 3;
const PEER_BATCH = 100;
const LIMIT_SECONDS = 1;

const python = peerPython();

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const middle = (runs: readonly Timed[]): Timed => ({
  seconds: median(runs.map(({ seconds }) => seconds)),
  cpuSeconds: median(runs.map(({ cpuSeconds }) => cpuSeconds)),
});

const random = createRandom(1);
const f1: Value = (sums) => (2 * sums[0]) / (2 * sums[0] + sums[1] + sums[2]);
const skewed = (): number => Math.floor(random.next() * random.next() * 6);
const TYPES = 11;
const macro: Value = (sums) => {
  let total = 0;
  for (let i = 0; i < sums.length; i += 3) total += (2 * sums[i]) / (2 * sums[i] + sums[i + 1] + sums[i + 2]);
  return total / TYPES;
};

const fill = (width: number, draw: () => number): Float64Array => new Float64Array(UNITS * width).map(draw);
const CASES: { name: string; width: number; counts: Float64Array; value: Value }[] = [
  {
    name: 'accuracy',
    width: 1,
    counts: fill(1, () => Number(random.next() < 0.8)),
    value: (sums) => sums[0] / UNITS,
  },
  { name: 'entity F1', width: 3, counts: fill(3, skewed), value: f1 },
  { name: 'real-valued F1', width: 3, counts: fill(3, () => random.next()), value: f1 },
  {
    name: 'macro F1, 11 types',
    width: 33,
    counts: fill(33, () => (random.next() < 0.2 ? skewed() : 0)),
    value: macro,
  },
];

/** CPU time is steadier than wall time while other work runs. */
function time(work: () => unknown): Timed {
  const clock = startClock();
  work();
  return clock();
}

const ours = new Map(
  CASES.map(({ name, counts, width, value }) => [
    name,
    middle(
      Array.from({ length: REPEATS }, (_, seed) =>
        time(() => bootstrap(counts, width, value, { resamples: RESAMPLES, seed })),
      ),
    ),
  ]),
);

type Method = 'percentile' | 'bca';
let peer: { versions: Record<string, string>; runs: Record<string, Record<Method, Timed[]>> } | undefined;
try {
  const script = new URL('../peers/bootstrap_scipy.py', import.meta.url).pathname;
  const request = JSON.stringify({
    units: UNITS,
    resamples: RESAMPLES,
    repeats: PEER_REPEATS,
    batch: PEER_BATCH,
  });
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  peer = JSON.parse(execFileSync(python, [script], { input: request, encoding: 'utf8', env }));
} catch (error) {
  console.error(`scipy was not timed: ${(error as Error).message.split('\n')[0]}`);
}

const table = CASES.map(({ name, width }) => {
  const mine = ours.get(name)!;
  const theirs = (method: Method): Timed | null => {
    const runs = peer?.runs[name]?.[method];
    return runs ? middle(runs) : null;
  };
  return { name, width, ours: mine, percentile: theirs('percentile'), bca: theirs('bca') };
});
console.table(
  table.map(({ name, width, ours: mine, percentile, bca }) => ({
    metric: name,
    counts: width,
    'ours, CPU s': mine.cpuSeconds.toFixed(3),
    'scipy percentile, CPU s': percentile?.cpuSeconds.toFixed(2) ?? '',
    'scipy BCa, CPU s': bca?.cpuSeconds.toFixed(2) ?? '',
    'times faster than BCa': bca ? (bca.cpuSeconds / mine.cpuSeconds).toFixed(1) : '',
  })),
);
console.log(
  `${RESAMPLES} resamples of ${UNITS} units; ${cpus()[0].model}, one core; node ${process.version}; scipy ${peer?.versions.scipy ?? '-'}; medians of ${REPEATS} and ${PEER_REPEATS}`,
);

await writeResult('statistics-bootstrap', {
  ...{ cpu: cpus()[0].model, cores: cpus().length, load: loadavg(), node: process.version },
  ...{ units: UNITS, resamples: RESAMPLES, peers: peer?.versions ?? null, batch: PEER_BATCH, table },
});
if (table.some((row) => row.ours.cpuSeconds > LIMIT_SECONDS)) {
  console.error(`Over the limit of ${LIMIT_SECONDS} s.`);
  process.exitCode = 1;
}

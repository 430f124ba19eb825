/**
 * How often the 95 % interval of every convention covers the true score: samples of clustered units with rare labels
 * are drawn from synthetic pools (worlds.ts), and the interval of each is compared with the score of the pool.
 *
 * Resumable: finished rows are kept in bench/results/statistics-coverage.json and skipped.
 *
 *   nice -n 19 node bench/statistics/coverage.ts [--replications 1000] [--only TEXT]
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeJson } from '../../src/ground/files.ts';
import { createRandom, type Random } from '../../src/ground/random.ts';
import type { Metric, WholeMetric } from '../../src/metrics/metric.ts';
import { countUnits } from '../../src/scoring/units.ts';
import { bootstrap } from '../../src/statistics/bootstrap.ts';
import { createCountsBuilder, sumCounts } from '../../src/statistics/counts.ts';
import { type Interval, MIN_LABEL_UNITS, MIN_UNITS } from '../../src/statistics/interval.ts';
import { bootstrapWeighted } from '../../src/statistics/weighted-bootstrap.ts';
import type { Answered } from '../../src/tasks/examples.ts';
import { familyOf } from '../../src/tasks/families/registry.ts';
import { poolOf, RARE_UNITS, taskOf, WORLDS, type World } from './worlds.ts';

const POOL = 20_000;
const RESAMPLES = 1000;
const SEED = 13;
/** Means of areas under curves are slow on large samples, so they get this share of the replications. */
const SLOW_SHARE = 0.5;
const SLOW_FROM = 400;

interface Row {
  readonly world: string;
  readonly units: number;
  readonly convention: string;
  readonly replications: number;
  /** Score of the pool. */
  readonly truth: number;
  /** Intervals without a flag, and how many of them cover the truth, lie above it, lie below it. */
  readonly unflagged: number;
  readonly covered: number;
  readonly above: number;
  readonly below: number;
  readonly seconds: number;
}

interface Results {
  readonly settings: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

const { values } = parseArgs({
  options: { replications: { type: 'string', default: '1000' }, only: { type: 'string', default: '' } },
});
const replications = Number(values.replications);
const settings = {
  replications,
  resamples: RESAMPLES,
  pool: POOL,
  rareUnits: RARE_UNITS,
  minUnits: MIN_UNITS,
  minLabelUnits: MIN_LABEL_UNITS,
  seed: SEED,
};
const file = new URL('../results/statistics-coverage.json', import.meta.url).pathname;

/** One sample of a world after another, and its interval. */
type Sampler = (random: Random, seed: number) => Interval;

const options = (seed: number) => ({ resamples: RESAMPLES, seed });

function additiveSampler(metric: Metric<Answered>, pool: readonly Answered[][], units: number) {
  const { width, value, supports } = metric;
  const counts = countUnits(metric, pool);
  const sample: Sampler = (random, seed) => {
    const drawn = createCountsBuilder(width, units);
    for (let i = 0; i < units; i++) {
      const unit = random.below(pool.length);
      for (let at = counts.starts[unit]; at < counts.starts[unit + 1]; at++)
        drawn.add(counts.columns[at], counts.values[at]);
      drawn.endUnit();
    }
    return bootstrap(drawn.finish(), width, value, { ...options(seed), supports });
  };
  return { truth: value(sumCounts(counts, width)), sample };
}

function wholeSampler(metric: WholeMetric<Answered>, pool: readonly Answered[][], units: number) {
  const prepared = metric.reweighted(pool);
  if ('counted' in prepared) return additiveSampler(prepared.counted, pool, units);
  const sample: Sampler = (random, seed) => {
    const drawn = Array.from({ length: units }, () => pool[random.below(pool.length)]);
    const figure = metric.reweighted(drawn);
    if ('counted' in figure) throw new Error('a metric must be prepared in one way');
    return bootstrapWeighted({ ...figure, units }, options(seed));
  };
  return { truth: metric.whole(pool.flat()), sample };
}

function measure(world: World, convention: string, pool: readonly Answered[][]): Row {
  const task = taskOf(world);
  const metric = familyOf(task)
    .conventions.find(({ id }) => id === convention)!
    .metric(task);
  const start = performance.now();
  const { truth, sample } =
    'whole' in metric ? wholeSampler(metric, pool, world.units) : additiveSampler(metric, pool, world.units);
  const random = createRandom(SEED, `${world.name}/${convention}`);
  const seen = { unflagged: 0, covered: 0, above: 0, below: 0 };
  const isSlow = convention.includes('/macro@') && world.units >= SLOW_FROM;
  const rounds = isSlow ? Math.ceil(replications * SLOW_SHARE) : replications;
  for (let i = 0; i < rounds; i++) {
    const { low, high, flaw } = sample(random, i);
    if (flaw) continue;
    seen.unflagged++;
    if (low > truth) seen.above++;
    else if (high < truth) seen.below++;
    else seen.covered++;
  }
  const seconds = (performance.now() - start) / 1000;
  return { world: world.name, units: world.units, convention, replications: rounds, truth, ...seen, seconds };
}

const earlier: Results | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
const isSame = JSON.stringify(earlier?.settings) === JSON.stringify(settings);
const rows: Row[] = isSame && earlier ? [...earlier.rows] : [];
for (const world of WORLDS) {
  const { conventions } = familyOf(taskOf(world));
  let pool: Answered[][] | undefined;
  for (const { id } of conventions) {
    if (!`${world.name} ${id}`.includes(values.only)) continue;
    if (rows.some((row) => row.world === world.name && row.convention === id)) continue;
    pool ??= poolOf(world, POOL, SEED);
    const row = measure(world, id, pool);
    rows.push(row);
    await writeJson(file, { settings, rows } satisfies Results);
    const percent = (n: number): string => ((100 * n) / row.unflagged).toFixed(1).padStart(5);
    console.log(
      `${percent(row.covered)} % (${percent(row.above)} above, ${percent(row.below)} below, ${row.unflagged} unflagged, ${row.seconds.toFixed(1)} s) ${row.truth.toFixed(3)} ${id}; ${world.name}`,
    );
  }
}

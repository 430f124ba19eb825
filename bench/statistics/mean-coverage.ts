/**
 * How often the 95 % interval of a mean over three seeds, or over five folds, covers the mean that the same models have on
 * a large pool: samples of clustered units are drawn from the pool and answered by all runs, or each fifth of them by one.
 * coverage-page.ts then writes the figures to docs/trust.md and its Chinese version.
 *
 * Resumable: finished rows are kept in bench/results/statistics-mean-coverage.json and skipped.
 *
 *   nice -n 19 node bench/statistics/mean-coverage.ts [--replications 400]
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeJson } from '../../src/ground/files.ts';
import { createRandom } from '../../src/ground/random.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { meanTable, type RunUnits } from '../../src/scoring/mean-interval.ts';
import { countUnits } from '../../src/scoring/units.ts';
import { bootstrapMany } from '../../src/statistics/bootstrap.ts';
import { sumCounts } from '../../src/statistics/counts.ts';
import { findConvention } from '../../src/tasks/conventions.ts';
import type { Answered, FamilyId } from '../../src/tasks/examples.ts';
import { taskOf } from './worlds.ts';

const POOL = 20_000;
const SEED = 17;
const SIZES = [100, 400];
const RUNS = { seeds: 3, folds: 5 };
const RESAMPLES = 1000;
const MAX_ITEMS = 4;
/** The chance that an answer is right; units are easy or hard as a whole. */
const SKILLS = [0.6, 0.9];
/** The share of items that all runs answer alike, as seeds of one model do; the others are answered independently. */
const ALIKE = 0.6;

interface Case {
  readonly family: FamilyId;
  readonly labels: number;
  readonly convention: string;
}
const CASES: readonly Case[] = [
  { family: 'similarity', labels: 2, convention: 'similarity/positive-f1@1' },
  { family: 'classification', labels: 6, convention: 'classification/accuracy@1' },
  { family: 'classification', labels: 6, convention: 'classification/macro-f1/supported@1' },
];

/** Of the intervals without a flag: how many there are, and how many contain the truth. */
interface Row {
  readonly convention: string;
  readonly over: keyof typeof RUNS;
  readonly units: number;
  readonly replications: number;
  readonly unflagged: number;
  readonly covered: number;
}
interface Results {
  readonly settings: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

/** Units of a pool as every run answers them: one list per run, in the same order. */
function poolOf({ family, labels }: Case, runs: number): Answered[][][] {
  const random = createRandom(SEED, `${family}, ${runs} runs`);
  const any = (): string => String(1 + random.below(labels));
  const input = family === 'similarity' ? { textA: 'a', textB: 'b' } : { text: 'a' };
  const pool: Answered[][][] = Array.from({ length: runs }, () => []);
  for (let unit = 0; unit < POOL; unit++) {
    const skill = SKILLS[random.below(SKILLS.length)];
    for (const own of pool) own.push([]);
    for (let items = 1 + random.below(MAX_ITEMS); items > 0; items--) {
      const gold = { label: any() };
      const answer = () => (random.next() < skill ? gold : { label: any() });
      const common = random.next() < ALIKE ? answer() : undefined;
      for (const own of pool) own[unit].push({ input, gold, prediction: common ?? answer() });
    }
  }
  return pool;
}

/** The metric of a case, which adds up over units. */
function metricOf({ family, labels, convention }: Case): Metric<Answered> {
  const task = taskOf({ name: '', family, units: 0, labels, rare: 0 });
  const metric = findConvention(convention).metric(task);
  if ('whole' in metric) throw new Error(`${convention} does not add up over units`);
  return metric;
}

/** The mean of the scores that the runs have on the whole pool. */
function truthOf(metric: Metric<Answered>, pool: readonly Answered[][][]): number {
  const scores = pool.map((units) => metric.value(sumCounts(countUnits(metric, units), metric.width)));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function measure(one: Case, over: Row['over'], units: number, replications: number): Row {
  const { convention } = one;
  const metric = metricOf(one);
  const pool = poolOf(one, RUNS[over]);
  const truth = truthOf(metric, pool);
  const random = createRandom(SEED, `${convention} ${over} ${units}`);
  const seen = { unflagged: 0, covered: 0 };
  for (let i = 0; i < replications; i++) {
    const drawn = Array.from({ length: units }, () => random.below(POOL));
    const runs = pool.map((answered, run): RunUnits => {
      const own = over === 'seeds' ? drawn : drawn.filter((_, k) => k % RUNS.folds === run);
      return { part: over === 'seeds' ? 'all' : `fold ${run}`, units: own.map((unit) => answered[unit]) };
    });
    const { counts, width, figures } = meanTable(metric, runs);
    const [{ low, high, flaw }] = bootstrapMany(counts, width, figures, { resamples: RESAMPLES, seed: i });
    if (flaw) continue;
    seen.unflagged++;
    if (low <= truth && truth <= high) seen.covered++;
  }
  return { convention, over, units, replications, ...seen };
}

const { values } = parseArgs({ options: { replications: { type: 'string', default: '400' } } });
const replications = Number(values.replications);
const settings = { replications, resamples: RESAMPLES, pool: POOL, alike: ALIKE, ...RUNS, seed: SEED };
const file = new URL('../results/statistics-mean-coverage.json', import.meta.url).pathname;
const earlier: Results | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
const isSame = JSON.stringify(earlier?.settings) === JSON.stringify(settings);
const rows: Row[] = isSame && earlier ? [...earlier.rows] : [];
for (const one of CASES)
  for (const over of ['seeds', 'folds'] as const)
    for (const units of SIZES) {
      const isDone = (row: Row): boolean =>
        row.convention === one.convention && row.over === over && row.units === units;
      if (rows.some(isDone)) continue;
      const start = performance.now();
      const row = measure(one, over, units, replications);
      rows.push(row);
      await writeJson(file, { settings, rows } satisfies Results);
      const share = ((100 * row.covered) / row.unflagged).toFixed(1);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`${share} % of ${row.unflagged}, ${seconds} s: ${one.convention}, ${over}, ${units} units`);
    }

import { type Unit, unitsOf } from '../datasets/units.ts';
import type { OpenedRun } from '../evaluation/opened.ts';
import type { Metric } from '../metrics/metric.ts';
import { answered, countUnits } from '../scoring/units.ts';
import { bootstrap } from '../statistics/bootstrap.ts';
import { rankGroups } from '../statistics/groups.ts';
import { DEFAULT_LEVEL, DEFAULT_RESAMPLES } from '../statistics/interval.ts';
import { overSeeds } from '../statistics/seeds.ts';
import type { Answered } from '../tasks/examples.ts';
import type { ComparedPair, ComparedSystem, CompareOptions, Comparison } from './comparison.ts';
import { additiveMetric, conventionOf } from './convention.ts';
import { type Counted, meanOverRuns, sideBySide, totals } from './counting.ts';
import { noticesOf } from './notices.ts';
import { comparePairs, type PairSettings } from './pairs.ts';
import { gatherSystems, type System } from './systems.ts';

const DEFAULT_SEED = 1;
const DEFAULT_ITEMS = 10;

/**
 * Compares runs of one task and split. Throws a UserError for runs that cannot be compared.
 *
 * @example
 * ```ts
 * import { compareRuns, evaluate, findTask, openRuns, samplesDir } from 'chineseblue';
 *
 * const [task, dataDir] = [findTask('cMedIC'), samplesDir()];
 * const linear = await evaluate({ task, model: 'linear', dataDir });
 * const majority = await evaluate({ task, model: 'majority', dataDir });
 * const runs = await openRuns([linear.directory, majority.directory], { dataDir });
 * const { systems, pairs } = compareRuns(runs, { items: 0 });
 * systems.map(({ name, groups }) => [name, groups]); // [['linear', 'a'], ['majority', 'b']]
 * pairs[0].better; // 'linear'
 * console.log(pairs[0].difference, pairs[0].adjusted);
 * ```
 */
export function compareRuns(runs: readonly OpenedRun[], options: CompareOptions = {}): Comparison {
  const { level = DEFAULT_LEVEL, resamples = DEFAULT_RESAMPLES } = options;
  const { seed = DEFAULT_SEED, items = DEFAULT_ITEMS } = options;
  const systems = gatherSystems(runs);
  const { task, examples, record } = runs[0];
  const convention = conventionOf(runs[0], options.convention);
  const metric = additiveMetric(convention, runs[0]);
  const units = unitsOf(examples);
  const counted = systems.map((system) => countSystem(system, metric, units));
  const sign = convention.smallerIsBetter ? -1 : 1;
  const settings: PairSettings = { metric, sign, units, level, resamples, seed, items };
  const pairs = comparePairs(counted, settings);
  return {
    schema: 'chineseblue/comparison@2',
    task: task.id,
    split: record.split,
    synthetic: record.synthetic,
    convention: convention.id,
    level,
    resamples,
    seed,
    examples: examples.length,
    units: units.length,
    systems: rankSystems(counted, pairs, settings),
    pairs,
    notices: noticesOf(runs, units),
  };
}

function countSystem(system: System, metric: Metric<Answered>, units: readonly Unit[]): Counted {
  const answers = system.runs.map(({ task, examples, predictions }) => answered(task, examples, predictions));
  const counts = answers.map((list) => {
    const grouped = units.map((unit) => unit.map((i) => list[i]));
    return countUnits(metric, grouped);
  });
  return { ...system, answers, counts };
}

/** Systems with their scores, best first; those that do not differ significantly share a letter. */
function rankSystems(
  systems: readonly Counted[],
  pairs: readonly ComparedPair[],
  { metric, sign, level, resamples, seed }: PairSettings,
): ComparedSystem[] {
  const scores = systems.map(({ counts }) =>
    meanOverRuns(metric, counts.length)(totals(counts, metric.width)),
  );
  const different = new Set(
    pairs.filter(({ better }) => better !== null).map(({ a, b }) => JSON.stringify([a, b].sort())),
  );
  const ranked = rankGroups(
    scores.map((score) => sign * score),
    (i, j) => different.has(JSON.stringify([systems[i].name, systems[j].name].sort())),
  );
  return ranked.map(({ system, groups, rank }): ComparedSystem => {
    const { name, runs, counts } = systems[system];
    const table = sideBySide(counts, counts.length, metric.width);
    const width = counts.length * metric.width;
    return {
      name,
      runs: runs.map((run) => run.record.id),
      model: runs[0].record.model.id,
      score: scores[system],
      interval: bootstrap(table, width, meanOverRuns(metric, counts.length), {
        level,
        resamples,
        seed,
        supports: metric.supports,
      }),
      ...(counts.length > 1 && { seeds: overSeeds(counts, metric.width, metric.value, { resamples, seed }) }),
      groups,
      rank,
      coverage: runs[0].scores.coverage,
    };
  });
}

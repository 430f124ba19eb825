import type { Unit } from '../datasets/units.ts';
import type { Metric } from '../metrics/metric.ts';
import { countUnits, narrowTo } from '../scoring/units.ts';
import { bootstrap } from '../statistics/bootstrap.ts';
import { unitVariance } from '../statistics/influence.ts';
import { meanOverRuns } from '../statistics/mean-over-runs.ts';
import { difference, pairCounts, swapEffects } from '../statistics/paired.ts';
import { permutationTest } from '../statistics/permutation.ts';
import { minimumDetectableDifference } from '../statistics/power.ts';
import { overSeeds } from '../statistics/seeds.ts';
import type { Answered } from '../tasks/examples.ts';
import { type Answering, alike, sideBySide, totals } from './counting.ts';
import type { Judge, JudgeSettings } from './judge.ts';

/** Judges by a metric that adds up over units: each unit is counted once. */
export function countedJudge(
  wide: Metric<Answered>,
  systems: readonly Answering[],
  units: readonly Unit[],
  { level, resamples, seed }: JudgeSettings,
): Judge {
  const grouped = systems.map(({ answers }) =>
    answers.map((list) => units.map((unit) => unit.map((i) => list[i]))),
  );
  const metric = narrowTo(wide, grouped.flat(2));
  const { supports } = metric;
  const tables = grouped.map((runs) => runs.map((run) => countUnits(metric, run)));
  return {
    test: 'permutation',
    resamples,
    score: (system) => {
      const counts = tables[system];
      return meanOverRuns(metric, counts.length)(totals(counts, metric.width));
    },
    interval: (system) => {
      const { length } = tables[system];
      const table = sideBySide(tables[system], length, metric.width);
      return bootstrap(table, length * metric.width, meanOverRuns(metric, length), {
        level,
        resamples,
        seed,
        supports,
      });
    },
    seeds: (system) =>
      tables[system].length > 1
        ? overSeeds(tables[system], metric.width, metric.value, { resamples, seed })
        : undefined,
    pair(a, b) {
      const shared = alike(tables[a].length, tables[b].length);
      const width = metric.width * shared;
      const value = meanOverRuns(metric, shared);
      const [left, right] = [a, b].map((system) => sideBySide(tables[system], shared, metric.width));
      const test = permutationTest(left, right, width, value, { permutations: resamples, seed });
      const paired = pairCounts(left, right, width);
      const apart = difference(value, width);
      return {
        difference: bootstrap(paired, 2 * width, apart, { level, resamples, seed, supports }),
        p: test.p,
        exact: test.exact,
        // A paired difference varies as one score does: half of what two independent scores would.
        detectable: minimumDetectableDifference(unitVariance(paired, 2 * width, apart) / 2, units.length, {
          alpha: 1 - level,
        }),
        effects: swapEffects(left, right, width, value),
      };
    },
  };
}

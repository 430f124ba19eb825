import type { Unit } from '../datasets/units.ts';
import type { Metric } from '../metrics/metric.ts';
import { bootstrap } from '../statistics/bootstrap.ts';
import { holm } from '../statistics/holm.ts';
import { unitVariance } from '../statistics/influence.ts';
import { type McNemar, mcnemar } from '../statistics/mcnemar.ts';
import { difference, pairCounts, swapEffects, winTieLoss } from '../statistics/paired.ts';
import { permutationTest } from '../statistics/permutation.ts';
import { minimumDetectableDifference } from '../statistics/power.ts';
import type { Answered } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { ComparedPair } from './comparison.ts';
import { alike, type Counted, meanOverRuns, sideBySide } from './counting.ts';
import { mostDiffering } from './items.ts';

/** What all pairs of a comparison share. */
export interface PairSettings {
  readonly metric: Metric<Answered>;
  /** -1 for losses. */
  readonly sign: 1 | -1;
  readonly units: readonly Unit[];
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  /** How many of the items that differ most are listed. */
  readonly items: number;
}

/** Compares every two systems; p-values are adjusted over all pairs. */
export function comparePairs(systems: readonly Counted[], settings: PairSettings): ComparedPair[] {
  const { sign, level } = settings;
  const pairs = systems.flatMap((a, i) => systems.slice(i + 1).map((b) => comparePair(a, b, settings)));
  const adjusted = holm(pairs.map(({ p }) => p));
  return pairs.map((pair, i) => {
    const ahead = sign * pair.difference.estimate > 0 ? pair.a : pair.b;
    const better = adjusted[i] < 1 - level ? ahead : null;
    return { ...pair, adjusted: adjusted[i], better };
  });
}

function comparePair(
  a: Counted,
  b: Counted,
  { metric, sign, units, level, resamples, seed, items }: PairSettings,
): Omit<ComparedPair, 'adjusted' | 'better'> {
  const shared = alike(a.counts.length, b.counts.length);
  const width = metric.width * shared;
  const value = meanOverRuns(metric, shared);
  const [left, right] = [a, b].map(({ counts }) => sideBySide(counts, shared, metric.width));
  const test = permutationTest(left, right, width, value, { permutations: resamples, seed });
  const effects = swapEffects(left, right, width, value).map((effect) => sign * effect);
  const paired = pairCounts(left, right, width);
  const apart = difference(value, width);
  return {
    a: a.name,
    b: b.name,
    difference: bootstrap(paired, 2 * width, apart, { level, resamples, seed, supports: metric.supports }),
    p: test.p,
    exact: test.exact,
    items: winTieLoss(effects),
    // A paired difference varies as one score does: half of what two independent scores would.
    detectable: minimumDetectableDifference(unitVariance(paired, 2 * width, apart) / 2, units.length, {
      alpha: 1 - level,
    }),
    mcnemar: rightOrWrong(a, b),
    most: mostDiffering(effects, units, items, a, b),
  };
}

const ACCURACY = /\/accuracy@\d+$/;

/** McNemar's test on right and wrong examples; undefined without an accuracy, or where a system has several runs. */
function rightOrWrong(a: Counted, b: Counted): McNemar | undefined {
  const { task } = a.runs[0];
  const accuracy = familyOf(task).conventions.find(({ id }) => ACCURACY.test(id));
  const metric = accuracy?.metric(task);
  if (!metric || 'whole' in metric || a.answers.length > 1 || b.answers.length > 1) return undefined;
  const isRight = (answer: Answered): boolean => {
    const counts = new Float64Array(metric.width);
    metric.count([answer], counts, 0);
    return metric.value(counts) === 1;
  };
  let onlyA = 0;
  let onlyB = 0;
  a.answers[0].forEach((answer, i) => {
    const [left, right] = [isRight(answer), isRight(b.answers[0][i])];
    if (left && !right) onlyA++;
    if (right && !left) onlyB++;
  });
  return mcnemar(onlyA, onlyB);
}

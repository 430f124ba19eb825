import type { Unit } from '../datasets/units.ts';
import { holm } from '../statistics/holm.ts';
import { type McNemar, mcnemar } from '../statistics/mcnemar.ts';
import { winTieLoss } from '../statistics/paired.ts';
import type { Answered } from '../tasks/examples.ts';
import { familyOf } from '../tasks/families/registry.ts';
import type { ComparedPair } from './comparison.ts';
import type { Answering } from './counting.ts';
import { mostDiffering } from './items.ts';
import type { Judge } from './judge.ts';

/** What all pairs of a comparison share. */
export interface PairSettings {
  readonly judge: Judge;
  /** -1 for losses. */
  readonly sign: 1 | -1;
  readonly units: readonly Unit[];
  readonly level: number;
  /** How many of the items that differ most are listed. */
  readonly items: number;
}

/** Compares every two systems; p-values are adjusted over all pairs. */
export function comparePairs(systems: readonly Answering[], settings: PairSettings): ComparedPair[] {
  const { sign, level } = settings;
  const pairs = systems.flatMap((_, a) =>
    systems.slice(a + 1).map((_, i) => comparePair(systems, a, a + 1 + i, settings)),
  );
  const adjusted = holm(pairs.map(({ p }) => p));
  return pairs.map((pair, i) => {
    const ahead = sign * pair.difference.estimate > 0 ? pair.a : pair.b;
    const better = adjusted[i] < 1 - level ? ahead : null;
    return { ...pair, adjusted: adjusted[i], better };
  });
}

function comparePair(
  systems: readonly Answering[],
  i: number,
  j: number,
  { judge, sign, units, items }: PairSettings,
): Omit<ComparedPair, 'adjusted' | 'better'> {
  const [a, b] = [systems[i], systems[j]];
  const { effects: added, ...judged } = judge.pair(i, j);
  const effects = added?.map((effect) => sign * effect);
  return {
    a: a.name,
    b: b.name,
    ...judged,
    ...(effects && { items: winTieLoss(effects) }),
    mcnemar: rightOrWrong(a, b),
    most: effects ? mostDiffering(effects, units, items, a, b) : [],
  };
}

const ACCURACY = /\/accuracy@\d+$/;

/** McNemar's test on right and wrong examples; undefined without an accuracy, or where a system has several runs. */
function rightOrWrong(a: Answering, b: Answering): McNemar | undefined {
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

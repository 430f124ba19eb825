import { describe, expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import type { Example, Prediction } from '../tasks/examples.ts';
import { findTask } from '../tasks/registry.ts';
import type { Task } from '../tasks/task.ts';
import { meanInterval } from './mean-interval.ts';
import { primaryScore, scorePredictions } from './score-sheet.ts';
import { groupAnswers } from './units.ts';

const pairs = findTask('cMedQQ');
/** Every two neighbours share a query, and have different labels. */
const examples = Array.from(
  { length: 200 },
  (_, i): Example<'similarity'> => ({
    id: String(i),
    group: `q${Math.floor(i / 2)}`,
    input: { textA: `问题${i}`, textB: `答案${i}` },
    gold: { label: String(i % 2) },
  }),
);
const right = examples.map(({ gold }): Prediction<'similarity'> => gold);
const wrong = (count: number, from = 0) =>
  right.map(({ label }, i) => ({ label: i >= from && i < from + count ? String(1 - Number(label)) : label }));

/** Predictions with a score that is high where the label is more often right. */
const scored = (seed: number) => {
  const random = createRandom(seed, 'scored');
  return examples.map(({ gold }): Prediction<'similarity'> => {
    const score = (Number(gold.label) + 2 * random.next()) / 3;
    return { label: score > 0.5 ? '1' : '0', scores: { '0': 1 - score, '1': score } };
  });
};

const unitsOf = (task: Task, predictions: readonly Prediction[], part = 'test', asked = examples) => ({
  part,
  units: groupAnswers(task, asked, predictions),
});
const withPrimary = (primary: string): Task => ({ ...pairs, primary });
/** By counts, by an average over labels, by counts in columns that depend on the answers, and by weights of units. */
const CONVENTIONS = [
  'similarity/positive-f1@1',
  'similarity/macro-f1/supported@1',
  'similarity/mcc@1',
  'similarity/roc-auc@1',
];

describe('the interval of the mean of several runs', () => {
  it.each(CONVENTIONS)('of one run is that of its score sheet, to the bit: %s', (primary) => {
    const task = withPrimary(primary);
    const predictions = scored(1);
    const { interval } = primaryScore(scorePredictions({ task, examples, predictions }));
    expect(meanInterval(task, [unitsOf(task, predictions)])).toEqual(interval);
  });

  it.each(CONVENTIONS)('of equal runs is that of one: %s', (primary) => {
    const task = withPrimary(primary);
    const one = unitsOf(task, scored(1));
    const [single, several] = [meanInterval(task, [one])!, meanInterval(task, [one, one, one])!];
    expect(several.units).toBe(100);
    expect(several.labelUnits).toBe(single.labelUnits);
    expect(several.flaw).toBe(single.flaw);
    for (const field of ['estimate', 'low', 'high', 'standardError'] as const)
      expect(several[field]).toBeCloseTo(single[field], 6);
  });

  it('contains the mean where the interval of the first run does not', () => {
    const runs = [right, right, wrong(6)];
    const values = runs.map((predictions) =>
      primaryScore(scorePredictions({ task: pairs, examples, predictions })),
    );
    const mean = values.reduce((sum, { value }) => sum + value, 0) / 3;
    expect(values[0].interval).toMatchObject({ low: 1, high: 1 });
    const { estimate, low, high } = meanInterval(
      pairs,
      runs.map((predictions) => unitsOf(pairs, predictions)),
    )!;
    expect(estimate).toBe(mean);
    expect(mean).toBeGreaterThan(low);
    expect(mean).toBeLessThan(high);
  });

  it('is narrower where seeds are wrong on different examples', () => {
    const widthOf = (...runs: Prediction<'similarity'>[][]) => {
      const { low, high } = meanInterval(
        pairs,
        runs.map((predictions) => unitsOf(pairs, predictions)),
      )!;
      return high - low;
    };
    const alike = widthOf(wrong(40), wrong(40), wrong(40));
    expect(widthOf(wrong(40), wrong(40, 60), wrong(40, 120))).toBeLessThan(0.8 * alike);
  });

  it.each(CONVENTIONS)('is over the units of all folds: %s', (primary) => {
    const task = withPrimary(primary);
    const folds = [0, 1, 2].map((fold) => {
      const asked = examples.slice(60 * fold, 60 * (fold + 1));
      return unitsOf(task, scored(1).slice(60 * fold, 60 * (fold + 1)), `fold-${fold}`, asked);
    });
    const single = folds.map((fold) => meanInterval(task, [fold])!);
    const all = meanInterval(task, folds)!;
    expect(all.units).toBe(90);
    expect(all.estimate).toBeCloseTo(single.reduce((sum, { estimate }) => sum + estimate, 0) / 3, 12);
    // Folds share no unit: the error of their mean is that of three independent scores.
    const expected = Math.hypot(...single.map(({ standardError }) => standardError)) / 3;
    expect(all.standardError / expected).toBeGreaterThan(0.93);
    expect(all.standardError / expected).toBeLessThan(1.07);
    expect(all.low).toBeGreaterThan(Math.min(...single.map(({ low }) => low)));
    const twice = meanInterval(task, [...folds, ...folds])!;
    expect(twice.units).toBe(90);
    expect(twice.low).toBeCloseTo(all.low, 6);
  });

  it('has none for a single unit, and where a run has no score', () => {
    const [first] = examples;
    const one = { part: 'test', units: groupAnswers(pairs, [first], [first.gold]) };
    expect(meanInterval(pairs, [one, one])).toBeUndefined();
    const auc = withPrimary('similarity/roc-auc@1');
    expect(meanInterval(auc, [unitsOf(auc, scored(1)), unitsOf(auc, right)])).toBeUndefined();
  });
});

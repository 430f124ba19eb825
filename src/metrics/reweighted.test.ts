import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { matthews } from './confusion.ts';
import type { LabelItem } from './labels.ts';
import { type Curve, labelCurve, macroCurve } from './scored.ts';

interface Item extends LabelItem {
  readonly prediction: { readonly label: string; readonly scores: Readonly<Record<string, number>> };
}

const LABELS = ['a', 'b', 'c'];
const random = createRandom(3);
const pick = (): string => LABELS[random.below(LABELS.length)];
/** 80 units of one to three items; scores with many ties; one prediction outside the listed labels. */
const units: Item[][] = Array.from({ length: 80 }, (_, u) =>
  Array.from({ length: 1 + random.below(3) }, (): Item => {
    const gold = pick();
    const scores = Object.fromEntries(
      LABELS.map((label) => [label, random.below(5) + (label === gold ? 2 : 0)]),
    );
    const label = u === 0 ? 'x' : random.next() < 0.6 ? gold : pick();
    return { gold: { label: gold }, prediction: { label, scores } };
  }),
);
const items = units.flat();
const isGold = ({ gold }: Item, label: string): boolean => gold.label === label;
const goldOf = ({ gold }: Item): readonly string[] => [gold.label];
const ones = new Float64Array(units.length).fill(1);
/** Whole weights are the same as units that occur several times. */
const weights = Float64Array.from(units, () => random.below(3));
const repeated = units.flatMap((unit, u) => Array.from({ length: weights[u] }, () => unit)).flat();

const CURVES: readonly Curve[] = ['roc-auc', 'average-precision'];

it.each(CURVES)(
  '%s under weights is the score of the units repeated; weights of 1 change no bit',
  (curve) => {
    for (const metric of [labelCurve(curve, 'a', isGold), macroCurve(curve, LABELS, goldOf)]) {
      const prepared = metric.reweighted(units);
      if ('counted' in prepared) throw new Error('a curve does not add up');
      expect(prepared.value(ones)).toBe(metric.whole(items));
      expect(prepared.value(weights)).toBeCloseTo(metric.whole(repeated), 12);
      expect(prepared.labelUnits).toBeLessThan(80);
    }
  },
);

it('Matthews correlation from counts equals that of all items to the bit, unlisted labels included', () => {
  const metric = matthews(LABELS);
  const prepared = metric.reweighted(units);
  if (!('counted' in prepared)) throw new Error('Matthews correlation adds up');
  const { width, count, value, supports } = prepared.counted;
  const score = (list: readonly Item[]): number => {
    const counts = new Float64Array(width);
    count(list, counts, 0);
    return value(counts);
  };
  expect(score(items)).toBe(metric.whole(items));
  expect(score(repeated)).toBe(metric.whole(repeated));
  expect(supports).toHaveLength(1);
});

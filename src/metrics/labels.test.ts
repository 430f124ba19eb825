import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Average } from './class-scores.ts';
import { confusion, matthews } from './confusion.ts';
import { accuracy, type LabelItem, labelF1 } from './labels.ts';
import type { Metric } from './metric.ts';
import { labelCurve, type ScoredPrediction } from './scored.ts';

type ScoredItem = LabelItem & { readonly prediction: ScoredPrediction };
const isGold = ({ gold }: ScoredItem, label: string): boolean => gold.label === label;

interface Case {
  readonly name: string;
  readonly labels: readonly string[];
  readonly gold: readonly string[];
  readonly guess: readonly string[];
  readonly scores: readonly number[];
  readonly accuracy: number;
  readonly micro: number;
  readonly macroAll: number;
  readonly macroSupported: number;
  readonly weighted: number;
  readonly mcc: number;
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly (readonly [number, number, number, number])[];
  readonly rocAuc: number | null;
  readonly averagePrecision: number | null;
}

const { cases } = JSON.parse(readFileSync(new URL('./fixtures/labels.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const itemsOf = (gold: readonly string[], guess: readonly string[]): LabelItem[] =>
  gold.map((label, i) => ({ gold: { label }, prediction: { label: guess[i] } }));

function countAll<Item>(metric: Metric<Item>, items: readonly Item[]): Float64Array {
  const counts = new Float64Array(metric.width);
  metric.count(items, counts, 0);
  return counts;
}

const score = (classes: readonly string[], average: Average, items: readonly LabelItem[]): number => {
  const metric = labelF1(classes, average);
  return metric.value(countAll(metric, items));
};

/** Peers return 0 where ours is undefined. */
const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value);

describe.each(cases)('scikit-learn: $name', (c) => {
  const items = itemsOf(c.gold, c.guess);

  it('accuracy and averages', () => {
    expect(accuracy.value(countAll(accuracy, items))).toBeCloseTo(c.accuracy, 12);
    expect(score(c.labels, 'micro', items)).toBeCloseTo(c.micro, 12);
    expect(score(c.labels, 'macro/all', items)).toBeCloseTo(c.macroAll, 12);
    expect(score(c.labels, 'macro/supported', items)).toBeCloseTo(c.macroSupported, 12);
    expect(score(c.labels, 'weighted', items)).toBeCloseTo(c.weighted, 12);
  });

  it('every class', () => {
    const metric = labelF1(c.labels, 'micro');
    const rows = metric.details!(countAll(metric, items)).classes as Record<string, number>[];
    for (const [i, [precision, recall, f1, support]] of c.perClass.entries()) {
      expect(orZero(rows[i].precision)).toBeCloseTo(precision, 12);
      expect(orZero(rows[i].recall)).toBeCloseTo(recall, 12);
      expect(orZero(rows[i].f1)).toBeCloseTo(f1, 12);
      expect(rows[i].gold).toBe(support);
      const alone = score(c.labels, { only: c.labels[i] }, items);
      expect(orZero(alone)).toBeCloseTo(f1, 12);
    }
  });

  it('confusion and Matthews correlation', () => {
    expect(confusion(items, c.labels)).toEqual({ labels: c.labels, matrix: c.confusion });
    expect(orZero(matthews(c.labels).whole(items))).toBeCloseTo(c.mcc, 12);
  });

  it('curves', () => {
    const last = c.labels.at(-1)!;
    const scored = items.map((item, i) => ({
      ...item,
      prediction: { label: c.guess[i], scores: { [last]: c.scores[i] } },
    }));
    const auc = labelCurve('roc-auc', last, isGold).whole(scored);
    const precision = labelCurve('average-precision', last, isGold).whole(scored);
    if (c.rocAuc === null) expect(auc).toBeNaN();
    else expect(auc).toBeCloseTo(c.rocAuc, 12);
    if (c.averagePrecision === null) expect(precision).toBeNaN();
    else expect(precision).toBeCloseTo(c.averagePrecision, 12);
  });
});

describe('labels that are not listed', () => {
  const items = itemsOf(['0', '1', '1'], ['0', 'nonsense', '1']);

  it('are wrong', () => {
    expect(score(['0', '1'], 'micro', items)).toBe(2 / 3);
    expect(score(['0', '1'], 'macro/all', items)).toBe((1 + 2 / 3) / 2);
  });

  it('have their own row and column in the confusion matrix', () => {
    expect(confusion(items, ['0', '1'])).toEqual({
      labels: ['0', '1', 'nonsense'],
      matrix: [
        [1, 0, 0],
        [0, 1, 1],
        [0, 0, 0],
      ],
    });
  });

  it('are right only where gold has the same', () => {
    expect(score([], 'micro', itemsOf(['a', 'b'], ['a', 'c']))).toBe(0.5);
  });
});

describe('undefined scores', () => {
  it('are NaN', () => {
    expect(accuracy.value(countAll(accuracy, []))).toBeNaN();
    expect(score(['0', '1'], 'micro', [])).toBeNaN();
    expect(score(['0', '1'], { only: '1' }, itemsOf(['0'], ['0']))).toBeNaN();
    expect(matthews(['0', '1']).whole(itemsOf(['1', '1'], ['1', '1']))).toBeNaN();
  });

  it('of a curve where a score is missing', () => {
    const items = [
      { gold: { label: '1' }, prediction: { label: '1', scores: { '1': 1 } } },
      { gold: { label: '0' }, prediction: { label: '1' } },
    ];
    expect(labelCurve('roc-auc', '1', isGold).whole(items)).toBeNaN();
  });
});

describe('label counts', () => {
  const label = fc.constantFrom('0', '1', '2', 'x');
  it('add up over units and make micro F1 equal to accuracy', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(label, label), { minLength: 1 }), fc.nat(), (pairs, seed) => {
        const items = pairs.map(([gold, guess]) => itemsOf([gold], [guess])[0]);
        const cut = seed % items.length;
        for (const metric of [accuracy, labelF1(['0', '1', '2'], 'macro/supported')]) {
          const split = countAll(metric, items.slice(0, cut));
          metric.count(items.slice(cut), split, 0);
          expect(split).toEqual(countAll(metric, items));
        }
        const micro = score(['0', '1', '2'], 'micro', items);
        expect(micro).toBeCloseTo(accuracy.value(countAll(accuracy, items)), 12);
      }),
    );
  });
});

it('macro/observed averages over the labels of gold and of predictions', () => {
  const item = (gold: string, label: string): LabelItem => ({ gold: { label: gold }, prediction: { label } });
  const items = [item('a', 'a'), item('a', 'a'), item('b', 'c')];
  // F1 of a is 1, of b and of c 0; d occurs nowhere.
  expect(score(['a', 'b', 'c', 'd'], 'macro/observed', items)).toBeCloseTo(1 / 3, 12);
  expect(score(['a', 'b', 'c', 'd'], 'macro/supported', items)).toBeCloseTo(1 / 2, 12);
  expect(score(['a', 'b', 'c', 'd'], 'macro/all', items)).toBeCloseTo(1 / 4, 12);
});

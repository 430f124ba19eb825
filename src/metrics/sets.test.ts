import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Average } from './class-scores.ts';
import type { Metric } from './metric.ts';
import { setMetric } from './sets.ts';

interface Element {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}
interface Item {
  readonly gold: readonly Element[];
  readonly predicted: readonly Element[];
}

const metric = (average: Average = 'micro', classes = ['x', 'y']): Metric<Item> =>
  setMetric<Item, Element>({
    gold: ({ gold }) => gold,
    predicted: ({ predicted }) => predicted,
    same: (a, b) => a.start === b.start && a.end === b.end && a.type === b.type,
    classOf: ({ type }) => type,
    classes,
    average,
  });

function score(items: readonly Item[], average?: Average): number {
  const m = metric(average);
  const counts = new Float64Array(m.width);
  m.count(items, counts, 0);
  return m.value(counts);
}

const x = (start: number, end = start + 1): Element => ({ start, end, type: 'x' });
const y = (start: number, end = start + 1): Element => ({ start, end, type: 'y' });

describe('strict F1', () => {
  it('compares start, end and type', () => {
    expect(score([{ gold: [x(0, 2), y(3)], predicted: [x(0, 2), x(3)] }])).toBe(0.5);
    expect(score([{ gold: [x(0, 2)], predicted: [x(0, 1)] }])).toBe(0);
  });

  it('counts a repeated prediction as a false positive', () => {
    expect(score([{ gold: [x(0)], predicted: [x(0), x(0)] }])).toBe(2 / 3);
  });

  it('counts gold given twice once', () => {
    expect(score([{ gold: [x(0), x(0)], predicted: [x(0)] }])).toBe(1);
    expect(score([{ gold: [x(0), x(0)], predicted: [x(0), x(0)] }])).toBe(2 / 3);
  });

  it('counts predictions where gold has none', () => {
    expect(
      score([
        { gold: [x(0)], predicted: [x(0)] },
        { gold: [], predicted: [y(5)] },
      ]),
    ).toBe(2 / 3);
  });

  it('keeps overlapping and nested gold', () => {
    const gold = [x(0, 4), x(1, 3), y(0, 4)];
    expect(score([{ gold, predicted: [y(0, 4), x(1, 3), x(0, 4)] }])).toBe(1);
  });

  it('is undefined, not zero, where both sides are empty', () => {
    expect(score([{ gold: [], predicted: [] }])).toBeNaN();
    expect(score([], 'macro/supported')).toBeNaN();
  });

  it('counts classes that are not listed, in the sum and in a separate row', () => {
    const m = metric();
    const counts = new Float64Array(m.width);
    m.count([{ gold: [x(0)], predicted: [x(0), { start: 1, end: 2, type: 'z' }] }], counts, 0);
    expect(m.value(counts)).toBe(2 / 3);
    expect(m.details!(counts).classes).toEqual([
      { class: 'x', precision: 1, recall: 1, f1: 1, correct: 1, predicted: 1, gold: 1 },
      {
        class: 'y',
        precision: Number.NaN,
        recall: Number.NaN,
        f1: Number.NaN,
        correct: 0,
        predicted: 0,
        gold: 0,
      },
      { class: '(unlisted)', precision: 0, recall: Number.NaN, f1: 0, correct: 0, predicted: 1, gold: 0 },
    ]);
  });

  it('averages over classes in gold, over all classes, by weight, or takes one', () => {
    const items = [{ gold: [x(0), x(1), x(2)], predicted: [x(0), y(9)] }];
    expect(score(items, 'macro/supported')).toBe(0.5);
    expect(score(items, 'macro/all')).toBe(0.25);
    expect(score(items, 'weighted')).toBe(0.5);
    expect(score(items, { only: 'y' })).toBe(0);
    expect(score(items, { only: 'no such class' })).toBeNaN();
  });

  it('handles more gold than its scratch space held before', () => {
    const many = Array.from({ length: 500 }, (_, i) => x(i));
    expect(score([{ gold: many, predicted: [...many].reverse() }])).toBe(1);
  });
});

describe('counts of strict F1', () => {
  const element = fc.record({ start: fc.nat(3), end: fc.nat(3), type: fc.constantFrom('x', 'y', 'z') });
  const item = fc.record({
    gold: fc.array(element, { maxLength: 6 }),
    predicted: fc.array(element, { maxLength: 6 }),
  });
  const items = fc.array(item, { maxLength: 8 });
  const countAll = (list: readonly Item[]): number[] => {
    const m = metric();
    const counts = new Float64Array(m.width + 2).fill(7);
    m.count(list, counts, 1);
    expect([counts[0], counts.at(-1)]).toEqual([7, 7]);
    return [...counts.slice(1, -1)].map((n) => n - 7);
  };

  it('add up over units', () => {
    fc.assert(
      fc.property(items, (list) => {
        const sums = countAll([]);
        for (const one of list) for (const [i, n] of countAll([one]).entries()) sums[i] += n;
        expect(sums).toEqual(countAll(list));
      }),
    );
  });

  it('do not depend on any order', () => {
    fc.assert(
      fc.property(items, (list) => {
        const turned = list.map(({ gold, predicted }) => ({
          gold: [...gold].reverse(),
          predicted: [...predicted].reverse(),
        }));
        expect(countAll(turned.reverse())).toEqual(countAll(list));
      }),
    );
  });

  it('equal the size of the multiset intersection with distinct gold', () => {
    const key = ({ start, end, type }: Element): string => `${start} ${end} ${type}`;
    fc.assert(
      fc.property(item, (one) => {
        const gold = new Set(one.gold.map(key));
        const right = new Set(one.predicted.map(key).filter((k) => gold.has(k))).size;
        const m = metric('micro');
        const counts = new Float64Array(m.width);
        m.count([one], counts, 0);
        const { correct, predicted, gold: golds } = m.details!(counts);
        expect([correct, predicted, golds]).toEqual([right, one.predicted.length, gold.size]);
      }),
    );
  });
});

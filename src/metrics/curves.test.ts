import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision, rocAuc } from './curves.ts';

describe('area under the ROC curve', () => {
  it('is the share of pairs in the right order, ties one half', () => {
    const scored = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean()), { maxLength: 20 });
    fc.assert(
      fc.property(scored, (list) => {
        const positives = list.filter(([, positive]) => positive).map(([score]) => score);
        const negatives = list.filter(([, positive]) => !positive).map(([score]) => score);
        let right = 0;
        for (const p of positives) for (const n of negatives) right += p > n ? 1 : p === n ? 0.5 : 0;
        const pairs = positives.length * negatives.length;
        const ours = rocAuc(
          list.map(([score]) => score),
          list.map(([, positive]) => positive),
        );
        if (pairs === 0) expect(ours).toBeNaN();
        else expect(ours).toBeCloseTo(right / pairs, 12);
      }),
    );
  });

  it('accepts infinite scores, but not NaN', () => {
    expect(rocAuc([Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY], [true, false, false])).toBe(1);
    expect(rocAuc([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], [true, false])).toBe(0.5);
    expect(rocAuc([Number.NaN, 1], [true, false])).toBeNaN();
  });
});

describe('average precision', () => {
  it('is 1 for a perfect order and the share of positives where all tie', () => {
    expect(averagePrecision([3, 2, 1], [true, true, false])).toBe(1);
    expect(averagePrecision([1, 1, 1, 1], [true, false, false, false])).toBe(0.25);
  });

  it('equals a value computed by hand: positives at ranks 1 and 3', () => {
    expect(averagePrecision([4, 3, 2, 1], [true, false, true, false])).toBeCloseTo((1 + 2 / 3) / 2, 15);
  });

  it('is undefined without a positive', () => {
    expect(averagePrecision([1, 2], [false, false])).toBeNaN();
    expect(averagePrecision([Number.NaN], [true])).toBeNaN();
  });
});

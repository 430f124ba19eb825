import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OVERLAP_NAMES, overlap } from './overlap.ts';

const measure = (a: string, b: string): Record<string, number> =>
  Object.fromEntries(OVERLAP_NAMES.map(({ en }, i) => [en, overlap(a, b)[i]]));

describe('overlap', () => {
  it('measures what two texts share', () => {
    const found = measure('感冒吃什么药', '感冒不吃药');
    expect(found['shared characters / all']).toBeCloseTo(4 / 7, 12);
    expect(found['shared bigrams / all']).toBeCloseTo(1 / 8, 12);
    expect(found['characters of A in B']).toBeCloseTo(4 / 6, 12);
    expect(found['characters of B in A']).toBeCloseTo(4 / 5, 12);
    expect(found['length ratio']).toBeCloseTo(5 / 6, 12);
    expect(found['common subsequence']).toBeCloseTo(4 / 6, 12);
    // Insert 不, delete 什 and 么.
    expect(found['edit similarity']).toBeCloseTo(1 - 3 / 6, 12);
    expect(found['common beginning']).toBeCloseTo(2 / 6, 12);
    expect(found['common end']).toBeCloseTo(1 / 6, 12);
    expect(found['same negation']).toBe(0);
  });

  it('compares digits as numbers, in order', () => {
    expect(measure('吃2片', '吃2片')['same digits']).toBe(1);
    expect(measure('吃2片', '吃12片')['same digits']).toBe(0);
  });

  it('is between 0 and 1, and is 1 for equal texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (a, b) => {
        for (const value of overlap(a, b)) expect(value >= 0 && value <= 1).toBe(true);
        expect(overlap(a, a).every((value) => value === 1)).toBe(true);
      }),
    );
  });
});

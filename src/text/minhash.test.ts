import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandsFor, createSketches, SKETCH_DEFAULTS } from './minhash.ts';
import { jaccard, shinglesOf } from './shingles.ts';

describe('shingles', () => {
  it('are the distinct runs, packed without loss', () => {
    expect(shinglesOf('ababa', 2)).toHaveLength(2);
    expect(shinglesOf('痛', 3)).toHaveLength(1);
    expect(shinglesOf('', 3)).toHaveLength(0);
    expect(jaccard(shinglesOf('\uffff\uffff\uffff', 3), shinglesOf('\uffff\uffff\ufffe', 3))).toBe(0);
  });

  it('compare as sets do', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 20 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const grams = (t: string) =>
          new Set(
            t.length < 2
              ? [t].filter(Boolean)
              : Array.from({ length: t.length - 1 }, (_, i) => t.slice(i, i + 2)),
          );
        const [x, y] = [grams(a), grams(b)];
        const shared = [...x].filter((gram) => y.has(gram)).length;
        const union = x.size + y.size - shared;
        expect(jaccard(shinglesOf(a, 2), shinglesOf(b, 2))).toBe(union === 0 ? 1 : shared / union);
      }),
    );
  });
});

describe('sketches', () => {
  it('use as many rows as the threshold allows', () => {
    expect(bandsFor(0.8)).toEqual({ bands: 16, rows: 4 });
    expect(bandsFor(0.95).rows).toBeGreaterThan(4);
    expect(bandsFor(0.1)).toEqual({ bands: 64, rows: 1 });
  });

  it('are the same for the same seed and put equal texts into every bucket together', () => {
    const sketches = createSketches(SKETCH_DEFAULTS);
    for (const text of ['高血压怎么办', '糖尿病', '高血压怎么办', '']) sketches.add(shinglesOf(text, 3));
    const buckets: number[][] = [];
    for (const { members } of sketches.buckets()) buckets.push([...members]);
    expect(sketches.size).toBe(4);
    expect(buckets).toEqual(Array.from({ length: sketches.bands }, () => [0, 2]));
  });
});

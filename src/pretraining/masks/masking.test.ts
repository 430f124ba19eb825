import { describe, expect, it } from 'vitest';
import { createVocabulary } from '../../encoders/tokenizers/vocabulary.ts';
import { counterRandom, PURPOSE } from './counter.ts';
import { maskSequence, maskTokensOf, mostMasked } from './masking.ts';
import type { Unit } from './units.ts';

const vocabulary = createVocabulary([
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  '[unused1]',
  ...'甲乙丙丁',
]);
const tokens = maskTokensOf(vocabulary);

/** A sequence of units of the given lengths between `[CLS]` and `[SEP]`; longer ones are entities. */
function sequence(lengths: number[]): { ids: Int32Array; units: Unit[] } {
  let at = 1;
  const units = lengths.map((length): Unit => {
    at += length;
    return { from: at - length, to: at, kind: length > 1 ? 'entity' : 'other' };
  });
  return { ids: Int32Array.of(2, ...new Array(at - 1).fill(6), 3), units };
}
const run = (lengths: number[], item: number) => {
  const { ids, units } = sequence(lengths);
  const masked = maskSequence(ids, units, tokens, counterRandom(1, PURPOSE.mask, 0, item));
  return { ids, units, masked };
};

describe('masking', () => {
  it('replaces no token by a special or unused one', () => {
    expect([...tokens.replaceable]).toEqual([6, 7, 8, 9]);
    expect(tokens.mask).toBe(4);
  });

  it('masks units whole, 15 % of the tokens, in order, never special tokens', () => {
    for (let item = 0; item < 200; item++) {
      const { ids, units, masked } = run([1, 3, 1, 1, 4, 2, 1, 1, 1, 5, 1, 1, 2, 1, 1, 1, 3], item);
      expect(masked.length).toBeLessThanOrEqual(mostMasked(ids.length));
      expect(masked.length).toBe(Math.round(30 * 0.15));
      const places = masked.map(({ position }) => position);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(masked.every(({ label }) => label === 6)).toBe(true);
      for (const { from, to, kind } of units) {
        const inside = masked.filter(({ position }) => position >= from && position < to);
        expect([0, to - from]).toContain(inside.length);
        expect(inside.every((place) => place.kind === (kind === 'entity' ? 1 : 0))).toBe(true);
        const fates = new Set(inside.map(({ position }) => (ids[position] === 4 ? 'mask' : 'other')));
        expect(fates.size).toBeLessThanOrEqual(1);
      }
      expect([ids[0], ids.at(-1)]).toEqual([2, 3]);
    }
  });

  it('keeps to 80, 10 and 10 % by unit', () => {
    let [units, masked, kept] = [0, 0, 0];
    for (let item = 0; item < 4000; item++) {
      const { ids, masked: places } = run(new Array(20).fill(2), item);
      for (let i = 0; i < places.length; i += 2) {
        units++;
        const pair = [ids[places[i].position], ids[places[i + 1].position]];
        if (pair[0] === 4 && pair[1] === 4) masked++;
        else if (pair[0] === 6 && pair[1] === 6) kept++;
      }
    }
    // A random pair equals the old one once in 16 times.
    expect(Math.abs(masked / units - 0.8)).toBeLessThan(0.015);
    expect(Math.abs(kept / units - (0.1 + 0.1 / 16))).toBeLessThan(0.012);
  });

  it('always masks a unit, even where the only one is long, and nothing where there is none', () => {
    expect(run([6], 0).masked).toHaveLength(6);
    expect(run([1], 0).masked).toHaveLength(1);
    expect(run([], 0).masked).toHaveLength(0);
    expect(mostMasked(128)).toBe(20);
  });
});

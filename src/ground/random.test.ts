import { describe, expect, it } from 'vitest';
import { createRandom, shuffle } from './random.ts';

const draw = (count: number, seed: number, stream?: string): number[] => {
  const random = createRandom(seed, stream);
  return Array.from({ length: count }, () => random.next());
};

/** Chi-square of counts against equal shares. */
const chiSquare = (counts: readonly number[]): number => {
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return counts.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0);
};

/** Above the mean of chi-square by five standard deviations: once in a million for fair dice. */
const limit = (cells: number): number => cells - 1 + 5 * Math.sqrt(2 * (cells - 1));

const correlation = (a: readonly number[], b: readonly number[]): number => {
  const centred = (list: readonly number[]) => list.map((x) => x - 0.5);
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  const [x, y] = [centred(a), centred(b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
};

/**
 * xoshiro128** as its authors print it (32-bit unsigned arithmetic in BigInt), seeded as ours: the check that
 * the shortcuts of `Math.imul` and the shifts change nothing.
 */
function reference(seed: number): () => bigint {
  const M = 0xffffffffn;
  let mix = (BigInt(seed) ^ 0x9e3779b9n) & M;
  const s = Array.from({ length: 4 }, () => {
    mix = (mix + 0x9e3779b9n) & M;
    let z = mix;
    z = ((z ^ (z >> 16n)) * 0x85ebca6bn) & M;
    z = ((z ^ (z >> 13n)) * 0xc2b2ae35n) & M;
    return z ^ (z >> 16n);
  });
  const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & M;
  return () => {
    const result = (rotl((s[1] * 5n) & M, 7n) * 9n) & M;
    const t = (s[1] << 9n) & M;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11n);
    return result;
  };
}

describe('a seeded stream', () => {
  it('is xoshiro128**, two draws per number', () => {
    for (const seed of [0, 1, 20261122, 0xffffffff]) {
      const next = reference(seed);
      const expected = Array.from({ length: 100 }, () => {
        const high = next();
        return Number((high << 21n) | (next() >> 11n)) / 2 ** 53;
      });
      expect(draw(100, seed)).toEqual(expected);
    }
  });

  it('repeats itself for equal seeds and streams', () => {
    expect(draw(1000, 5, 'order')).toEqual(draw(1000, 5, 'order'));
  });

  it('differs for other seeds and other streams', () => {
    const starts = [0, 1, 2, 3, -1, 2 ** 31].flatMap((seed) =>
      ['', 'a', 'b', 'ab', 'ba', 'dropout', 'order', 'bootstrap', 'carve'].map((stream) =>
        draw(2, seed, stream).join(),
      ),
    );
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('is uniform in [0, 1), in every bit that a histogram shows', () => {
    for (const seed of [0, 1, 2]) {
      const values = draw(200_000, seed);
      expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
      for (const scale of [1, 2 ** 20, 2 ** 40]) {
        const cells = new Array<number>(100).fill(0);
        for (const x of values) cells[Math.floor(((x * scale) % 1) * 100)]++;
        expect(chiSquare(cells)).toBeLessThan(limit(100));
      }
    }
  });

  it('is not correlated with itself a step later, with the next seed, or with another stream', () => {
    const count = 100_000;
    const far = 5 / Math.sqrt(count);
    const values = draw(count + 1, 7);
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(far);
    for (const other of [draw(count, 8), draw(count, 7, 'order'), draw(count, 7, 'dropout')]) {
      expect(Math.abs(correlation(values.slice(0, count), other))).toBeLessThan(far);
    }
  });
});

describe('whole numbers below a bound', () => {
  it('are uniform', () => {
    const random = createRandom(3);
    for (const bound of [1, 2, 7, 1000]) {
      const counts = new Array<number>(bound).fill(0);
      for (let i = 0; i < 100_000; i++) counts[random.below(bound)]++;
      if (bound > 1) expect(chiSquare(counts)).toBeLessThan(limit(bound));
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(100_000);
    }
  });
});

describe('shuffling', () => {
  it('keeps every item, in place', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = shuffle(items, createRandom(1));
    expect(shuffled).toBe(items);
    expect(shuffled).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('makes every order equally likely', () => {
    const random = createRandom(2);
    const counts = new Map<string, number>();
    for (let i = 0; i < 48_000; i++) {
      const order = shuffle([0, 1, 2, 3], random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(limit(24));
  });
});

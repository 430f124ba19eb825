import { describe, expect, it } from 'vitest';
import { counterRandom, PURPOSE, threefry } from './counter.ts';

describe('counter-based random numbers', () => {
  it('are those of the reference (Random123, kat_vectors, threefry2x32 20)', () => {
    const words = new Uint32Array(2);
    const vectors = [
      [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
      [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
    ];
    for (const [key0, key1, counter0, counter1, first, second] of vectors) {
      threefry(key0, key1, counter0, counter1, words);
      expect([...words]).toEqual([first, second]);
    }
  });

  it('depend only on the position', () => {
    const draw = (...place: [number, 1 | 2 | 3 | 4 | 5, number, number]) => {
      const random = counterRandom(...place);
      return [random.next(), random.next(), random.below(10)];
    };
    const here = draw(7, PURPOSE.mask, 2, 11);
    draw(1, PURPOSE.mask, 0, 0);
    expect(draw(7, PURPOSE.mask, 2, 11)).toEqual(here);
    for (const other of [draw(8, 3, 2, 11), draw(7, 1, 2, 11), draw(7, 3, 3, 11), draw(7, 3, 2, 12)]) {
      expect(other).not.toEqual(here);
    }
  });

  it('are uniform', () => {
    const counts = new Array(10).fill(0);
    for (let item = 0; item < 2000; item++) {
      const random = counterRandom(0, PURPOSE.order, 0, item);
      for (let i = 0; i < 10; i++) counts[random.below(10)]++;
    }
    // Chi-squared with 9 degrees of freedom: 27.9 is exceeded once in a thousand.
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
  });
});

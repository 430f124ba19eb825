import { expect, it } from 'vitest';
import { DEEPEST, decay } from './exponential.ts';

it('agrees with Math.exp to 13 digits, and to the last few units where it matters', () => {
  const worst = (most: number): number => {
    let error = 0;
    for (let x = 0; x <= most; x += most / 10_000)
      error = Math.max(error, Math.abs(decay(x) / Math.exp(-x) - 1));
    return error;
  };
  expect(worst(DEEPEST)).toBeLessThan(1e-13);
  expect(worst(5)).toBeLessThan(16 * Number.EPSILON);
  expect(decay(0)).toBe(1);
  expect(decay(DEEPEST)).toBeGreaterThan(0);
});

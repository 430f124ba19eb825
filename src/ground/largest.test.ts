import { expect, it } from 'vitest';
import { largest } from './largest.ts';

it('takes any number of numbers', () => {
  expect(largest([], 4)).toBe(4);
  expect(largest([-1, 3, 2], 0)).toBe(3);
  expect(
    largest(
      Array.from({ length: 500_000 }, (_, i) => i),
      0,
    ),
  ).toBe(499_999);
});

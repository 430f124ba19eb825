import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { drawBinomial } from './binomial.ts';

const DRAWS = 40_000;

/** χ² distance of drawn frequencies from the exact masses, cells below 5 expected draws merged. */
function chiSquare(n: number, p: number, seed: number): { value: number; cells: number } {
  const random = createRandom(seed);
  const seen = new Float64Array(n + 1);
  for (let i = 0; i < DRAWS; i++) seen[drawBinomial(n, p, random)]++;
  let logMass = n * Math.log1p(-p);
  let value = 0;
  let cells = 0;
  let expected = 0;
  let observed = 0;
  for (let k = 0; k <= n; k++) {
    expected += DRAWS * Math.exp(logMass);
    observed += seen[k];
    logMass += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p));
    if (expected < 5) continue;
    value += (observed - expected) ** 2 / expected;
    cells++;
    expected = 0;
    observed = 0;
  }
  return { value, cells };
}

it.each([
  [5, 0.3],
  [40, 0.1],
  [40, 0.5],
  [300, 0.04],
  [1000, 0.93],
  [10_000, 0.2],
])('Binomial(%i, %f) has the right frequencies', (n, p) => {
  const { value, cells } = chiSquare(n, p, n);
  // Mean + 4 standard deviations of χ²: a sampler that is off by a percent fails by far.
  expect(value).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
});

it('certain outcomes are not random', () => {
  const random = createRandom(1);
  expect(drawBinomial(7, 1, random)).toBe(7);
  expect(drawBinomial(7, 0, random)).toBe(0);
  expect(drawBinomial(0, 0.5, random)).toBe(0);
});

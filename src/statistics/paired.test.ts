import { describe, expect, it } from 'vitest';
import { mcnemar } from './mcnemar.ts';
import { bootstrapDifference, swapEffects, winTieLoss } from './paired.ts';
import { permutationTest } from './permutation.ts';

const f1 = (sums: Float64Array): number => (2 * sums[0]) / (2 * sums[0] + sums[1] + sums[2]);
const mean = (n: number) => (sums: Float64Array) => sums[0] / n;

describe('swap effects', () => {
  it('are shares of one item for accuracy, and sum to the difference', () => {
    const a = Float64Array.of(1, 1, 0, 1, 0);
    const b = Float64Array.of(1, 0, 0, 0, 1);
    const effects = swapEffects(a, b, 1, mean(5));
    [0, 0.2, 0, 0.2, -0.2].forEach((expected, i) => {
      expect(effects[i]).toBeCloseTo(expected, 12);
    });
    expect(winTieLoss(effects)).toEqual({ win: 2, tie: 2, loss: 1 });
  });

  it('find the better answer where a document alone has no F1', () => {
    // First document: no gold; a finds nothing, b invents an entity. Second: both find it.
    const a = Float64Array.of(0, 0, 0, 1, 0, 0);
    const b = Float64Array.of(0, 1, 0, 1, 0, 0);
    expect(winTieLoss(swapEffects(a, b, 3, f1))).toEqual({ win: 1, tie: 1, loss: 0 });
  });

  it('are antisymmetric', () => {
    const a = Float64Array.of(2, 0, 1, 3, 1, 0, 0, 2, 2);
    const b = Float64Array.of(1, 1, 2, 3, 1, 0, 2, 0, 0);
    const there = swapEffects(a, b, 3, f1);
    const back = swapEffects(b, a, 3, f1);
    there.forEach((effect, i) => {
      expect(effect).toBeCloseTo(-back[i], 12);
    });
  });
});

describe('permutation test', () => {
  it('tries all exchanges where units count alike, and agrees with exact McNemar', () => {
    const a = Float64Array.from({ length: 500 }, (_, i) => Number(i < 430));
    const b = Float64Array.from({ length: 500 }, (_, i) => Number(i >= 30 && i < 410));
    const { p, exact, differing } = permutationTest(a, b, 1, mean(500));
    expect({ exact, differing }).toEqual({ exact: true, differing: 50 });
    expect(p).toBeCloseTo(mcnemar(50, 0).exact, 14);
  });

  it('random exchanges agree with all exchanges', () => {
    const n = 18;
    const a = Float64Array.from({ length: n }, (_, i) => Math.sqrt(i));
    const b = Float64Array.from({ length: n }, (_, i) => Math.sqrt(i) - Math.cos(i * i) - 0.3);
    const observed = Math.abs(a.reduce((sum, x, i) => sum + x - b[i], 0));
    let hits = 0;
    for (let signs = 0; signs < 2 ** n; signs++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (signs >> i) & 1 ? a[i] - b[i] : b[i] - a[i];
      if (Math.abs(sum) >= observed - 1e-9) hits++;
    }
    const random = permutationTest(a, b, 1, mean(n), { permutations: 40_000 });
    expect(random.exact).toBe(false);
    expect(random.p).toBeCloseTo(hits / 2 ** n, 2);
  });

  it('equal systems give p = 1', () => {
    const a = Float64Array.of(1, 2, 3);
    expect(permutationTest(a, a, 1, mean(3))).toMatchObject({ p: 1, difference: 0, differing: 0 });
  });
});

it('the paired interval is narrower than two unpaired ones where systems make similar errors', () => {
  const a = Float64Array.from({ length: 1000 }, (_, i) => Number(i < 800));
  const b = Float64Array.from({ length: 1000 }, (_, i) => Number(i < 790));
  const { low, high, estimate } = bootstrapDifference(a, b, 1, mean(1000));
  expect(estimate).toBeCloseTo(0.01, 12);
  expect(low).toBeGreaterThan(0.003);
  expect(high).toBeLessThan(0.018);
});

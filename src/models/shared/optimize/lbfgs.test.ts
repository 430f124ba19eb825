import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../ground/random.ts';
import { minimize, type Objective } from './lbfgs.ts';
import { maxNorm } from './vectors.ts';

const tight = { gradientTolerance: 1e-9, valueTolerance: 0 };

/** Sum of `curvature_i / 2 * (x_i - target_i)^2`: the minimum is `target`. */
const bowl =
  (target: readonly number[], curvature: readonly number[]): Objective =>
  (x, gradient) => {
    let value = 0;
    for (let i = 0; i < x.length; i++) {
      gradient[i] = curvature[i] * (x[i] - target[i]);
      value += (gradient[i] * (x[i] - target[i])) / 2;
    }
    return value;
  };

const rosenbrock: Objective = (x, gradient) => {
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const a = x[i + 1] - x[i] * x[i];
    value += 100 * a * a + (1 - x[i]) ** 2;
    gradient[i] += -400 * a * x[i] - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * a;
  }
  return value;
};

describe('minimize', () => {
  it('finds the minimum of a badly scaled quadratic', async () => {
    const target = [1, -2, 3, 0, 5e3];
    const found = await minimize(bowl(target, [1, 1e4, 1e-2, 7, 3]), new Float64Array(5), tight);
    expect(found.reason).toBe('gradient');
    target.forEach((value, i) => {
      expect(found.x[i]).toBeCloseTo(value, 6);
    });
  });

  it('finds (1, …, 1) on the Rosenbrock function in 2 and 20 dimensions', async () => {
    for (const size of [2, 20]) {
      const x0 = new Float64Array(size).map((_, i) => (i % 2 === 0 ? -1.2 : 1));
      const found = await minimize(rosenbrock, x0, tight);
      expect(found.value).toBeLessThan(1e-16);
      for (const x of found.x) expect(x).toBeCloseTo(1, 6);
      expect(found.evaluations).toBeLessThan(size === 2 ? 60 : 200);
      expect(x0[0]).toBe(-1.2);
    }
  });

  it('finds the minimum of any random convex quadratic from any start', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer(), async (size, seed) => {
        const random = createRandom(seed);
        const target = Array.from({ length: size }, () => random.next() * 20 - 10);
        const curvature = Array.from({ length: size }, () => 10 ** (random.next() * 4 - 2));
        const x0 = new Float64Array(size).map(() => random.next() * 100 - 50);
        const found = await minimize(bowl(target, curvature), x0, tight);
        const gradient = new Float64Array(size);
        await bowl(target, curvature)(found.x, gradient);
        expect(maxNorm(gradient)).toBeLessThan(1e-7);
      }),
      { numRuns: 60 },
    );
  });

  it('stays in the domain: x - log x has its minimum at 1', async () => {
    const objective: Objective = (x, gradient) => {
      gradient[0] = 1 - 1 / x[0];
      return x[0] - Math.log(x[0]);
    };
    for (const start of [0.01, 40]) {
      const found = await minimize(objective, Float64Array.of(start), tight);
      expect(found.x[0]).toBeCloseTo(1, 8);
    }
  });

  it('works in a space with another inner product', async () => {
    // Ridge regression of y on rows r with the solution written as w = rows' a: <a, b> = a' K b.
    const rows = [
      [1, 2, 0, 1],
      [0, 1, 1, 3],
    ];
    const y = [1, -2];
    const kernel = rows.map((a) => rows.map((b) => a.reduce((sum, v, i) => sum + v * b[i], 0)));
    const times = (a: Float64Array): number[] => kernel.map((row) => row[0] * a[0] + row[1] * a[1]);
    const objective: Objective = (a, gradient) => {
      const fitted = times(a);
      gradient.forEach((_, i) => {
        gradient[i] = fitted[i] - y[i] + a[i];
      });
      return fitted.reduce((sum, f, i) => sum + ((f - y[i]) ** 2 + a[i] * f) / 2, 0);
    };
    const dot = (a: Float64Array, b: Float64Array): number =>
      times(b).reduce((sum, v, i) => sum + a[i] * v, 0);
    const { x } = await minimize(objective, new Float64Array(2), { ...tight, dot });
    // (K + I) a = y, solved by hand.
    const [[p, q], [, r]] = [
      [kernel[0][0] + 1, kernel[0][1]],
      [kernel[1][0], kernel[1][1] + 1],
    ];
    expect(x[0]).toBeCloseTo((r * y[0] - q * y[1]) / (p * r - q * q), 8);
    expect(x[1]).toBeCloseTo((p * y[1] - q * y[0]) / (p * r - q * q), 8);
  });

  it('accepts asynchronous objectives', async () => {
    const later: Objective = async (x, gradient) => bowl([3], [2])(x, gradient);
    expect((await minimize(later, new Float64Array(1), tight)).x[0]).toBeCloseTo(3, 8);
  });

  it('says why it stopped', async () => {
    const objective = bowl([1e3], [1]);
    const zero = new Float64Array(1);
    expect((await minimize(rosenbrock, new Float64Array(9), { ...tight, maxIterations: 3 })).reason).toBe(
      'iterations',
    );
    expect((await minimize(objective, Float64Array.of(1e3))).reason).toBe('gradient');
    expect((await minimize(rosenbrock, new Float64Array(9), { valueTolerance: 0.5 })).reason).toBe('value');
    const uphill: Objective = (x, gradient) => {
      gradient[0] = -1;
      return x[0] > 0 ? 1 : 0;
    };
    expect((await minimize(uphill, zero)).reason).toBe('stalled');
    await expect(minimize(() => Number.NaN, zero)).rejects.toThrow(RangeError);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const run = minimize(rosenbrock, new Float64Array(50), {
      ...tight,
      signal: controller.signal,
      onIteration: (iteration) => {
        if (iteration === 3) controller.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
  });
});

describe('minimize with l1 (OWL-QN)', () => {
  it('soft-thresholds where the components are independent', async () => {
    const target = [3, -3, 0.4, -0.4, 0];
    const { x, reason } = await minimize(bowl(target, [1, 1, 1, 1, 1]), Float64Array.of(0, 5, -1, 1, 2), {
      ...tight,
      l1: 0.5,
    });
    expect(reason).toBe('gradient');
    [2.5, -2.5, 0, 0, 0].forEach((value, i) => {
      expect(x[i]).toBeCloseTo(value, 8);
    });
    expect([x[2], x[3], x[4]].every((value) => value === 0)).toBe(true);
  });

  it('leaves components of weight 0 unpenalized', async () => {
    const { x } = await minimize(bowl([2, 2], [1, 1]), new Float64Array(2), {
      ...tight,
      l1: Float64Array.of(0, 1),
    });
    expect(x[0]).toBeCloseTo(2, 8);
    expect(x[1]).toBeCloseTo(1, 8);
  });

  it('meets the optimality conditions of the lasso on correlated columns', async () => {
    const random = createRandom(5);
    const rows = Array.from({ length: 40 }, () => {
      const common = random.next();
      return Array.from({ length: 15 }, () => common + random.next());
    });
    const y = rows.map((row) => 3 * row[0] - 2 * row[1] + random.next());
    const objective: Objective = (x, gradient) => {
      gradient.fill(0);
      let value = 0;
      rows.forEach((row, k) => {
        const error = row.reduce((sum, v, i) => sum + v * x[i], -y[k]);
        value += (error * error) / 2;
        row.forEach((v, i) => {
          gradient[i] += error * v;
        });
      });
      return value;
    };
    const l1 = 2;
    const { x, value } = await minimize(objective, new Float64Array(15), {
      ...tight,
      gradientTolerance: 1e-7,
      l1,
    });
    const gradient = new Float64Array(15);
    const smooth = await objective(x, gradient);
    expect(value).toBeCloseTo(smooth + l1 * x.reduce((sum, v) => sum + Math.abs(v), 0), 8);
    expect(x.filter((v) => v === 0).length).toBeGreaterThan(3);
    x.forEach((v, i) => {
      if (v !== 0) expect(gradient[i]).toBeCloseTo(-l1 * Math.sign(v), 4);
      else expect(Math.abs(gradient[i])).toBeLessThanOrEqual(l1 + 1e-4);
    });
  });
});

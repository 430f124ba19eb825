import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { bootstrap, bootstrapMany } from './bootstrap.ts';
import { fillExponential, fillGamma, gammaShapes } from './gamma.ts';
import { deviation } from './percentiles.ts';
import { distinctRows } from './rows.ts';
import { bootstrapWeighted } from './weighted-bootstrap.ts';
import { createWeightedSums, createWeighting } from './weighting.ts';

const DRAWS = 200_000;

/** Largest distance of the drawn distribution function from the exact one (Kolmogorov). */
function distance(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let most = 0;
  sorted.forEach((x, i) => {
    most = Math.max(most, Math.abs(cdf(x) - i / sorted.length), Math.abs(cdf(x) - (i + 1) / sorted.length));
  });
  return most;
}

/** Above this distance the samples would differ from the distribution at p = 0.001. */
const LIMIT = 1.95 / Math.sqrt(DRAWS);

it('exponential draws follow 1 - exp(-x)', () => {
  const values = new Float64Array(DRAWS);
  const random = createRandom(1);
  const total = fillExponential(values, 0, Int32Array.of(1, 2, 3, 4), random);
  expect(total).toBeCloseTo(
    values.reduce((sum, x) => sum + x, 0),
    6,
  );
  expect(distance(values, (x) => 1 - Math.exp(-x))).toBeLessThan(LIMIT);
});

it('gamma draws of a whole shape follow the Erlang distribution', () => {
  const random = createRandom(2);
  const shape = 16;
  const values = new Float64Array(DRAWS);
  const total = fillGamma(values, gammaShapes(new Float64Array(DRAWS).fill(shape)), random);
  expect(total / DRAWS).toBeCloseTo(shape, 1);
  const cdf = (x: number): number => {
    let term = 1;
    let sum = 1;
    for (let k = 1; k < shape; k++) {
      term *= x / k;
      sum += term;
    }
    return 1 - Math.exp(-x) * sum;
  };
  expect(distance(values, cdf)).toBeLessThan(LIMIT);
});

it('weights are positive and sum to the number of units', () => {
  const weigh = createWeighting(50, 3);
  for (let i = 0; i < 1000; i++) {
    const weights = weigh();
    expect(Math.min(...weights)).toBeGreaterThan(0);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(50, 9);
  }
});

it('equal rows drawn at once spread as units drawn one by one', () => {
  const right = 70;
  const counts = Float64Array.from({ length: 100 }, (_, i) => Number(i < right));
  const sums = createWeightedSums(distinctRows(counts, 1), 4);
  const weigh = createWeighting(100, 4);
  const together = Float64Array.from({ length: 20_000 }, () => sums()[0]);
  const alone = Float64Array.from({ length: 20_000 }, () =>
    weigh().reduce((sum, w, i) => sum + w * counts[i], 0),
  );
  // Beta(70, 30), times 100.
  const exact = 100 * Math.sqrt((0.7 * 0.3) / 101);
  for (const values of [together, alone]) expect(deviation(values) / exact).toBeCloseTo(1, 1.5);
});

/** Two common labels with F1 near 0.9, one label on two units that the system never finds. */
const rareLabel = (): Float64Array =>
  Float64Array.from(
    Array.from({ length: 300 }, (_, unit) => {
      if (unit < 2) return [0, 1, 0, 0, 0, 1];
      return unit % 10 === 0 ? [0, 1, 1, 0, 0, 0] : [1, 1, 1, 0, 0, 0];
    }).flat(),
  );
const RARE = { width: 6, supports: [2, 5] };
/** Mean F1 of the labels that occur in gold. */
const supported = (sums: Float64Array): number => {
  const f1 = [0, 3]
    .filter((at) => sums[at + 2] > 0)
    .map((at) => (2 * sums[at]) / (sums[at + 1] + sums[at + 2]));
  return f1.reduce((sum, x) => sum + x, 0) / f1.length;
};

it('a rare label stays in the average in every resample', () => {
  const counts = rareLabel();
  const options = { resamples: 2000, supports: RARE.supports };
  const drawn = bootstrap(counts, RARE.width, supported, { ...options, method: 'percentile' });
  const weighted = bootstrap(counts, RARE.width, supported, options);
  // One resample in seven has no unit with the rare label, and its average is twice as high.
  expect(drawn.high).toBeGreaterThan(0.85);
  expect(weighted.high).toBeLessThan(0.5);
  expect(weighted.high - weighted.estimate).toBeLessThan(2 * (weighted.estimate - weighted.low));
});

it('flags few units, and few units of a label that is scored separately', () => {
  const counts = rareLabel();
  const [macro, first] = bootstrapMany(
    counts,
    RARE.width,
    [{ value: supported, supports: RARE.supports }, { value: (sums) => (2 * sums[0]) / (sums[1] + sums[2]) }],
    { resamples: 200 },
  );
  expect(macro).toMatchObject({ method: 'bayesian', labelUnits: 2, flaw: 'few-units' });
  expect(first.labelUnits).toBeUndefined();
  expect(first.flaw).toBeUndefined();
  const few = counts.slice(10 * RARE.width, 109 * RARE.width);
  expect(bootstrap(few, RARE.width, supported, { resamples: 200 }).flaw).toBe('few-units');
});

it('weights of units give the same interval as counts that add up', () => {
  const counts = Float64Array.from({ length: 400 }, (_, i) => (i * 7919) % 13);
  const interval = bootstrapWeighted(
    {
      units: 400,
      labelUnits: 400,
      value: (weights) => weights.reduce((sum, weight, i) => sum + weight * counts[i], 0) / 400,
    },
    { resamples: 4000 },
  );
  const additive = bootstrap(counts, 1, (sums) => sums[0] / 400, { resamples: 4000 });
  expect(interval.estimate).toBeCloseTo(additive.estimate, 12);
  expect(Math.abs(interval.low - additive.low)).toBeLessThan(0.2 * additive.standardError);
  expect(Math.abs(interval.high - additive.high)).toBeLessThan(0.2 * additive.standardError);
});

it('covers the mean of rare-label F1 as often as it says', () => {
  // 12 labels, each on about 5 % of the units and found in 7 of 10: small samples are too low on average.
  const random = createRandom(17);
  const labels = 12;
  const width = 3 * labels;
  const macro = (sums: Float64Array): number => {
    let total = 0;
    for (let at = 0; at < width; at += 3) total += (2 * sums[at]) / (sums[at + 1] + sums[at + 2]);
    return total / labels;
  };
  const TRIALS = 400;
  let covered = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const counts = new Float64Array(300 * width);
    for (let unit = 0; unit < 300; unit++) {
      const gold = random.below(labels);
      const predicted = random.next() < 0.7 ? gold : (gold + 1 + random.below(labels - 1)) % labels;
      counts[unit * width + 3 * gold + 2]++;
      counts[unit * width + 3 * predicted + 1]++;
      if (gold === predicted) counts[unit * width + 3 * gold]++;
    }
    const { low, high } = bootstrap(counts, width, macro, { resamples: 400, seed: trial });
    if (low <= 0.7 && 0.7 <= high) covered++;
  }
  expect(covered / TRIALS).toBeGreaterThan(0.9);
  expect(covered / TRIALS).toBeLessThan(0.985);
});

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createRandom } from '../ground/random.ts';
import { bootstrap, resampledValues, type Value } from './bootstrap.ts';
import type { IntervalMethod } from './interval.ts';

// Published intervals are reproducible to the bit: whatever makes the bootstrap faster must leave these as they are.

const UNITS = 1500;
const RESAMPLES = 301;
const TYPES = 11;

const f1: Value = (sums) => (2 * sums[0]) / (2 * sums[0] + sums[1] + sums[2]);
const macro: Value = (sums) => {
  let total = 0;
  for (let i = 0; i < sums.length; i += 3) total += f1(sums.subarray(i, i + 3));
  return total / TYPES;
};

const random = createRandom(20);
const fill = (width: number, draw: () => number): Float64Array => new Float64Array(UNITS * width).map(draw);
const skewed = (): number => Math.floor(random.next() * random.next() * 6);
const TABLES = {
  /** Every row is of one unit. Large enough for the kernel; the others are summed without it. */
  real: { width: 3, counts: fill(3, () => random.next()), value: f1 },
  /** Rows of one, a few and many units. */
  macro: {
    width: 3 * TYPES,
    counts: fill(3 * TYPES, () => (random.next() < 0.06 ? skewed() : 0)),
    value: macro,
  },
  /** Few rows, nearly all of many units. */
  entity: { width: 3, counts: fill(3, skewed), value: f1 },
};

const digest = (values: Float64Array): string =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex').slice(0, 16);

const PINNED: [keyof typeof TABLES, IntervalMethod, string, number, number][] = [
  ['real', 'bayesian', 'cc580479c1f2faa4', 0.49085882345829207, 0.508237967337113],
  ['real', 'percentile', '75da3b79a7834c82', 0.49088230551075207, 0.5092346969549484],
  ['real', 'bca', '75da3b79a7834c82', 0.4910379741107577, 0.5093447741077328],
  ['macro', 'bayesian', '1895b8c4eacf3784', 0.4530393606047231, 0.508806913968295],
  ['macro', 'percentile', '3a015d086c7c41db', 0.44555414092898565, 0.50818161555563],
  ['macro', 'bca', '3a015d086c7c41db', 0.4554843760040837, 0.5163591246850869],
  ['entity', 'bayesian', 'dbb81ccd6f744440', 0.48793528120185675, 0.5229262485340569],
  ['entity', 'percentile', 'a9b7a92fb074a71a', 0.48825128291519804, 0.5239360119047619],
  ['entity', 'bca', 'a9b7a92fb074a71a', 0.48943009619366257, 0.5243127204199142],
];

it.each(PINNED)(
  '%s, %s: resampled values and interval are the same to the bit',
  (name, method, hash, low, high) => {
    const { counts, width, value } = TABLES[name];
    const options = { resamples: RESAMPLES, seed: 6, method };
    expect(digest(resampledValues(counts, width, value, options))).toBe(hash);
    expect(bootstrap(counts, width, value, options)).toMatchObject({ low, high });
  },
);

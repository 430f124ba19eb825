import { createRandom } from '../ground/random.ts';
import { drawBinomial } from './binomial.ts';
import { sumsOfDraws } from './draws.ts';
import type { DistinctRows } from './rows.ts';

/** A row that at least this many units share is drawn as one binomial; the others unit by unit. */
const BINOMIAL_FROM = 16;

/**
 * Draws resamples of the units with replacement and gives their summed counts.
 *
 * The multinomial over distinct rows is split exactly: common rows by conditional binomials, what is
 * left uniformly over the units of the rare rows. The array holds its sums until the next call.
 */
export function createResampler(table: DistinctRows, seed: number): () => Float64Array {
  const { size, units, multiplicity } = table;
  const random = createRandom(seed, 'bootstrap');
  const state = Int32Array.from({ length: 4 }, () => random.below(2 ** 32) | 0);
  let head = 0;
  while (head < size && multiplicity[head] >= BINOMIAL_FROM) head++;
  const tailRow: number[] = [];
  for (let row = head; row < size; row++) for (let i = 0; i < multiplicity[row]; i++) tailRow.push(row);
  const rareRows = Int32Array.from(tailRow);
  const resample = sumsOfDraws([table], (weights) => {
    let draws = units;
    let mass = units;
    for (let row = 0; row < head; row++) {
      const drawn = drawBinomial(draws, multiplicity[row] / mass, random);
      weights[row] = drawn;
      draws -= drawn;
      mass -= multiplicity[row];
    }
    weights.fill(0, head);
    if (draws > 0) countUniform(weights, rareRows, state, draws);
    return 1;
  });
  return () => resample()[0];
}

/**
 * Adds `draws` uniform picks of `rows` to `weights`. xoshiro128** as in ground/random, with its state
 * in locals: this loop runs a hundred million times. 32 bits leave a bias below rows.length / 2³².
 */
function countUniform(weights: Float64Array, rows: Int32Array, state: Int32Array, draws: number): void {
  const scale = rows.length / 2 ** 32;
  let [a, b, c, d] = state;
  for (let i = 0; i < draws; i++) {
    const scaled = Math.imul(b, 5);
    const bits = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    weights[rows[Math.floor(bits * scale)]]++;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}

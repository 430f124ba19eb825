import { createRandom, type Random } from '../ground/random.ts';
import { drawBinomial } from './binomial.ts';
import type { Value } from './bootstrap.ts';
import {
  type Counts,
  countsAlike,
  createCountsBuilder,
  type SparseCounts,
  sparse,
  sumCounts,
} from './counts.ts';
import { difference, pairCounts } from './paired.ts';
import { addWeighted, type DistinctRows, distinctRows, sparseColumns } from './rows.ts';

/** All exchanges are tried where there are at most this many that differ. */
const EXACT_UP_TO = 1 << 16;
/** From this many equal units on, exchanged ones are one binomial draw; below, one coin flip per unit. */
const BINOMIAL_FROM = 32;
/** Differences this much smaller than the observed one still count as "at least as large". */
const TOLERANCE = 1e-12;

export interface PermutationTest {
  /** value(a) - value(b). */
  readonly difference: number;
  /** Two-sided. */
  readonly p: number;
  /** Whether every exchange was tried; else `permutations` random ones. */
  readonly exact: boolean;
  /** Exchanges tried: distinct outcomes when exact. */
  readonly permutations: number;
  /** Units on which the systems count differently: only these carry evidence. */
  readonly differing: number;
}

/**
 * Paired permutation test, also called approximate randomization or Fisher's randomization test (Noreen 1989):
 * if the systems were equal, each unit's two answers could just as well have been exchanged.
 *
 * Random tests give p = (1 + hits) / (1 + permutations), as Phipson & Smyth 2010 and scipy.stats.permutation_test.
 * An exchange whose difference is undefined counts as a hit: it never helps significance.
 */
export function permutationTest(
  a: Counts,
  b: Counts,
  width: number,
  value: Value,
  options: { readonly permutations?: number; readonly seed?: number } = {},
): PermutationTest {
  const { permutations = 10_000, seed = 0 } = options;
  const [left, right] = [sparse(a, width), sparse(b, width)];
  const observed = difference(value, width)(sumCounts(pairCounts(left, right, width), 2 * width));
  const changed = differingRows(left, right);
  const table = distinctRows(changed.gaps, width);
  const differing = table.units;
  const score = scorer(table, changed.totalA, changed.totalB, value);
  const limit = Math.abs(observed) - TOLERANCE * Math.max(1, Math.abs(observed));
  const hit = (): boolean => !(Math.abs(score.difference()) < limit);
  let outcomes = 1;
  for (let row = 0; row < table.size && outcomes <= EXACT_UP_TO; row++)
    outcomes *= table.multiplicity[row] + 1;
  if (outcomes <= EXACT_UP_TO) {
    const p = Math.min(1, enumerate(table, score.exchanged, hit));
    return { difference: observed, p, exact: true, permutations: outcomes, differing };
  }
  const random = createRandom(seed, 'permutation');
  let hits = 0;
  for (let i = 0; i < permutations; i++) {
    for (let row = 0; row < table.size; row++) score.exchanged[row] = flips(table.multiplicity[row], random);
    if (hit()) hits++;
  }
  return { difference: observed, p: (1 + hits) / (1 + permutations), exact: false, permutations, differing };
}

/** Rows b - a of the units that differ, and the totals of both systems. */
function differingRows(a: SparseCounts, b: SparseCounts) {
  const { width, units } = a;
  const differing: number[] = [];
  for (let unit = 0; unit < units; unit++) if (!countsAlike(a, b, unit)) differing.push(unit);
  const gaps = createCountsBuilder(width, differing.length);
  for (const unit of differing) {
    let i = a.starts[unit];
    let j = b.starts[unit];
    const [endA, endB] = [a.starts[unit + 1], b.starts[unit + 1]];
    while (i < endA || j < endB) {
      const column = Math.min(i < endA ? a.columns[i] : width, j < endB ? b.columns[j] : width);
      const own = i < endA && a.columns[i] === column ? a.values[i++] : 0;
      const others = j < endB && b.columns[j] === column ? b.values[j++] : 0;
      gaps.add(column, others - own);
    }
    gaps.endUnit();
  }
  return { gaps: gaps.finish(), totalA: sumCounts(a, width), totalB: sumCounts(b, width) };
}

/** The difference of the scores when `exchanged[row]` units of every row have been exchanged. */
function scorer(table: DistinctRows, totalA: Float64Array, totalB: Float64Array, value: Value) {
  const columns = sparseColumns(table.rows);
  const exchanged = new Float64Array(table.size);
  const moved = new Float64Array(table.width);
  const sums = new Float64Array(table.width);
  return {
    exchanged,
    difference(): number {
      moved.fill(0);
      addWeighted(columns, exchanged, moved);
      for (let i = 0; i < moved.length; i++) sums[i] = totalA[i] + moved[i];
      const first = value(sums);
      for (let i = 0; i < moved.length; i++) sums[i] = totalB[i] - moved[i];
      return first - value(sums);
    },
  };
}

/** Share of all exchanges that hit; those that exchange equally many units of every row are one, weighted. */
function enumerate(table: DistinctRows, exchanged: Float64Array, hit: () => boolean): number {
  const weights = Array.from(table.multiplicity, binomialMasses);
  const visit = (row: number, weight: number): number => {
    if (row === table.size) return hit() ? weight : 0;
    let share = 0;
    for (let k = 0; k <= table.multiplicity[row]; k++) {
      exchanged[row] = k;
      share += visit(row + 1, weight * weights[row][k]);
    }
    return share;
  };
  return visit(0, 1);
}

/** P(k) of Binomial(n, 1/2), k = 0..n, walking outwards from the middle so that nothing underflows early. */
export function binomialMasses(n: number): Float64Array {
  const masses = new Float64Array(n + 1);
  const middle = n >> 1;
  masses[middle] = 1;
  for (let k = middle; k < n; k++) masses[k + 1] = (masses[k] * (n - k)) / (k + 1);
  for (let k = middle; k > 0; k--) masses[k - 1] = (masses[k] * k) / (n - k + 1);
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}

/** Heads among `n` fair coins. */
function flips(n: number, random: Random): number {
  if (n >= BINOMIAL_FROM) return drawBinomial(n, 0.5, random);
  let bits = random.below(2 ** n);
  let heads = 0;
  for (; bits !== 0; bits &= bits - 1) heads++;
  return heads;
}

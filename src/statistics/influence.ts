import type { Value } from './bootstrap.ts';
import type { Counts } from './counts.ts';
import { type DistinctRows, distinctRows, sumsWithout } from './rows.ts';

/** The share of a unit that is taken away: small enough for a derivative, and exact in binary. */
const SHARE = 1 / 16;

/**
 * Variance of what one unit contributes to a score, from the infinitesimal jackknife (Jaeckel 1972): divided by the
 * number of units it is the sampling variance of the score. For a plain mean this is the sample variance of the units.
 * A unit loses a share of its weight, never all of it, so that the labels in gold stay the same.
 */
export const unitVariance = (counts: Counts, width: number, value: Value): number =>
  influenceVariance(distinctRows(counts, width), value, SHARE);

/** No interval is widened by more than this factor: beyond it there are too few units for any correction. */
const MOST_WIDENING = 1.25;

/**
 * By how much the spread of a score exceeds the bootstrap's estimate where few units carry a label: the bootstrap spreads as
 * much as the infinitesimal jackknife, which is too narrow by a factor that the jackknife of whole units shows (Efron & Stein
 * 1981: that one is too wide, if anything). 1 for a mean.
 */
export function widening(table: DistinctRows, value: Value): number {
  return boundedWidening(
    Math.sqrt(influenceVariance(table, value, 1) / influenceVariance(table, value, SHARE)),
  );
}

/** A factor of widening within its bounds: never narrower, and 1 where it is undefined. */
export const boundedWidening = (ratio: number): number =>
  Number.isNaN(ratio) ? 1 : Math.min(MOST_WIDENING, Math.max(1, ratio));

/** Sample variance of the change of a score when every unit in turn loses `share` of its weight, scaled to a whole unit. */
function influenceVariance(table: DistinctRows, value: Value, share: number): number {
  const { size, units, multiplicity, total } = table;
  const whole = value(total);
  const without = sumsWithout(table, share);
  let mean = 0;
  let squares = 0;
  let seen = 0;
  for (let row = 0; row < size; row++) {
    const influence = ((whole - value(without(row))) * (units - share)) / share;
    if (Number.isNaN(influence)) continue;
    seen += multiplicity[row];
    const step = influence - mean;
    mean += (step * multiplicity[row]) / seen;
    squares += multiplicity[row] * step * (influence - mean);
  }
  return seen < 2 ? Number.NaN : squares / (seen - 1);
}

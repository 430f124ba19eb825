import { bootstrap, type Value } from './bootstrap.ts';
import { besides, type Counts, countsAlike, type SparseCounts, sparse, sumCounts } from './counts.ts';
import type { BootstrapOptions, Interval, Supported } from './interval.ts';

/** Counts of two systems on the same units, side by side: units × 2·width. */
export const pairCounts = (a: Counts, b: Counts, width: number): SparseCounts =>
  besides([sparse(a, width), sparse(b, width)], width);

/** `value` of the first half of paired sums minus `value` of the second half. */
export function difference(value: Value, width: number): Value {
  return (sums) => value(sums.subarray(0, width)) - value(sums.subarray(width));
}

/** Interval of score(a) - score(b): both systems are seen on the same resampled units. */
export function bootstrapDifference(
  a: Counts,
  b: Counts,
  width: number,
  value: Value,
  options: BootstrapOptions & Supported = {},
): Interval {
  return bootstrap(pairCounts(a, b, width), 2 * width, difference(value, width), options);
}

/**
 * What the answers of `a` gain over those of `b`, unit by unit: the mean change of the two scores when the systems exchange
 * their answers to the unit. Positive where `a` did better, 0 where it makes no difference. Defined for every metric that adds
 * up, even where the unit alone has no score.
 */
export function swapEffects(a: Counts, b: Counts, width: number, value: Value): Float64Array {
  const [left, right] = [sparse(a, width), sparse(b, width)];
  const totals = [sumCounts(left, width), sumCounts(right, width)];
  const [scoreA, scoreB] = totals.map((sums) => value(sums));
  const exchanges = [exchanger(left, right, totals[0], value), exchanger(right, left, totals[1], value)];
  const effects = new Float64Array(left.units);
  for (let unit = 0; unit < left.units; unit++) {
    if (countsAlike(left, right, unit)) continue;
    const loss = scoreA - exchanges[0](unit);
    const gain = exchanges[1](unit) - scoreB;
    effects[unit] = (loss + gain) / 2;
  }
  return effects;
}

/** The score of a system with one unit replaced by that of another. */
function exchanger(
  out: SparseCounts,
  into: SparseCounts,
  total: Float64Array,
  value: Value,
): (unit: number) => number {
  const sums = total.slice();
  return (unit) => {
    for (let i = out.starts[unit]; i < out.starts[unit + 1]; i++) sums[out.columns[i]] -= out.values[i];
    for (let i = into.starts[unit]; i < into.starts[unit + 1]; i++) sums[into.columns[i]] += into.values[i];
    const score = value(sums);
    for (const { starts, columns } of [out, into])
      for (let i = starts[unit]; i < starts[unit + 1]; i++) sums[columns[i]] = total[columns[i]];
    return score;
  };
}

/** Smaller effects than this share of a unit's fair share count as ties: they are rounding. */
const TIE_BELOW = 1e-9;

export interface WinTieLoss {
  readonly win: number;
  readonly tie: number;
  readonly loss: number;
}

/** Counts the units that the first system did better on, equally well, worse. Undefined effects are ties. */
export function winTieLoss(effects: Float64Array): WinTieLoss {
  let win = 0;
  let loss = 0;
  const limit = TIE_BELOW / effects.length;
  for (const effect of effects) {
    if (effect > limit) win++;
    else if (effect < -limit) loss++;
  }
  return { win, tie: effects.length - win - loss, loss };
}

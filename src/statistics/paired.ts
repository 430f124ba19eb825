import { bootstrap, type Value } from './bootstrap.ts';
import type { BootstrapOptions, Interval, Supported } from './interval.ts';

/** Counts of two systems on the same units, side by side: units × 2·width. */
export function pairCounts(a: Float64Array, b: Float64Array, width: number): Float64Array {
  if (a.length !== b.length) throw new RangeError(`${a.length} counts cannot be paired with ${b.length}`);
  const paired = new Float64Array(a.length * 2);
  for (let from = 0, to = 0; from < a.length; from += width, to += 2 * width) {
    paired.set(a.subarray(from, from + width), to);
    paired.set(b.subarray(from, from + width), to + width);
  }
  return paired;
}

/** `value` of the first half of paired sums minus `value` of the second half. */
export function difference(value: Value, width: number): Value {
  return (sums) => value(sums.subarray(0, width)) - value(sums.subarray(width));
}

/** Interval of score(a) - score(b): both systems are seen on the same resampled units. */
export function bootstrapDifference(
  a: Float64Array,
  b: Float64Array,
  width: number,
  value: Value,
  options: BootstrapOptions & Supported = {},
): Interval {
  return bootstrap(pairCounts(a, b, width), 2 * width, difference(value, width), options);
}

/**
 * What unit by unit the answers of `a` are worth beside those of `b`: the mean change of the two scores
 * when the unit changes hands. Positive where `a` did better, 0 where it makes no difference.
 * It is defined for every metric that adds up, also where the unit alone has no score.
 */
export function swapEffects(a: Float64Array, b: Float64Array, width: number, value: Value): Float64Array {
  const units = a.length / width;
  const totals = [new Float64Array(width), new Float64Array(width)];
  for (let i = 0; i < a.length; i++) {
    totals[0][i % width] += a[i];
    totals[1][i % width] += b[i];
  }
  const [scoreA, scoreB] = totals.map((sums) => value(sums));
  const swapped = new Float64Array(width);
  const exchanged = (total: Float64Array, out: Float64Array, into: Float64Array, start: number): number => {
    for (let i = 0; i < width; i++) swapped[i] = total[i] - out[start + i] + into[start + i];
    return value(swapped);
  };
  const effects = new Float64Array(units);
  for (let unit = 0; unit < units; unit++) {
    const start = unit * width;
    let equal = true;
    for (let i = start; equal && i < start + width; i++) equal = a[i] === b[i];
    if (equal) continue;
    const loss = scoreA - exchanged(totals[0], a, b, start);
    const gain = exchanged(totals[1], b, a, start) - scoreB;
    effects[unit] = (loss + gain) / 2;
  }
  return effects;
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

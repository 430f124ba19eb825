import { jackknife, type Value } from './bootstrap.ts';
import { distinctRows } from './rows.ts';

/**
 * Variance of what one unit contributes to a score, from the jackknife: divided by the number of units
 * it is the sampling variance of the score. For a plain mean this is the sample variance of the units.
 */
export function unitVariance(counts: Float64Array, width: number, value: Value): number {
  const table = distinctRows(counts, width);
  const { values, weights } = jackknife(table, value);
  let n = 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    n += weights[i];
    mean += weights[i] * values[i];
  }
  mean /= n;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) squares += weights[i] * (values[i] - mean) ** 2;
  }
  return n < 2 ? Number.NaN : (n - 1) * squares;
}

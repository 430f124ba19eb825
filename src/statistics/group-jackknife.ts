/** Maximum number of groups of units, which are left out one at a time. */
const MAX_GROUPS = 200;

/** What leaving out units in turn shows about a score. */
export interface GroupJackknife {
  /** By how much the score of the data is expected to exceed the true one. */
  readonly bias: number;
  readonly standardError: number;
}

/**
 * Jackknife estimates (Quenouille 1956, Tukey 1958) of the bias and the standard error of a score under weights of its
 * units. Many units are left out in groups of equal size: every `MAX_GROUPS`-th unit is one group. A group without which
 * the score is undefined is skipped; both are NaN where fewer than two groups are left.
 */
export function groupJackknife(value: (weights: Float64Array) => number, units: number): GroupJackknife {
  const groups = Math.min(units, MAX_GROUPS);
  const weights = new Float64Array(units).fill(1);
  const whole = value(weights);
  let seen = 0;
  let mean = 0;
  let squares = 0;
  for (let group = 0; group < groups; group++) {
    const size = Math.ceil((units - group) / groups);
    // Weights always sum to the number of units.
    weights.fill(units / (units - size));
    for (let unit = group; unit < units; unit += groups) weights[unit] = 0;
    const without = value(weights);
    if (Number.isNaN(without)) continue;
    seen++;
    const step = without - mean;
    mean += step / seen;
    squares += step * (without - mean);
  }
  if (seen < 2) return { bias: Number.NaN, standardError: Number.NaN };
  return { bias: (seen - 1) * (mean - whole), standardError: Math.sqrt(((seen - 1) / seen) * squares) };
}

import { createCipheriv, createHmac } from 'node:crypto';
import type { Metric } from '../../metrics/metric.ts';
import { countUnits, groupAnswers, narrowTo } from '../../scoring/units.ts';
import { addWeighted, sparseColumns } from '../../statistics/rows.ts';
import type { Answered, Example, Prediction } from '../../tasks/examples.ts';
import { familyOf } from '../../tasks/families/registry.ts';
import type { Task } from '../../tasks/task.ts';

/** Resamples of a submission: the standard error of a difference is then known to about 2 %. */
export const REPLICATES = 1000;

type Units = readonly (readonly Answered[])[];

/** Everything that replicate scores are computed from. */
export interface Replicated {
  readonly task: Task;
  readonly convention: string;
  readonly examples: readonly Example[];
  readonly predictions: readonly (Prediction | undefined)[];
  /** Never leaves the hospital: anyone who knows the weights could solve for the score of every unit. */
  readonly secret: Uint8Array;
  /** Equal for submissions that are compared: the challenge and its split. */
  readonly purpose: string;
}

/**
 * Scores of the same Bayesian bootstrap resamples (Rubin 1981) for every submission: the standard deviation of the
 * difference of two such lists is the standard error of the paired difference, so that two systems are compared without
 * their items. The weights are drawn from AES-256 in counter mode under a key derived from the secret (HMAC-SHA-256), not
 * from a seeded generator, whose seeds are so few that they could be tried one by one.
 */
export function replicateScores(request: Replicated): Float64Array {
  const { task, convention, examples, predictions, secret, purpose } = request;
  const metric = familyOf(task)
    .conventions.find(({ id }) => id === convention)!
    .metric(task);
  const units = groupAnswers(task, examples, predictions);
  const value = 'whole' in metric ? weightedWhole(metric.reweighted(units), units) : weighted(metric, units);
  const weigh = createSecretWeights(units.length, createHmac('sha256', secret).update(purpose).digest());
  return Float64Array.from({ length: REPLICATES }, () => value(weigh()));
}

type Weighted = (weights: Float64Array) => number;

function weighted(wide: Metric<Answered>, units: Units): Weighted {
  const metric = narrowTo(wide, units);
  const columns = sparseColumns(countUnits(metric, units));
  const sums = new Float64Array(metric.width);
  return (weights) => {
    addWeighted(columns, weights, sums.fill(0));
    return metric.value(sums);
  };
}

const weightedWhole = (
  prepared: { readonly counted: Metric<Answered> } | { readonly value: Weighted },
  units: Units,
): Weighted => ('counted' in prepared ? weighted(prepared.counted, units) : prepared.value);

/** Exponential weights that sum to the number of units; every call returns the same array, overwritten. */
function createSecretWeights(units: number, key: Uint8Array): () => Float64Array {
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(units * 8);
  const weights = new Float64Array(units);
  return () => {
    const bits = cipher.update(zeros);
    let total = 0;
    for (let unit = 0; unit < units; unit++) {
      // 53 bits, above 0.
      const uniform =
        (bits.readUInt32LE(unit * 8) * 2 ** 21 + (bits.readUInt32LE(unit * 8 + 4) >>> 11) + 1) * 2 ** -53;
      weights[unit] = -Math.log(uniform);
      total += weights[unit];
    }
    for (let unit = 0; unit < units; unit++) weights[unit] *= units / total;
    return weights;
  };
}

/**
 * Standard error of the difference of two systems from their replicate scores; undefined ones are left out. Infinite where it
 * is unknown, so that no difference counts as significant.
 */
export function errorOfDifference(a: Float64Array, b: Float64Array): number {
  const differences = a.map((score, i) => score - b[i]).filter((difference) => !Number.isNaN(difference));
  if (differences.length < 2) return Number.POSITIVE_INFINITY;
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  const squares = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0);
  return Math.sqrt(squares / (differences.length - 1));
}

import { createYielder } from '../../../ground/yielder.ts';
import { type Rows, rowCount } from '../features/rows.ts';
import { minimize } from '../optimize/lbfgs.ts';
import { dot, maxNorm } from '../optimize/vectors.ts';
import { mergeColumns, times, transposedTimes } from './gram.ts';
import { sweepDual } from './sweeps.ts';

/** Convergence as scikit-learn's `LogisticRegression` has it by default. */
export const TOLERANCE = 1e-4;

/**
 * Sweeps over the rows give L-BFGS its start where rows are about this long at most (mean square): n-grams of
 * length 1 are, and there sweeps are many times faster; long rows with correlated columns are not.
 */
const SHORT = 2;

export interface LogisticProblem {
  readonly rows: Rows;
  /** Number of scores: classes of a softmax, or independent sigmoids (1 for a question of yes or no). */
  readonly outputs: number;
  /** `softmax`: one class per row is right; `sigmoid`: every output is right or wrong independently. */
  readonly link: 'softmax' | 'sigmoid';
  /** 1 where right, 0 where wrong: `outputs` numbers per row, row by row. */
  readonly targets: Float64Array;
  /** Inverse strength of the L2 penalty, as in scikit-learn. Intercepts are not penalized. */
  readonly c: number;
  /** One weight per row. Default: 1. */
  readonly rowWeights?: Float64Array;
  /** Whether every output has an intercept. Default true. */
  readonly intercept?: boolean;
  /** Largest component of the gradient of the mean loss at which to stop. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  readonly onIteration?: (iteration: number) => void;
  readonly signal?: AbortSignal;
}

export interface LogisticModel {
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid';
  /** `outputs` numbers a column, columns one after another. */
  readonly weights: Float32Array;
  readonly intercepts: Float64Array;
}

export interface LogisticFit {
  readonly model: LogisticModel;
  /** Mean loss plus penalty, as scikit-learn scales it: `|w|^2 / (2 c sum(rowWeights))`. */
  readonly objective: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** A problem over merged columns, in the vectors of `fitLogistic`. */
interface DualProblem extends Pick<LogisticProblem, 'outputs' | 'link' | 'targets' | 'rowWeights'> {
  readonly rows: Rows;
  readonly intercept: boolean;
  /** How many components `A` has, and `XX'A`. */
  readonly size: number;
  /** Sum of the weights of the rows. */
  readonly total: number;
  /** `1 / (c total)`. */
  readonly ridge: number;
  /** `X'A` of the residuals last computed: the gradient of the weights. */
  readonly slopesOfWeights: Float64Array;
}

/**
 * L2-regularized logistic regression, solved to convergence by L-BFGS.
 *
 * The weights of any step are combinations of rows, `W = X'A` (the representer theorem), and there are
 * fewer rows than columns: so the search goes over `A` with the inner product `<A, XX'B>`. Every vector
 * carries its scores `XX'A` along, which makes the scores of a trial point free and the history of
 * L-BFGS small. Iterates are those of L-BFGS over W.
 * Vectors are `A` (rows x outputs), `XX'A` (rows x outputs), intercepts (outputs).
 */
export async function fitLogistic(problem: LogisticProblem): Promise<LogisticFit> {
  const { rows, outputs, link, signal, onIteration, tolerance = TOLERANCE } = problem;
  const { merged, standIn, stretch } = mergeColumns(rows);
  const dual = createDual(problem, merged);
  const { size, slopesOfWeights } = dual;
  const found = await minimize(
    (x, gradient) => objective(dual, x, gradient),
    await startingPoint(dual, problem),
    {
      gradientTolerance: tolerance,
      maxIterations: problem.maxIterations ?? 1000,
      dot: (a, b) =>
        dot(a.subarray(0, size), b.subarray(size, 2 * size)) +
        dot(a.subarray(2 * size), b.subarray(2 * size)),
      gradientNorm: (gradient) =>
        Math.max(steepest(slopesOfWeights, stretch), maxNorm(gradient.subarray(2 * size))),
      onIteration,
      signal,
    },
  );
  const mergedWeights = slopesOfWeights;
  transposedTimes(merged, outputs, found.x.subarray(0, size), mergedWeights);
  const weights = new Float32Array(rows.width * outputs);
  for (let column = 0; column < rows.width; column++) {
    for (let j = 0; j < outputs && standIn[column] >= 0; j++) {
      weights[column * outputs + j] = mergedWeights[standIn[column] * outputs + j] / stretch[standIn[column]];
    }
  }
  return {
    model: { outputs, link, weights, intercepts: found.x.slice(2 * size) },
    objective: found.value,
    iterations: found.iterations,
    converged: found.reason === 'gradient' || found.reason === 'value',
  };
}

function createDual(problem: LogisticProblem, merged: Rows): DualProblem {
  const { outputs, link, targets, c, rowWeights, intercept = true } = problem;
  const count = rowCount(merged);
  let total = 0;
  for (let row = 0; row < count; row++) total += rowWeights?.[row] ?? 1;
  return {
    ...{ rows: merged, outputs, link, targets, rowWeights, intercept },
    size: count * outputs,
    total,
    ridge: 1 / (c * total),
    slopesOfWeights: new Float64Array(merged.width * outputs),
  };
}

/** Mean loss plus penalty at `x`; the gradient and its scores are written into `gradient`. */
function objective(problem: DualProblem, x: Float64Array, gradient: Float64Array): number {
  const { rows, outputs, link, targets, rowWeights, intercept, size, total, ridge, slopesOfWeights } =
    problem;
  const dual = x.subarray(0, size);
  const scores = x.subarray(size, 2 * size);
  const intercepts = x.subarray(2 * size);
  const residuals = gradient.subarray(0, size);
  const slopes = gradient.subarray(2 * size).fill(0);
  const count = rowCount(rows);
  let loss = 0;
  for (let row = 0; row < count; row++) {
    const weight = (rowWeights?.[row] ?? 1) / total;
    const at = row * outputs;
    for (let k = 0; k < outputs; k++) residuals[at + k] = scores[at + k] + intercepts[k];
    loss += weight * (link === 'softmax' ? softmax : sigmoids)(residuals, targets, at, outputs);
    for (let k = 0; k < outputs; k++) {
      const slope = weight * residuals[at + k];
      if (intercept) slopes[k] += slope;
      residuals[at + k] = slope + ridge * dual[at + k];
    }
  }
  transposedTimes(rows, outputs, residuals, slopesOfWeights);
  times(rows, outputs, slopesOfWeights, gradient.subarray(size, 2 * size));
  return loss + (ridge / 2) * dot(dual, scores);
}

/** Zero; where rows are short, what sweeps over the rows reach, unless that is worse than zero. */
async function startingPoint(dual: DualProblem, problem: LogisticProblem): Promise<Float64Array> {
  const { rows, outputs, link, targets, intercept, size, slopesOfWeights } = dual;
  const { c, rowWeights, signal, tolerance = TOLERANCE } = problem;
  const count = rowCount(rows);
  const start = new Float64Array(2 * size + outputs);
  const short = dot(problem.rows.values, problem.rows.values) <= SHORT * count;
  if (size === 0 || !short) return start;
  const limits = Float64Array.from({ length: count }, (_, row) => c * (rowWeights?.[row] ?? 1));
  const yieldNow = createYielder(signal);
  const swept = await sweepDual({ rows, outputs, link, targets, limits, intercept, tolerance, yieldNow });
  start.set(swept.dual);
  transposedTimes(rows, outputs, swept.dual, slopesOfWeights);
  times(rows, outputs, slopesOfWeights, start.subarray(size, 2 * size));
  start.set(swept.intercepts, 2 * size);
  const value = objective(dual, start, new Float64Array(start.length));
  return value < objectiveAtZero(link, outputs) ? start : start.fill(0);
}

const objectiveAtZero = (link: LogisticModel['link'], outputs: number): number =>
  link === 'softmax' ? Math.log(outputs) : outputs * Math.LN2;

/** The largest slope of an original weight, from those of the merged ones. */
function steepest(slopes: Float64Array, stretch: Float64Array): number {
  const outputs = slopes.length / stretch.length;
  let most = 0;
  for (let column = 0; column < stretch.length; column++) {
    for (let j = 0; j < outputs; j++) {
      const slope = Math.abs(slopes[column * outputs + j]) / stretch[column];
      if (!(slope <= most)) most = slope;
    }
  }
  return most;
}

/** Scores become probabilities minus targets, in place; returns the cross-entropy. */
function softmax(scores: Float64Array, targets: Float64Array, at: number, outputs: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = at; k < at + outputs; k++) if (scores[k] > most) most = scores[k];
  let sum = 0;
  let right = 0;
  for (let k = at; k < at + outputs; k++) {
    right += targets[k] * (scores[k] - most);
    scores[k] = Math.exp(scores[k] - most);
    sum += scores[k];
  }
  for (let k = at; k < at + outputs; k++) scores[k] = scores[k] / sum - targets[k];
  return Math.log(sum) - right;
}

/** As `softmax`, for independent outputs: the sum of their binary cross-entropies. */
function sigmoids(scores: Float64Array, targets: Float64Array, at: number, outputs: number): number {
  let loss = 0;
  for (let k = at; k < at + outputs; k++) {
    const score = scores[k];
    const small = Math.exp(-Math.abs(score));
    loss += Math.max(score, 0) + Math.log1p(small) - targets[k] * score;
    scores[k] = (score >= 0 ? 1 / (1 + small) : small / (1 + small)) - targets[k];
  }
  return loss;
}

/** Scores of every output for every row, before softmax or sigmoid: rows x outputs. */
export function decisions(model: LogisticModel, rows: Rows): Float64Array {
  const { outputs, weights, intercepts } = model;
  const scores = new Float64Array(rowCount(rows) * outputs);
  times(rows, outputs, weights, scores);
  for (let at = 0; at < scores.length; at += outputs) {
    for (let k = 0; k < outputs; k++) scores[at + k] += intercepts[k];
  }
  return scores;
}

/** Scores become probabilities, in place. */
export function toProbabilities(scores: Float64Array, outputs: number, link: LogisticModel['link']): void {
  const nothing = new Float64Array(scores.length);
  for (let at = 0; at < scores.length; at += outputs) {
    (link === 'softmax' ? softmax : sigmoids)(scores, nothing, at, outputs);
  }
}

/** Probabilities of every output for every row: rows x outputs. */
export function probabilities(model: LogisticModel, rows: Rows): Float64Array {
  const scores = decisions(model, rows);
  toProbabilities(scores, model.outputs, model.link);
  return scores;
}

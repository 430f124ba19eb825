import { createRandom, shuffle } from '../../../ground/random.ts';
import { type Rows, rowCount } from '../features/rows.ts';

export interface SweepProblem {
  readonly rows: Rows;
  readonly outputs: number;
  readonly link: 'softmax' | 'sigmoid';
  readonly targets: Float64Array;
  /** `c` times the weight of the row. */
  readonly limits: Float64Array;
  readonly intercept: boolean;
  /** Largest component of the gradient of the mean loss that is aimed at. */
  readonly tolerance: number;
  readonly yieldNow: () => Promise<void> | undefined;
}

export interface Swept {
  /** Rows x outputs: the weights are `X'dual`. */
  readonly dual: Float64Array;
  readonly intercepts: Float64Array;
}

const ORDER_SEED = 0;
const MOST_SWEEPS = 40;
/** A row is settled where no output is further than this, times the tolerance, from its optimum as a share of its limit. */
const SETTLED = 3;
/** A settled row is revisited after 1, 2, 4… sweeps, at most after this many. */
const LONGEST_REST = 8;
/** Sweeping ends when a sweep finds no more than this share of all rows unsettled. */
const FEW = 0.01;
const INNER_STEPS = 5;

/** The state of the ascent, with scratch space for one row. */
interface Ascent {
  readonly dual: Float64Array;
  /** `X'dual`. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  /** Sums of the dual over all rows, one per output: 0 at the optimum. */
  readonly sums: Float64Array;
  /** A share of a row's limit: how far from its optimum a settled row is at most. */
  readonly settled: number;
  readonly scores: Float64Array;
  readonly moves: Float64Array;
  readonly chances: Float64Array;
}

/**
 * Dual coordinate ascent for logistic regression (Yu, Huang & Lin 2011; Shalev-Shwartz & Zhang 2013), one
 * row at a time: at the optimum the dual of a row is `limit * (target - probability)`, and each visit moves
 * it there by a few Newton steps with a diagonal bound on the curvature. The duals of an output must sum to 0
 * for its free constant; as in the method of multipliers, the constant moves by their sum. Near the optimum
 * within tens of sweeps, each of which costs a gradient at most: a start for a method that ends exactly.
 */
export async function sweepDual(problem: SweepProblem): Promise<Swept> {
  const { rows, outputs, intercept, tolerance, yieldNow } = problem;
  const count = rowCount(rows);
  const ascent: Ascent = {
    dual: new Float64Array(count * outputs),
    weights: new Float64Array(rows.width * outputs),
    intercepts: new Float64Array(outputs),
    sums: new Float64Array(outputs),
    settled: SETTLED * tolerance,
    scores: new Float64Array(outputs),
    moves: new Float64Array(outputs),
    chances: new Float64Array(outputs),
  };
  const { dual, intercepts, sums } = ascent;
  const rest = new Uint8Array(count);
  const lastRest = new Uint8Array(count);
  const order = Array.from({ length: count }, (_, row) => row);
  const random = createRandom(ORDER_SEED, 'sweeps');

  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    shuffle(order, random);
    let unsettled = 0;
    for (let i = 0; i < count; i++) {
      const row = order[i];
      if ((i & 255) === 0) await yieldNow();
      if (rest[row] > 0) rest[row]--;
      else if (visitRow(problem, ascent, row)) {
        unsettled++;
        lastRest[row] = 0;
      } else {
        lastRest[row] = Math.min(LONGEST_REST, Math.max(1, 2 * lastRest[row]));
        rest[row] = lastRest[row];
      }
    }
    if (intercept && unsettled < count / 2) for (let j = 0; j < outputs; j++) intercepts[j] += sums[j];
    if (unsettled <= FEW * count) break;
  }
  return { dual, intercepts };
}

/** Moves a row's dual, and the weights with it, towards its optimum; false if the row was settled. */
function visitRow(problem: SweepProblem, ascent: Ascent, row: number): boolean {
  const { rows, outputs, limits, intercept } = problem;
  const { starts, columns, values } = rows;
  const { dual, weights, intercepts, sums, settled, scores, moves } = ascent;
  const constant = intercept ? 1 : 0;
  const [from, to] = [starts[row], starts[row + 1]];
  scores.set(intercepts);
  let square = constant;
  for (let k = from; k < to; k++) {
    const value = values[k];
    const at = columns[k] * outputs;
    square += value * value;
    for (let j = 0; j < outputs; j++) scores[j] += value * weights[at + j];
  }
  if (settle(problem, ascent, row, square) < settled * limits[row]) return false;
  for (let j = 0; j < outputs; j++) {
    const move = moves[j];
    if (Math.abs(move) < (settled / 10) * limits[row]) continue;
    dual[row * outputs + j] += move;
    intercepts[j] += constant * move;
    sums[j] += move;
    for (let k = from; k < to; k++) weights[columns[k] * outputs + j] += values[k] * move;
  }
  return true;
}

/**
 * How a row's dual should move, from the row's scores into `moves`; returns how far from its optimum it was.
 * `square`: the squared length of the row.
 */
function settle(problem: SweepProblem, ascent: Ascent, row: number, square: number): number {
  const { outputs, link, targets } = problem;
  const { dual, settled, scores, moves, chances } = ascent;
  const limit = problem.limits[row];
  const at = row * outputs;
  moves.fill(0);
  let first = 0;
  for (let step = 0; step < INNER_STEPS; step++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < outputs; j++) most = Math.max(most, scores[j] + square * moves[j]);
    let sum = 0;
    for (let j = 0; j < outputs; j++) {
      const score = scores[j] + square * moves[j];
      chances[j] = link === 'softmax' ? Math.exp(score - most) : 1 / (1 + Math.exp(-score));
      sum += chances[j];
    }
    let far = 0;
    for (let j = 0; j < outputs; j++) {
      const chance = link === 'softmax' ? chances[j] / sum : chances[j];
      const gap = limit * (targets[at + j] - chance) - dual[at + j] - moves[j];
      const bend = link === 'softmax' ? Math.min(chance, 0.5) : chance * (1 - chance);
      moves[j] += gap / (1 + limit * square * bend);
      far = Math.max(far, Math.abs(gap));
    }
    if (step === 0) first = far;
    if (far < settled * limit) break;
  }
  return first;
}

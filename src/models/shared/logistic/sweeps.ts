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
  readonly pace: () => Promise<void> | undefined;
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

/**
 * Dual coordinate ascent for logistic regression (Yu, Huang & Lin 2011; Shalev-Shwartz & Zhang 2013), one
 * row at a time: at the optimum the dual of a row is `limit * (target - probability)`, and each visit moves
 * it there by a few Newton steps with a diagonal bound on the curvature. The duals of an output must sum to 0
 * for its free constant; as in the method of multipliers, the constant moves by their sum. Near the optimum within tens of sweeps, each as dear as one gradient or less: a start for a
 * method that ends exactly.
 */
export async function sweepDual(problem: SweepProblem): Promise<Swept> {
  const { rows, outputs, link, targets, limits, intercept, tolerance, pace } = problem;
  const settled = SETTLED * tolerance;
  const { starts, columns, values, width } = rows;
  const count = rowCount(rows);
  const constant = intercept ? 1 : 0;
  const dual = new Float64Array(count * outputs);
  const weights = new Float64Array(width * outputs);
  const intercepts = new Float64Array(outputs);
  /** Of the dual over all rows, an output each: 0 at the optimum. */
  const sums = new Float64Array(outputs);
  const scores = new Float64Array(outputs);
  const moves = new Float64Array(outputs);
  const chances = new Float64Array(outputs);
  const rest = new Uint8Array(count);
  const lastRest = new Uint8Array(count);
  const order = Array.from({ length: count }, (_, row) => row);
  const random = createRandom(ORDER_SEED, 'sweeps');

  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    shuffle(order, random);
    let unsettled = 0;
    for (let i = 0; i < count; i++) {
      const row = order[i];
      if ((i & 255) === 0) await pace();
      if (rest[row] > 0) {
        rest[row]--;
        continue;
      }
      const [from, to] = [starts[row], starts[row + 1]];
      scores.set(intercepts);
      let square = constant;
      for (let k = from; k < to; k++) {
        const value = values[k];
        const at = columns[k] * outputs;
        square += value * value;
        for (let j = 0; j < outputs; j++) scores[j] += value * weights[at + j];
      }
      const far = settle(
        scores,
        moves,
        chances,
        dual,
        targets,
        row * outputs,
        link,
        limits[row],
        square,
        settled,
      );
      if (far < settled * limits[row]) {
        lastRest[row] = Math.min(LONGEST_REST, Math.max(1, 2 * lastRest[row]));
        rest[row] = lastRest[row];
        continue;
      }
      unsettled++;
      lastRest[row] = 0;
      for (let j = 0; j < outputs; j++) {
        const move = moves[j];
        if (Math.abs(move) < (settled / 10) * limits[row]) continue;
        dual[row * outputs + j] += move;
        intercepts[j] += constant * move;
        sums[j] += move;
        for (let k = from; k < to; k++) weights[columns[k] * outputs + j] += values[k] * move;
      }
    }
    if (constant === 1 && unsettled < count / 2) for (let j = 0; j < outputs; j++) intercepts[j] += sums[j];
    if (unsettled <= FEW * count) break;
  }
  return { dual, intercepts };
}

/** How a row's dual should move, into `moves`; returns how far from its optimum it was. */
function settle(
  scores: Float64Array,
  moves: Float64Array,
  chances: Float64Array,
  dual: Float64Array,
  targets: Float64Array,
  at: number,
  link: 'softmax' | 'sigmoid',
  limit: number,
  square: number,
  settled: number,
): number {
  const outputs = scores.length;
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

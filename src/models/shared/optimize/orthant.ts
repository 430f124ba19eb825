import type { Probe } from './linesearch.ts';

/** The state of a line search in one orthant; `nextX` and `nextGradient` are written. */
export interface OrthantLine {
  readonly objective: (x: Float64Array, gradient: Float64Array) => number | Promise<number>;
  readonly x: Float64Array;
  /** The steepest one-sided slope at `x`, see `steepest`. */
  readonly slope: Float64Array;
  readonly direction: Float64Array;
  readonly penalty: Float64Array;
  readonly nextX: Float64Array;
  readonly nextGradient: Float64Array;
}

const DECREASE = 1e-4;
const MOST_HALVINGS = 40;

/**
 * The pseudo-gradient of `f(x) + sum(penalty |x|)` (Andrew & Gao 2007, equation 4): the one-sided slope of
 * least size, 0 where no side descends. Written into `slope`.
 */
export function steepest(
  x: Float64Array,
  gradient: Float64Array,
  penalty: Float64Array,
  slope: Float64Array,
): void {
  for (let i = 0; i < x.length; i++) {
    const g = gradient[i];
    const p = penalty[i];
    if (x[i] > 0) slope[i] = g + p;
    else if (x[i] < 0) slope[i] = g - p;
    else if (g + p < 0) slope[i] = g + p;
    else if (g - p > 0) slope[i] = g - p;
    else slope[i] = 0;
  }
}

/**
 * Backtracks along the direction, projected onto the orthant that the search starts in (the sign of `x`,
 * or of the descent where `x` is 0), until the value with its L1 term falls enough.
 */
export async function searchOrthantStep(
  line: OrthantLine,
  start: Probe,
  firstStep: number,
  onEvaluation: () => void,
): Promise<Probe | undefined> {
  const { x, slope, direction, penalty, nextX, nextGradient } = line;
  let step = firstStep;
  for (let halvings = 0; halvings < MOST_HALVINGS; halvings++, step /= 2) {
    let l1 = 0;
    let expected = 0;
    for (let i = 0; i < x.length; i++) {
      const moved = x[i] + step * direction[i];
      const side = x[i] !== 0 ? x[i] : -slope[i];
      nextX[i] = penalty[i] > 0 && moved * side <= 0 ? 0 : moved;
      l1 += penalty[i] * Math.abs(nextX[i]);
      expected += slope[i] * (nextX[i] - x[i]);
    }
    onEvaluation();
    const value = (await line.objective(nextX, nextGradient)) + l1;
    if (expected < 0 && value <= start.value + DECREASE * expected)
      return { step, value, slope: expected / step };
  }
  return undefined;
}

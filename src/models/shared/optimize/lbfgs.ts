import { createPace } from '../../../ground/yielder.ts';
import { type Probe, searchStep } from './linesearch.ts';
import { searchOrthantStep, steepest } from './orthant.ts';
import { addScaled, dot, maxNorm } from './vectors.ts';

/** Returns the value at `x` and writes the gradient there into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number | Promise<number>;

export interface MinimizeOptions {
  /** How many past steps shape the next one. Default 10. */
  readonly memory?: number;
  /** Done when `gradientNorm` falls to this. Default 1e-4. */
  readonly gradientTolerance?: number;
  /** The norm that is compared with it. Default: the largest absolute component. */
  readonly gradientNorm?: (gradient: Float64Array, x: Float64Array) => number;
  /** Done when the value fell by less than this, relatively, over `valuePeriod` iterations. Default 64 ulp. */
  readonly valueTolerance?: number;
  /** Default 1. */
  readonly valuePeriod?: number;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** Adds `l1 * |x|`, with one weight for all components or one each (0: not penalized). Makes it OWL-QN. */
  readonly l1?: number | Float64Array;
  /** Inner product of the space, where it is not the ordinary one. Not with `l1`. */
  readonly dot?: (a: Float64Array, b: Float64Array) => number;
  readonly onIteration?: (iteration: number, value: number, gradientNorm: number) => void;
  readonly signal?: AbortSignal;
}

export interface Minimum {
  readonly x: Float64Array;
  /** With the L1 term, where there is one. */
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** `stalled`: no step decreases the value any more, usually for want of precision. */
  readonly reason: 'gradient' | 'value' | 'iterations' | 'stalled';
}

/**
 * Minimizes a smooth function by limited-memory BFGS (Nocedal 1980; Liu & Nocedal 1989) with a strong
 * Wolfe line search; with `l1`, by orthant-wise OWL-QN (Andrew & Gao 2007). `x0` is left as it is.
 * Rejects with the signal's reason when aborted. Throws a RangeError if the value at `x0` is not finite.
 */
export async function minimize(
  objective: Objective,
  x0: Float64Array,
  options: MinimizeOptions = {},
): Promise<Minimum> {
  const { gradientTolerance = 1e-4, valueTolerance = 64 * Number.EPSILON, valuePeriod = 1 } = options;
  const { maxIterations = 1000, gradientNorm = maxNorm, l1 } = options;
  const inner = options.dot ?? dot;
  const pace = createPace(options.signal);
  const penalty = l1 === undefined ? undefined : typeof l1 === 'number' ? x0.map(() => l1) : l1;
  const history = createHistory(options.memory ?? 10, x0.length, inner);

  let x = x0.slice();
  let gradient = new Float64Array(x.length);
  let nextX = new Float64Array(x.length);
  let nextGradient = new Float64Array(x.length);
  const direction = new Float64Array(x.length);
  /** The gradient that directions start from: with L1, the steepest one-sided slope. */
  const slope = penalty ? new Float64Array(x.length) : undefined;
  let evaluations = 1;
  let value = await objective(x, gradient);
  if (penalty) value += weightedL1(x, penalty);
  if (!Number.isFinite(value)) throw new RangeError(`The objective is ${value} at its starting point`);

  const past: number[] = [value];
  for (let iteration = 0; ; iteration++) {
    if (penalty && slope) steepest(x, gradient, penalty, slope);
    const downhill = slope ?? gradient;
    const norm = gradientNorm(downhill, x);
    const done = (reason: Minimum['reason']): Minimum => ({
      x,
      value,
      gradientNorm: norm,
      iterations: iteration,
      evaluations,
      reason,
    });
    options.onIteration?.(iteration, value, norm);
    if (norm <= gradientTolerance) return done('gradient');
    if (iteration >= valuePeriod) {
      const before = past[iteration - valuePeriod];
      const scale = Math.max(Math.abs(before), Math.abs(value), 1);
      if ((before - value) / scale <= valueTolerance) return done('value');
    }
    if (iteration === maxIterations) return done('iterations');
    await pace();

    const step = async (): Promise<Probe | undefined> => {
      const fresh = history.direct(downhill, direction);
      if (slope)
        for (let i = 0; i < x.length; i++)
          if (penalty![i] > 0 && direction[i] * slope[i] >= 0) direction[i] = 0;
      const startSlope = inner(downhill, direction);
      if (!(startSlope < 0)) return undefined;
      const firstStep = fresh ? Math.min(1, 1 / Math.sqrt(inner(downhill, downhill))) : 1;
      const probe = async (length: number): Promise<Probe> => {
        evaluations++;
        for (let i = 0; i < x.length; i++) nextX[i] = x[i] + length * direction[i];
        const found = await objective(nextX, nextGradient);
        const at = Number.isNaN(found) ? Number.POSITIVE_INFINITY : found;
        return { step: length, value: at, slope: inner(nextGradient, direction) };
      };
      const start: Probe = { step: 0, value, slope: startSlope };
      if (!penalty || !slope) return searchStep(probe, start, firstStep);
      return searchOrthantStep(
        { objective, x, slope, direction, penalty, nextX, nextGradient },
        start,
        firstStep,
        () => {
          evaluations++;
        },
      );
    };
    let found = await step();
    if (!found && history.forget()) found = await step();
    if (!found) return done('stalled');

    history.remember(x, nextX, gradient, nextGradient);
    [x, nextX] = [nextX, x];
    [gradient, nextGradient] = [nextGradient, gradient];
    value = found.value;
    past.push(value);
  }
}

function weightedL1(x: Float64Array, penalty: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += penalty[i] * Math.abs(x[i]);
  return sum;
}

/** The last steps and the changes of the gradient along them: an implicit inverse Hessian. */
function createHistory(memory: number, size: number, inner: (a: Float64Array, b: Float64Array) => number) {
  let pairs: { step: Float64Array; change: Float64Array; rho: number }[] = [];
  let spare: { step: Float64Array; change: Float64Array; rho: number } | undefined;
  let scale = 1;
  const alphas = new Float64Array(memory);

  return {
    /** The two-loop recursion: `direction = -H gradient`. Returns true when nothing is remembered yet. */
    direct(gradient: Float64Array, direction: Float64Array): boolean {
      for (let i = 0; i < size; i++) direction[i] = -gradient[i];
      for (let k = pairs.length - 1; k >= 0; k--) {
        const { step, change, rho } = pairs[k];
        alphas[k] = rho * inner(step, direction);
        addScaled(direction, -alphas[k], change);
      }
      if (pairs.length > 0) for (let i = 0; i < size; i++) direction[i] *= scale;
      for (let k = 0; k < pairs.length; k++) {
        const { step, change, rho } = pairs[k];
        addScaled(direction, alphas[k] - rho * inner(change, direction), step);
      }
      return pairs.length === 0;
    },
    remember(x: Float64Array, nextX: Float64Array, gradient: Float64Array, nextGradient: Float64Array): void {
      if (memory === 0) return;
      const pair =
        spare ??
        (pairs.length === memory
          ? pairs.shift()!
          : { step: new Float64Array(size), change: new Float64Array(size), rho: 0 });
      spare = undefined;
      for (let i = 0; i < size; i++) {
        pair.step[i] = nextX[i] - x[i];
        pair.change[i] = nextGradient[i] - gradient[i];
      }
      const curvature = inner(pair.step, pair.change);
      const bend = inner(pair.change, pair.change);
      if (curvature > Number.EPSILON * bend) {
        pair.rho = 1 / curvature;
        scale = curvature / bend;
        pairs.push(pair);
      } else spare = pair;
    },
    /** Starts again from the plain gradient. False when there was nothing to forget. */
    forget(): boolean {
      const had = pairs.length > 0;
      pairs = [];
      return had;
    },
  };
}

import { createYielder } from '../../../ground/yielder.ts';
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
  /** Including the L1 term, if any. */
  readonly value: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** `stalled`: no step decreases the value any more, usually for want of precision. */
  readonly reason: 'gradient' | 'value' | 'iterations' | 'stalled';
}

/** The constants of one minimization. */
interface Problem {
  readonly objective: Objective;
  readonly inner: (a: Float64Array, b: Float64Array) => number;
  /** The weight of every component in the L1 term. */
  readonly penalty?: Float64Array;
}

/** The current point, the next candidate, and the search direction. */
interface Search {
  x: Float64Array;
  gradient: Float64Array;
  nextX: Float64Array;
  nextGradient: Float64Array;
  readonly direction: Float64Array;
  /** The gradient that directions start from: with L1, the steepest one-sided slope. */
  readonly slope?: Float64Array;
  /** Including the L1 term, if any. */
  value: number;
  evaluations: number;
}

/**
 * Minimizes a smooth function by limited-memory BFGS (Nocedal 1980; Liu & Nocedal 1989) with a strong
 * Wolfe line search; with `l1`, by orthant-wise OWL-QN (Andrew & Gao 2007). `x0` is not modified.
 * Rejects with the signal's reason when aborted. Throws a RangeError if the value at `x0` is not finite.
 */
export async function minimize(
  objective: Objective,
  x0: Float64Array,
  options: MinimizeOptions = {},
): Promise<Minimum> {
  const { gradientTolerance = 1e-4, valueTolerance = 64 * Number.EPSILON, valuePeriod = 1 } = options;
  const { maxIterations = 1000, gradientNorm = maxNorm, l1, dot: inner = dot } = options;
  const yieldNow = createYielder(options.signal);
  const penalty = l1 === undefined ? undefined : typeof l1 === 'number' ? x0.map(() => l1) : l1;
  const problem: Problem = { objective, inner, penalty };
  const history = createHistory(options.memory ?? 10, x0.length, inner);
  const search = await begin(problem, x0);

  const past: number[] = [search.value];
  for (let iteration = 0; ; iteration++) {
    const { x, value, slope } = search;
    if (penalty && slope) steepest(x, search.gradient, penalty, slope);
    const norm = gradientNorm(slope ?? search.gradient, x);
    const done = (reason: Minimum['reason']): Minimum => {
      const { evaluations } = search;
      return { x, value, gradientNorm: norm, iterations: iteration, evaluations, reason };
    };
    options.onIteration?.(iteration, value, norm);
    if (norm <= gradientTolerance) return done('gradient');
    if (iteration >= valuePeriod && relativeGain(past[iteration - valuePeriod], value) <= valueTolerance)
      return done('value');
    if (iteration === maxIterations) return done('iterations');
    await yieldNow();

    let found = await step(problem, search, history);
    if (!found && history.forget()) found = await step(problem, search, history);
    if (!found) return done('stalled');
    history.remember(search);
    move(search, found.value);
    past.push(found.value);
  }
}

/** Throws a RangeError if the value at `x0` is not finite. */
async function begin({ objective, penalty }: Problem, x0: Float64Array): Promise<Search> {
  const vector = (): Float64Array => new Float64Array(x0.length);
  const [x, gradient] = [x0.slice(), vector()];
  let value = await objective(x, gradient);
  if (penalty) value += weightedL1(x, penalty);
  if (!Number.isFinite(value)) throw new RangeError(`The objective is ${value} at its starting point`);
  const slope = penalty && vector();
  const next = { nextX: vector(), nextGradient: vector() };
  return { x, gradient, ...next, direction: vector(), slope, value, evaluations: 1 };
}

/** How much the value fell, relatively. */
const relativeGain = (before: number, value: number): number =>
  (before - value) / Math.max(Math.abs(before), Math.abs(value), 1);

/** Finds the next point along the direction that the history gives. Undefined: no step decreases the value. */
async function step(problem: Problem, search: Search, history: History): Promise<Probe | undefined> {
  const { inner, penalty, objective } = problem;
  const { x, gradient, slope, direction, nextX, nextGradient, value } = search;
  const downhill = slope ?? gradient;
  const fresh = history.direct(downhill, direction);
  if (penalty && slope) keepToDescent(direction, slope, penalty);
  const startSlope = inner(downhill, direction);
  if (!(startSlope < 0)) return undefined;
  const start: Probe = { step: 0, value, slope: startSlope };
  const firstStep = fresh ? Math.min(1, 1 / Math.sqrt(inner(downhill, downhill))) : 1;
  if (penalty && slope) {
    const line = { objective, x, slope, direction, penalty, nextX, nextGradient };
    return searchOrthantStep(line, start, firstStep, () => {
      search.evaluations++;
    });
  }
  const probe = async (length: number): Promise<Probe> => {
    search.evaluations++;
    for (let i = 0; i < x.length; i++) nextX[i] = x[i] + length * direction[i];
    const found = await objective(nextX, nextGradient);
    const at = Number.isNaN(found) ? Number.POSITIVE_INFINITY : found;
    return { step: length, value: at, slope: inner(nextGradient, direction) };
  };
  return searchStep(probe, start, firstStep);
}

/** Clears the penalized components of a direction that do not descend (Andrew & Gao 2007, section 3.2). */
function keepToDescent(direction: Float64Array, slope: Float64Array, penalty: Float64Array): void {
  for (let i = 0; i < direction.length; i++)
    if (penalty[i] > 0 && direction[i] * slope[i] >= 0) direction[i] = 0;
}

/** The next point becomes the current one; its old arrays are written next. */
function move(search: Search, value: number): void {
  [search.x, search.nextX] = [search.nextX, search.x];
  [search.gradient, search.nextGradient] = [search.nextGradient, search.gradient];
  search.value = value;
}

type History = ReturnType<typeof createHistory>;

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
    /** The step from the current point to the next one. */
    remember({ x, nextX, gradient, nextGradient }: Search): void {
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

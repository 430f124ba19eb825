import type { Random } from '../ground/random.ts';
import { normalQuantile } from './normal.ts';

/** Layers of the ziggurat; its right edge and the area of each layer, for exp(-x) (Marsaglia & Tsang 2000). */
const LAYERS = 256;
const EDGE = 7.697117470131049;
const AREA = 0.003949659822581557;
/** 24 random bits choose the place in a layer, 8 others the layer. */
const STEPS = 2 ** 24;

interface Ziggurat {
  /** Steps below `limit[layer]` are under the curve at any height. */
  readonly limit: Int32Array;
  /** Width of one step. */
  readonly step: Float64Array;
  /** exp(-x) at the right edge of every layer. */
  readonly height: Float64Array;
}

const ZIGGURAT = buildZiggurat();

function buildZiggurat(): Ziggurat {
  const sure = new Float64Array(LAYERS);
  const step = new Float64Array(LAYERS);
  const height = new Float64Array(LAYERS);
  const base = AREA / Math.exp(-EDGE);
  sure[0] = (EDGE / base) * STEPS;
  step[0] = base / STEPS;
  height[0] = 1;
  step[LAYERS - 1] = EDGE / STEPS;
  height[LAYERS - 1] = Math.exp(-EDGE);
  let right = EDGE;
  for (let layer = LAYERS - 2; layer > 0; layer--) {
    const edge = -Math.log(AREA / right + Math.exp(-right));
    sure[layer + 1] = (edge / right) * STEPS;
    step[layer] = edge / STEPS;
    height[layer] = Math.exp(-edge);
    right = edge;
  }
  return { limit: Int32Array.from(sure, Math.ceil), step, height };
}

/** Draws per block: small enough to stay in the cache with the bookkeeping. */
const BLOCK = 1024;
/** Positions and bits of the draws of a block that need more bits. */
const unsure = { places: new Int32Array(BLOCK), bits: new Int32Array(BLOCK) };

/**
 * Fills `weights[from ..]` with standard exponential draws: Gamma(1), the unnormalised weights of a Bayesian
 * bootstrap; returns their sum. `state` is that of xoshiro128** as in ground/random. The few draws that need more bits take
 * them from `random`.
 */
export function fillExponential(
  weights: Float64Array,
  from: number,
  state: Int32Array,
  random: Random,
): number {
  const { places, bits } = unsure;
  let total = 0;
  for (let start = from; start < weights.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, weights.length);
    const count = fillSure(weights, start, end, state);
    for (let i = 0; i < count; i++)
      weights[places[i]] = atTheEdge(bits[i] & (LAYERS - 1), bits[i] >>> 8, random);
    for (let i = start; i < end; i++) total += weights[i];
  }
  return total;
}

/**
 * Fills `weights[start .. end]` and notes which draws need more bits; returns how many. A loop that runs a hundred million
 * times: the state is held in locals, and nothing is called.
 */
function fillSure(weights: Float64Array, start: number, end: number, state: Int32Array): number {
  const { limit, step } = ZIGGURAT;
  const { places, bits: noted } = unsure;
  let count = 0;
  let [a, b, c, d] = state;
  for (let i = start; i < end; i++) {
    const scaled = Math.imul(b, 5);
    const bits = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    const layer = bits & (LAYERS - 1);
    const steps = bits >>> 8;
    weights[i] = steps * step[layer];
    if (steps >= limit[layer]) {
      places[count] = i;
      noted[count++] = bits;
    }
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
  return count;
}

/** The draws of the ziggurat that need more bits: the tail, and the strip that the curve cuts. */
function atTheEdge(firstLayer: number, firstSteps: number, random: Random): number {
  const { limit, step, height } = ZIGGURAT;
  let layer = firstLayer;
  let steps = firstSteps;
  for (;;) {
    const x = steps * step[layer];
    if (steps < limit[layer]) return x;
    if (layer === 0) return EDGE - Math.log(1 - random.next());
    if (height[layer] + random.next() * (height[layer - 1] - height[layer]) < Math.exp(-x)) return x;
    layer = random.below(LAYERS);
    steps = random.below(STEPS);
  }
}

/** Constants of Gamma(shape, 1), computed once per shape. */
export interface GammaShapes {
  readonly d: Float64Array;
  readonly c: Float64Array;
}

/** Shapes of at least 1. */
export function gammaShapes(shapes: ArrayLike<number>): GammaShapes {
  const d = Float64Array.from(shapes, (shape) => shape - 1 / 3);
  return { d, c: d.map((each) => 1 / Math.sqrt(9 * each)) };
}

/** Well above the difference between two ways of computing a fourth power. */
const ROUNDING = 1e-9;

/**
 * Fills the first weights with a draw of Gamma(shape, 1) each: Marsaglia & Tsang, "A simple method for generating gamma
 * variables", 2000. Returns `total` and their sum.
 */
export function fillGamma(weights: Float64Array, { d, c }: GammaShapes, random: Random, total = 0): number {
  let sum = total;
  for (let i = 0; i < d.length; ) {
    const x = normalQuantile(random.next() || 0.5);
    const v = (1 + c[i] * x) ** 3;
    if (v <= 0) continue;
    const u = random.next();
    const square = x * x;
    // Powers take most of the time: the second one is left out where rounding does not decide.
    if (
      u < 1 - 0.0331 * square * square - ROUNDING ||
      u < 1 - 0.0331 * x ** 4 ||
      Math.log(u) < 0.5 * x * x + d[i] * (1 - v + Math.log(v))
    ) {
      weights[i] = d[i] * v;
      sum += weights[i++];
    }
  }
  return sum;
}

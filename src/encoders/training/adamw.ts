import { sizeOf } from '../../autograd/index.ts';
import { allocate, type Block } from './kernels/memory.ts';
import type { Call, Pool } from './kernels/pool.ts';

/** A trained parameter with its gradient and AdamW's moments. */
export interface Trained {
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: Block;
  readonly gradient: Block;
  readonly mean: Block;
  readonly variance: Block;
  /** Sum of the gradients of several batches, where an update has several. */
  readonly sum?: Block;
  /** Exponential moving average of the value, if one is kept. */
  readonly average?: Block;
}

/** Memory for parameters in training: four numbers each, and one more per option. */
export function createTrained(
  shapes: ReadonlyMap<string, readonly number[]>,
  { sum = false, average = false }: { sum?: boolean; average?: boolean } = {},
): Trained[] {
  const entries = [...shapes];
  const parts = 4 + Number(sum) + Number(average);
  const blocks = allocate(entries.map(([, shape]) => Array<number>(parts).fill(sizeOf(shape))));
  return entries.map(([name, shape], i) => {
    const [value, gradient, mean, variance, ...more] = blocks[i];
    const extras = { ...(sum && { sum: more.shift() }), ...(average && { average: more.shift() }) };
    return { name, shape, value, gradient, mean, variance, ...extras };
  });
}

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export const ADAMW: AdamWSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export interface AdamWStep {
  /** 1 for the first. */
  readonly step: number;
  /** Multiplies the gradient first: for clipping, or for a mean over accumulated batches. */
  readonly scale?: number;
  readonly settings?: AdamWSettings;
  /** Learning rate of a parameter. */
  readonly rate: (name: string) => number;
  /** Weight decay of a parameter, decoupled from the gradient. */
  readonly decay: (name: string) => number;
}

/**
 * One step of AdamW with bias correction (Loshchilov & Hutter 2019), in the order of PyTorch's:
 * p ← p (1 - rate·decay); m ← m + (1 - β₁)(g - m); v ← β₂ v + (1 - β₂) g²;
 * p ← p - rate / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε).
 */
export function adamw(
  parameters: readonly Trained[],
  { step, scale = 1, settings = ADAMW, rate, decay }: AdamWStep,
  pool: Pool,
): void {
  const { beta1, beta2, epsilon } = settings;
  const correction1 = 1 - beta1 ** step;
  const correction2 = Math.sqrt(1 - beta2 ** step);
  pool.run(
    parameters.flatMap(({ name, value, gradient, mean, variance }) => {
      const learning = rate(name);
      const factors = [1 - learning * decay(name), 1 - beta1, beta2, 1 - beta2, learning / correction1];
      return callsOf('adamw', [value, gradient, mean, variance], [scale, ...factors, correction2, epsilon]);
    }),
  );
}

/** √Σ g² over all gradients. */
export const gradientNorm = (parameters: readonly Trained[], pool: Pool): number =>
  Math.sqrt(
    pool
      .run(parameters.flatMap(({ gradient }) => callsOf('squares', [gradient])))
      .reduce((sum, squares) => sum + squares, 0),
  );

/** Adds the gradients to the sums; the first of an update overwrites them. */
export const addGradients = (parameters: readonly Trained[], first: boolean, pool: Pool): void => {
  pool.run(
    parameters.flatMap(({ gradient, sum }) => callsOf('combine', [sum!, gradient], [first ? 0 : 1, 1])),
  );
};

/** Copies the sums to the gradients. */
export const takeSums = (parameters: readonly Trained[], pool: Pool): void => {
  pool.run(parameters.flatMap(({ gradient, sum }) => callsOf('combine', [gradient, sum!], [0, 1])));
};

/** Moves the averages towards the values: average ← share · average + (1 - share) · value. */
export const moveAverages = (parameters: readonly Trained[], share: number, pool: Pool): void => {
  pool.run(
    parameters.flatMap(({ value, average }) => callsOf('combine', [average!, value], [share, 1 - share])),
  );
};

/** Bytes of an array per call: large enough to amortise the call, small enough to balance threads. */
const STRETCH = 1 << 19;

/** One kernel over arrays of equal length in one memory, split so that several threads can work on it. */
function callsOf(kernel: Call['kernel'], blocks: readonly Block[], scalars: readonly number[] = []): Call[] {
  const [block] = blocks;
  const bytes = block.end - block.start;
  return Array.from({ length: Math.ceil(bytes / STRETCH) }, (_, i) => {
    const pointers = blocks.map(({ start }) => start + i * STRETCH);
    const end = Math.min(block.end, block.start + (i + 1) * STRETCH);
    return { block, kernel, inputs: [...pointers, end, ...scalars] };
  });
}

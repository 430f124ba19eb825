import { sizeOf } from '../../autograd/index.ts';
import { allocate, type Block } from './kernels/memory.ts';
import type { Call, Crew } from './kernels/pool.ts';

/** A parameter that is trained, its gradient, and what AdamW remembers of it. */
export interface Trained {
  readonly name: string;
  readonly shape: readonly number[];
  readonly value: Block;
  readonly gradient: Block;
  readonly mean: Block;
  readonly variance: Block;
  /** Where gradients of several batches add up, if they do. */
  readonly sum?: Block;
  /** Exponential moving average of the value, if one is kept. */
  readonly average?: Block;
}

/** Room for parameters and all that training them takes: four numbers each, and one more for every option. */
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
  /** The gradient is multiplied by this first: for clipping, or for a mean over accumulated batches. */
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
  crew: Crew,
): void {
  const { beta1, beta2, epsilon } = settings;
  const correction1 = 1 - beta1 ** step;
  const correction2 = Math.sqrt(1 - beta2 ** step);
  crew.run(
    parameters.flatMap(({ name, value, gradient, mean, variance }) => {
      const learning = rate(name);
      const factors = [1 - learning * decay(name), 1 - beta1, beta2, 1 - beta2, learning / correction1];
      return callsOf('adamw', [value, gradient, mean, variance], [scale, ...factors, correction2, epsilon]);
    }),
  );
}

/** BERT's custom: biases and layer norms do not decay. */
export const decays = (name: string): boolean => !name.endsWith('.bias') && !name.includes('LayerNorm');

/** √Σ g² over all gradients. */
export const gradientNorm = (parameters: readonly Trained[], crew: Crew): number =>
  Math.sqrt(
    crew
      .run(parameters.flatMap(({ gradient }) => callsOf('squares', [gradient])))
      .reduce((sum, squares) => sum + squares, 0),
  );

/** Adds the gradients to the sums of those before; the first of a step begins them. */
export const addGradients = (parameters: readonly Trained[], first: boolean, crew: Crew): void => {
  crew.run(
    parameters.flatMap(({ gradient, sum }) => callsOf('combine', [sum!, gradient], [first ? 0 : 1, 1])),
  );
};

/** Puts the sums where the gradients are. */
export const takeSums = (parameters: readonly Trained[], crew: Crew): void => {
  crew.run(parameters.flatMap(({ gradient, sum }) => callsOf('combine', [gradient, sum!], [0, 1])));
};

/** Moves the averages towards the values: average ← share · average + (1 - share) · value. */
export const moveAverages = (parameters: readonly Trained[], share: number, crew: Crew): void => {
  crew.run(
    parameters.flatMap(({ value, average }) => callsOf('combine', [average!, value], [share, 1 - share])),
  );
};

/** Bytes of one array that one call works on: some cost of calling, little to wait for at the end. */
const STRETCH = 1 << 19;

/** One kernel on arrays of one length, which share a memory, in stretches that several threads can take. */
function callsOf(kernel: Call['kernel'], blocks: readonly Block[], scalars: readonly number[] = []): Call[] {
  const [block] = blocks;
  const bytes = block.end - block.start;
  return Array.from({ length: Math.ceil(bytes / STRETCH) }, (_, i) => {
    const pointers = blocks.map(({ start }) => start + i * STRETCH);
    const end = Math.min(block.end, block.start + (i + 1) * STRETCH);
    return { block, kernel, inputs: [...pointers, end, ...scalars] };
  });
}

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
  /**
   * Of an embedding table, most of which no text ever looks up: one number per stretch (see `stretchesOf`), 0 where gradient
   * and moments are 0, so that the values only decay.
   */
  readonly active?: Uint8Array;
  /** For an embedding table: the rows whose gradient may be non-zero. */
  readonly rows?: Set<number>;
}

/** Memory for parameters in training: four numbers each, and one more per option. */
export function createTrained(
  shapes: ReadonlyMap<string, readonly number[]>,
  options: { sum?: boolean; average?: boolean; isTable?: (name: string) => boolean } = {},
): Trained[] {
  const { sum = false, average = false, isTable = () => false } = options;
  const entries = [...shapes];
  const parts = 4 + Number(sum) + Number(average);
  const blocks = allocate(entries.map(([, shape]) => Array<number>(parts).fill(sizeOf(shape))));
  return entries.map(([name, shape], i) => {
    const [value, gradient, mean, variance, ...more] = blocks[i];
    const extras = { ...(sum && { sum: more.shift() }), ...(average && { average: more.shift() }) };
    const table = isTable(name) && {
      active: new Uint8Array(stretchesOf(value).length),
      rows: new Set<number>(),
    };
    return { name, shape, value, gradient, mean, variance, ...extras, ...table };
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
    parameters.flatMap((parameter) => {
      const { name, value, gradient, mean, variance } = parameter;
      const learning = rate(name);
      const kept = 1 - learning * decay(name);
      const factors = [kept, 1 - beta1, beta2, 1 - beta2, learning / correction1];
      const scalars = [scale, ...factors, correction2, epsilon];
      const moving = callsOf('adamw', [value, gradient, mean, variance], scalars, isActive(parameter));
      // all that is left of the formula where gradient and moments are 0
      const decaying = kept === 1 ? [] : callsOf('combine', [value, value], [kept, 0], isIdle(parameter));
      return [...moving, ...decaying];
    }),
  );
}

const isActive =
  ({ active }: Trained) =>
  (stretch: number): boolean =>
    active?.[stretch] !== 0;
const isIdle =
  ({ active }: Trained) =>
  (stretch: number): boolean =>
    active?.[stretch] === 0;

/** Marks which stretches of an embedding table only decay, after its moments were restored. */
export function markRestored({ active, mean, variance }: Trained): void {
  if (!active) return;
  for (const [i, { from, to }] of stretchesOf(mean).entries()) {
    const isZero = ({ data }: Block): boolean => data.subarray(from, to).every((number) => number === 0);
    active[i] = Number(!(isZero(mean) && isZero(variance)));
  }
}

/** Sets the gradient of an embedding table to 0. */
export function clearGradient({ shape: [, width], gradient, sum, rows }: Trained): void {
  if (!rows) return void gradient.data.fill(0);
  for (const row of rows) gradient.data.fill(0, row * width, (row + 1) * width);
  // where batches are summed, the gradient gets the rows of all of them back
  if (!sum) rows.clear();
}

/** Marks a row of an embedding table as looked up. */
export function markRow({ shape: [, width], active, rows }: Trained, row: number): void {
  if (!active || !rows) return;
  rows.add(row);
  active[Math.floor((row * width) / STRETCH)] = 1;
  active[Math.floor(((row + 1) * width - 1) / STRETCH)] = 1;
}

/** √Σ g² over all gradients. */
export const gradientNorm = (parameters: readonly Trained[], pool: Pool): number =>
  Math.sqrt(
    pool
      .run(parameters.flatMap((one) => callsOf('squares', [one.gradient], [], isActive(one))))
      .reduce((sum, squares) => sum + squares, 0),
  );

/** Adds the gradients to the sums; the first of an update overwrites them. */
export const addGradients = (parameters: readonly Trained[], first: boolean, pool: Pool): void => {
  pool.run(
    parameters.flatMap((one) =>
      callsOf('combine', [one.sum!, one.gradient], [first ? 0 : 1, 1], isActive(one)),
    ),
  );
};

/** Copies the sums to the gradients. */
export const takeSums = (parameters: readonly Trained[], pool: Pool): void => {
  pool.run(parameters.flatMap((one) => callsOf('combine', [one.gradient, one.sum!], [0, 1], isActive(one))));
};

/** Moves the averages towards the values: average ← share · average + (1 - share) · value. */
export const moveAverages = (parameters: readonly Trained[], share: number, pool: Pool): void => {
  pool.run(
    parameters.flatMap(({ value, average }) => callsOf('combine', [average!, value], [share, 1 - share])),
  );
};

/** Numbers of an array per call: enough to amortise the call, few enough to balance threads. */
const STRETCH = 1 << 17;

/** An array in stretches of `STRETCH` numbers. */
const stretchesOf = ({ data }: Block): { readonly from: number; readonly to: number }[] =>
  Array.from({ length: Math.ceil(data.length / STRETCH) }, (_, i) => ({
    from: i * STRETCH,
    to: Math.min(data.length, (i + 1) * STRETCH),
  }));

/** One kernel over arrays of equal length in one memory, split so that several threads can work on it. */
function callsOf(
  kernel: Call['kernel'],
  blocks: readonly Block[],
  scalars: readonly number[] = [],
  isWanted: (stretch: number) => boolean = () => true,
): Call[] {
  const [block] = blocks;
  return stretchesOf(block).flatMap(({ from }, i): Call[] => {
    if (!isWanted(i)) return [];
    const pointers = blocks.map(({ start }) => start + from * Float32Array.BYTES_PER_ELEMENT);
    const end = Math.min(block.end, pointers[0] + STRETCH * Float32Array.BYTES_PER_ELEMENT);
    return [{ block, kernel, inputs: [...pointers, end, ...scalars] }];
  });
}

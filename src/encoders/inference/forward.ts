import { setImmediate } from 'node:timers/promises';
import {
  compile,
  openModel,
  type Program,
  type SessionOptions,
  type Tensors,
  type TypedArray,
} from '../../autograd/index.ts';
import type { EncoderConfig, Shapes } from '../architectures/architecture.ts';
import { encoderFrame } from '../architectures/frame.ts';
import type { BatchShape, Head } from '../heads/head.ts';
import { encoderFeeds, type Sequence } from './sequences.ts';

export interface ForwardOptions extends SessionOptions {
  readonly config: EncoderConfig;
  readonly shapes: Shapes;
  /** All parameters by name; every run reads their current values. */
  readonly weights: Tensors;
}

/** Answers of a head for any number of sequences, in their order. Throws the reason of the signal. */
export type Forward<Answer> = (
  sequences: readonly Sequence[],
  options?: ForwardRun<Answer>,
) => Promise<Answer[]>;

/** Inputs of a graph besides those of the encoder. */
export interface MoreInputs {
  /** Values of named sizes of their shapes. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Those of a batch, by its ids `[batch, length]`. */
  of(ids: BigInt64Array): Tensors;
}

export interface ForwardRun<Answer> {
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
  /** Replaces the weights for this run, for example by their moving average. */
  readonly weights?: Tensors;
  /** Called with the answer to a sequence, by its index, as soon as its batch has run. */
  readonly onAnswer?: (index: number, answer: Answer) => void;
  readonly more?: MoreInputs;
  /** Whether the answer to a sequence is not needed: a batch of such sequences alone is left out, and so are its answers. */
  readonly skip?: (index: number) => boolean;
}

/** Tokens of a batch, including padding: enough to be fast, few enough that activations stay in the caches. */
const FIXED_TOKENS = 2048;
const OPEN_TOKENS = 512;
/** Batches of fewer tokens grow regardless of padding: multiplying costs little more than reading the weights. */
const FEW_TOKENS = 64;
/** Maximum share of padding in larger batches. */
const MOST_PADDING = 1 / 16;
const MOST_ROWS = 64;

/** Padded lengths in inference: one graph each, compiled when first needed. */
const LENGTHS = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** Runs one batch of this shape. */
type Runner = (
  feeds: Tensors,
  shape: BatchShape,
  weights: Tensors | undefined,
  sizes: MoreInputs['sizes'] | undefined,
) => Promise<Record<string, TypedArray>>;

/** How many sequences from `first` on form a batch, and the shape that they are padded to. */
type Packing = (
  lengths: readonly number[],
  first: number,
) => { readonly rows: number; readonly shape: BatchShape };

/**
 * The encoder with a head, without dropout, as one graph per length bucket. Weights are fed, so that they may change between
 * runs.
 */
export function createForward<Answer>(head: Head<Answer>, options: ForwardOptions): Forward<Answer> {
  const { config, shapes, weights, device, threads } = options;
  const programs = new Map<number, Promise<Program>>();
  const buckets = [...LENGTHS.filter((length) => length < config.maxPositions), config.maxPositions];
  const pack: Packing = (lengths, first) => {
    const length = buckets.find((bucket) => bucket >= lengths[first]) ?? lengths[first];
    const batch = Math.max(1, Math.min(MOST_ROWS, Math.floor(FIXED_TOKENS / length)));
    const rows = lengths.slice(first, first + batch).filter((own) => own <= length).length;
    return { rows, shape: { batch, length } };
  };
  return forwardWith(head, config, pack, async (feeds, shape, others = weights) => {
    const known = programs.get(shape.length);
    const program =
      known ??
      compile(head.outputs(encoderFrame({ config, shapes, ...shape }).encode()), {
        device,
        threads,
        arena: false,
      });
    programs.set(shape.length, program);
    return (await program).run({ ...others, ...feeds });
  });
}

export interface OpenOptions extends SessionOptions {
  readonly config: EncoderConfig;
}

/**
 * The same with a model written by `exportOnnx`, which accepts any shape and contains its weights, so that the runtime
 * packs them once. Sequences are only padded to the longest of similar length.
 */
export async function openForward<Answer>(
  head: Head<Answer>,
  model: Uint8Array | string,
  { config, ...options }: OpenOptions,
): Promise<Forward<Answer>> {
  const program = await openModel(model, options);
  const pack: Packing = (lengths, first) => {
    // sorted by length: the next one is the longest
    let [rows, real] = [1, lengths[first]];
    for (; rows < MOST_ROWS && first + rows < lengths.length; rows++) {
      const length = lengths[first + rows];
      const padded = (rows + 1) * length;
      real += length;
      if (padded > OPEN_TOKENS || (padded > FEW_TOKENS && padded - real > MOST_PADDING * padded)) break;
    }
    return { rows, shape: { batch: rows, length: lengths[first + rows - 1] } };
  };
  return forwardWith(head, config, pack, (feeds, { batch, length }) =>
    program.run(feeds, { sizes: { batch, sequence: length } }),
  );
}

/** Tokens of a batch of sequences of equal length. */
const EQUAL_TOKENS = 1024;

/**
 * As `openForward`, in batches of sequences of equal length: no token is padding, and an answer does not depend on which
 * other sequences there are.
 */
export async function openEqualForward<Answer>(
  head: Head<Answer>,
  model: Uint8Array | string,
  { config, ...options }: OpenOptions,
): Promise<Forward<Answer>> {
  const program = await openModel(model, options);
  const pack: Packing = (lengths, first) => {
    const length = lengths[first];
    const most = Math.max(1, Math.floor(EQUAL_TOKENS / length));
    let rows = 1;
    while (rows < most && lengths[first + rows] === length) rows++;
    return { rows, shape: { batch: rows, length } };
  };
  return forwardWith(head, config, pack, (feeds, { batch, length }, _weights, sizes) =>
    program.run(feeds, { sizes: { ...sizes, batch, sequence: length } }),
  );
}

/** Batches sequences of similar length. */
function forwardWith<Answer>(
  head: Head<Answer>,
  config: EncoderConfig,
  pack: Packing,
  run: Runner,
): Forward<Answer> {
  return async (sequences, { onProgress, signal, weights, onAnswer, skip, more } = {}) => {
    const order = sequences
      .map((_, i) => i)
      .sort((a, b) => sequences[a].ids.length - sequences[b].ids.length);
    const lengths = order.map((i) => sequences[i].ids.length);
    const answers = new Array<Answer>(sequences.length);
    for (let at = 0; at < order.length; ) {
      signal?.throwIfAborted();
      const { rows, shape } = pack(lengths, at);
      const own = order.slice(at, at + rows);
      at += rows;
      if (skip && own.every(skip)) continue;
      const feeds = encoderFeeds(
        own.map((i) => sequences[i]),
        shape,
        config.padTokenId,
      );
      const outputs = await run({ ...feeds, ...more?.of(feeds.input_ids) }, shape, weights, more?.sizes);
      for (const [row, i] of own.entries()) {
        answers[i] = head.read(outputs, row, sequences[i].ids.length, shape);
        onAnswer?.(i, answers[i]);
      }
      onProgress?.(at / order.length);
      await setImmediate();
    }
    return answers;
  };
}

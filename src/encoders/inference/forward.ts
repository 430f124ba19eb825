import { setImmediate } from 'node:timers/promises';
import {
  compile,
  input,
  openModel,
  type Program,
  type SessionOptions,
  type Tensors,
  type TypedArray,
  type Value,
} from '../../autograd/index.ts';
import type { BertConfig } from '../architectures/bert/config.ts';
import { embed, encode, encoderInputs, fixedLayout, noDropout } from '../architectures/bert/graph.ts';
import type { BatchShape, Head } from '../heads/head.ts';
import { encoderFeeds, type Sequence } from './sequences.ts';

export interface ForwardOptions extends SessionOptions {
  readonly config: BertConfig;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** All parameters by name; read anew in every run. */
  readonly weights: Tensors;
}

/** Answers of a head for any number of sequences, in their order. */
export type Forward<Answer> = (sequences: readonly Sequence[], options?: ForwardRun) => Promise<Answer[]>;

export interface ForwardRun {
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
  /** Other weights than usual, such as their moving average. */
  readonly weights?: Tensors;
}

/** Tokens of a batch, padding counted: enough to be fast, few enough that what a layer computes stays in the caches. */
const FIXED_TOKENS = 2048;
const OPEN_TOKENS = 512;
/** Batches of fewer tokens grow whatever the padding: multiplying them costs little more than reading the weights. */
const FEW_TOKENS = 64;
/** Share of padding beyond which a batch takes no longer sequence. */
const MOST_PADDING = 1 / 16;
const MOST_ROWS = 64;

/** Lengths that sequences are padded to when they are only read: a graph each, compiled when first needed. */
const LENGTHS = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** Runs one batch of this shape. */
type Runner = (
  feeds: Tensors,
  shape: BatchShape,
  weights: Tensors | undefined,
) => Promise<Record<string, TypedArray>>;

/** How many of the sequences from `first` on go together, and the shape that they are padded to. */
type Packing = (
  lengths: readonly number[],
  first: number,
) => { readonly rows: number; readonly shape: BatchShape };

/**
 * The encoder with a head, without dropout, in a graph for every length bucket; weights are fed to them, so that they may
 * change between runs.
 */
export function createForward<Answer>(head: Head<never, Answer>, options: ForwardOptions): Forward<Answer> {
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
      known ?? compile(forwardGraph(head, config, shapes, shape), { device, threads, arena: false });
    programs.set(shape.length, program);
    return (await program).run({ ...others, ...feeds });
  });
}

export interface OpenOptions extends SessionOptions {
  readonly config: BertConfig;
}

/**
 * The same by a model that `exportOnnx` wrote, which takes any shape and has its weights inside, where the runtime lays
 * them out once and for all: no sequence is padded further than to its neighbours by length.
 */
export async function openForward<Answer>(
  head: Head<never, Answer>,
  model: Uint8Array | string,
  { config, ...options }: OpenOptions,
): Promise<Forward<Answer>> {
  const program = await openModel(model, options);
  const pack: Packing = (lengths, first) => {
    // in order of length: every next one is the longest
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

/** Sequences of like length go together. */
function forwardWith<Answer>(
  head: Head<never, Answer>,
  config: BertConfig,
  pack: Packing,
  run: Runner,
): Forward<Answer> {
  return async (sequences, { onProgress, signal, weights } = {}) => {
    const order = sequences
      .map((_, i) => i)
      .sort((a, b) => sequences[a].ids.length - sequences[b].ids.length);
    const lengths = order.map((i) => sequences[i].ids.length);
    const answers = new Array<Answer>(sequences.length);
    for (let at = 0; at < order.length; ) {
      signal?.throwIfAborted();
      const { rows, shape } = pack(lengths, at);
      const own = order.slice(at, at + rows);
      const feeds = encoderFeeds(
        own.map((i) => sequences[i]),
        shape,
        config.padTokenId,
      );
      const outputs = await run(feeds, shape, weights);
      for (const [row, i] of own.entries())
        answers[i] = head.read(outputs, row, sequences[i].ids.length, shape);
      at += rows;
      onProgress?.(at / order.length);
      await setImmediate();
    }
    return answers;
  };
}

function forwardGraph(
  head: Head<never, unknown>,
  config: BertConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
  { batch, length }: BatchShape,
): Record<string, Value> {
  const parameters = new Map([...shapes].map(([name, shape]) => [name, input(name, shape)]));
  const parameter = (name: string): Value => parameters.get(name)!;
  const inputs = encoderInputs(batch, length);
  const hidden = encode(config, embed(inputs, parameter), inputs.attention_mask, parameter);
  const dense = (x: Value, name: string): Value => fixedLayout.dense(x, name, parameter);
  return head.outputs({ hidden, mask: inputs.attention_mask, parameter, dense, dropout: noDropout });
}

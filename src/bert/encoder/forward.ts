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
import type { BertConfig } from '../config.ts';
import type { BatchShape, Head } from '../heads/head.ts';
import { embed, encode, encoderInputs, fixedLayout, noDropout } from './encoder.ts';
import { encoderFeeds, type Sequence } from './sequences.ts';

export interface ForwardOptions extends SessionOptions {
  readonly config: BertConfig;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** All parameters by name; read anew in every run. */
  readonly weights: Tensors;
  /** Tokens of a batch, padding counted. */
  readonly tokens?: number;
}

/** Answers of a head for any number of sequences, in their order. */
export type Forward<Answer> = (sequences: readonly Sequence[], options?: ForwardRun) => Promise<Answer[]>;

export interface ForwardRun {
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
  /** Other weights than usual, such as their moving average. */
  readonly weights?: Tensors;
}

const TOKENS = 2048;
const MOST_ROWS = 64;

/** Lengths that sequences are padded to when they are only read: a graph each, compiled when first needed. */
const LENGTHS = [16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/** Runs one batch of this shape. */
type Runner = (
  feeds: Tensors,
  shape: BatchShape,
  weights: Tensors | undefined,
) => Promise<Record<string, TypedArray>>;

/** The encoder with a head, without dropout, in a graph for every length bucket; weights are fed to them. */
export function createForward<Answer>(head: Head<never, Answer>, options: ForwardOptions): Forward<Answer> {
  const { config, shapes, weights, device, threads } = options;
  const programs = new Map<number, Promise<Program>>();
  return forwardWith(head, options, true, async (feeds, shape, others = weights) => {
    const known = programs.get(shape.length);
    const program =
      known ?? compile(forwardGraph(head, config, shapes, shape), { device, threads, arena: false });
    programs.set(shape.length, program);
    return (await program).run({ ...others, ...feeds });
  });
}

/** The same by a model that `exportOnnx` wrote, which takes any shape and has its weights inside. */
export async function openForward<Answer>(
  head: Head<never, Answer>,
  model: Uint8Array | string,
  options: Pick<ForwardOptions, 'config' | 'tokens' | 'device' | 'threads'>,
): Promise<Forward<Answer>> {
  const program = await openModel(model, options);
  return forwardWith(head, options, false, (feeds, { batch, length }) =>
    program.run(feeds, { sizes: { batch, sequence: length } }),
  );
}

/** Sequences of like length go together; `fixed` pads batches to one of few shapes. */
function forwardWith<Answer>(
  head: Head<never, Answer>,
  { config, tokens = TOKENS }: Pick<ForwardOptions, 'config' | 'tokens'>,
  fixed: boolean,
  run: Runner,
): Forward<Answer> {
  const lengths = [...LENGTHS.filter((length) => length < config.maxPositions), config.maxPositions];
  const shapeFor = (length: number): BatchShape => {
    const padded = lengths.find((bucket) => bucket >= length) ?? length;
    return { length: padded, batch: Math.max(1, Math.min(MOST_ROWS, Math.floor(tokens / padded))) };
  };
  return async (sequences, { onProgress, signal, weights } = {}) => {
    const order = sequences
      .map((_, i) => i)
      .sort((a, b) => sequences[a].ids.length - sequences[b].ids.length);
    const answers = new Array<Answer>(sequences.length);
    for (let at = 0; at < order.length; ) {
      signal?.throwIfAborted();
      const bucket = shapeFor(sequences[order[at]].ids.length);
      const rows = order.slice(at, at + bucket.batch).filter((i) => sequences[i].ids.length <= bucket.length);
      const longest = sequences[rows[rows.length - 1]].ids.length;
      const shape = fixed ? bucket : { batch: rows.length, length: longest };
      const feeds = encoderFeeds(
        rows.map((i) => sequences[i]),
        shape,
        config.padTokenId,
      );
      const outputs = await run(feeds, shape, weights);
      for (const [row, i] of rows.entries())
        answers[i] = head.read(outputs, row, sequences[i].ids.length, shape);
      at += rows.length;
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

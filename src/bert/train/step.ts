import {
  compile,
  grad,
  input,
  mul,
  type Program,
  type SessionOptions,
  sizeOf,
  type Tensors,
  type TypedArray,
  type Value,
} from '../../autograd/index.ts';
import type { BertConfig } from '../config.ts';
import { type Dropout, encode, encoderInputs, noDropout } from '../encoder/encoder.ts';
import type { HeadGraph } from '../heads/head.ts';
import type { Trained } from './adamw.ts';

export interface StepOptions extends SessionOptions {
  readonly config: BertConfig;
  readonly head: HeadGraph;
  readonly batch: number;
  readonly length: number;
  /** Whether to drop at all; the rates are the configuration's. */
  readonly dropout: boolean;
  /** All parameters, trained or frozen, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Names of those whose gradient is wanted. */
  readonly trained: ReadonlySet<string>;
}

/** A place where something is dropped: the graph's input for its mask. */
export interface DropoutSite {
  readonly name: string;
  readonly size: number;
  readonly rate: number;
}

/** The graph of a training step for one shape of batch. */
export interface Step {
  readonly batch: number;
  readonly length: number;
  readonly sites: readonly DropoutSite[];
  /**
   * Runs forward and backward. `feeds` has the batch, the masks and all parameters; every gradient is written into
   * `parameters` and the loss is returned, with whatever outputs of the head are asked for.
   */
  run(
    feeds: Tensors,
    parameters: readonly Trained[],
    outputs?: readonly string[],
  ): Promise<Record<string, TypedArray>>;
}

export const EMBEDDINGS = {
  words: 'embeddings.word_embeddings.weight',
  positions: 'embeddings.position_embeddings.weight',
  types: 'embeddings.token_type_embeddings.weight',
} as const;
const TABLES: ReadonlySet<string> = new Set(Object.values(EMBEDDINGS));

/** Compiles loss and gradients for batches of `batch` sequences of `length` tokens. */
export async function compileStep(options: StepOptions): Promise<Step> {
  const { config, head, batch, length, shapes, trained } = options;
  const parameters = new Map([...shapes].map(([name, shape]) => [name, input(name, shape)]));
  const parameter = (name: string): Value => parameters.get(name)!;
  const inputs = encoderInputs(batch, length);
  const { sites, dropout } = options.dropout ? dropoutSites(config) : { sites: [], dropout: noDropout };
  const { hidden, embedded } = encode(config, inputs, parameter, dropout);
  const context = { hidden, mask: inputs.attention_mask, parameter, dropout };
  const outputs = head.outputs(context);
  const loss = head.loss(outputs, context);

  const direct = [...trained].filter((name) => !TABLES.has(name));
  const tables = [...trained].filter((name) => TABLES.has(name));
  const gradients = grad(loss, [...direct.map(parameter), ...(tables.length > 0 ? [embedded] : [])]);
  const named = Object.fromEntries(direct.map((name, i) => [gradientName(name), gradients[i]]));
  if (tables.length > 0) named[gradientName('embedded')] = gradients.at(-1)!;
  const program: Program = await compile({ loss, ...outputs, ...named }, options);
  const rows = new Float32Array(tables.length > 0 ? sizeOf(embedded.shape) : 0);

  return {
    batch,
    length,
    sites,
    async run(feeds, state, wanted = []) {
      const byName = new Map(state.map((one) => [one.name, one]));
      const into: Record<string, Float32Array> = Object.fromEntries(
        direct.map((name) => [gradientName(name), byName.get(name)!.gradient.data]),
      );
      if (tables.length > 0) into[gradientName('embedded')] = rows;
      const result = await program.run(feeds, { fetch: ['loss', ...wanted, ...Object.keys(named)], into });
      if (tables.length > 0)
        addEmbeddingRows(rows, feeds, { batch, length, size: config.hiddenSize }, byName);
      return Object.fromEntries(['loss', ...wanted].map((name) => [name, result[name]]));
    },
  };
}

const gradientName = (name: string): string => `gradient:${name}`;

function dropoutSites(config: BertConfig): { sites: DropoutSite[]; dropout: Dropout } {
  const sites: DropoutSite[] = [];
  const rates = { hidden: config.hiddenDropout, attention: config.attentionDropout };
  const dropout: Dropout = (x, kind) => {
    if (rates[kind] === 0) return x;
    const name = `mask:${sites.length}`;
    sites.push({ name, size: sizeOf(x.shape), rate: rates[kind] });
    return mul(x, input(name, x.shape));
  };
  return { sites, dropout };
}

/** What every token's embedding contributes to the gradients of the three tables it was looked up in. */
function addEmbeddingRows(
  rows: Float32Array,
  feeds: Tensors,
  { batch, length, size }: { batch: number; length: number; size: number },
  parameters: ReadonlyMap<string, Trained>,
): void {
  const { input_ids: ids, token_type_ids: types } = feeds;
  const indices = {
    [EMBEDDINGS.words]: (token: number) => Number(ids[token]),
    [EMBEDDINGS.types]: (token: number) => Number(types[token]),
    [EMBEDDINGS.positions]: (token: number) => token % length,
  };
  for (const [name, index] of Object.entries(indices)) {
    const table = parameters.get(name)?.gradient.data;
    if (!table) continue;
    table.fill(0);
    for (let token = 0; token < batch * length; token++) {
      const from = token * size;
      const to = index(token) * size;
      for (let i = 0; i < size; i++) table[to + i] += rows[from + i];
    }
  }
}

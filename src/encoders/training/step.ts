import {
  add,
  compile,
  grad,
  input,
  mul,
  type SessionOptions,
  sizeOf,
  stopGradient,
  type Tensors,
  type TypedArray,
  type Value,
} from '../../autograd/index.ts';
import type { BertConfig } from '../architectures/bert/config.ts';
import {
  type Dropout,
  type DropoutKind,
  EMBEDDINGS,
  embed,
  encode,
  encoderInputs,
  fixedLayout,
  noDropout,
} from '../architectures/bert/graph.ts';
import type { BatchShape, Head, HeadContext, Outputs } from '../heads/head.ts';
import type { Trained } from './adamw.ts';

// biome-ignore lint/suspicious/noExplicitAny: a step does not look into targets and answers
export type AnyHead = Head<any, any>;

/** What a step needs of a head. */
export type StepHead = Pick<AnyHead, 'outputs' | 'loss' | 'divergence' | 'tied'>;

export interface StepOptions extends SessionOptions, BatchShape {
  readonly config: BertConfig;
  readonly head: StepHead;
  /** Whether to drop at all; the rates are the configuration's. */
  readonly dropout: boolean;
  /** All parameters, trained or frozen, by name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Names of those whose gradient is wanted. */
  readonly trained: ReadonlySet<string>;
  /** Multi-sample dropout (Inoue 2019): the loss is the mean over so many dropouts before the head. Default 1. */
  readonly samples?: number;
  /** R-Drop (Wu et al. 2021): weight of the divergence between two passes; 0, the default, makes one pass. */
  readonly rdrop?: number;
}

/** A place where something is dropped: the graph's input for its mask. */
export interface DropoutSite {
  readonly name: string;
  readonly size: number;
  readonly rate: number;
}

/** The graph of a training step for one shape of batch. */
export interface Step extends BatchShape {
  readonly sites: readonly DropoutSite[];
  /**
   * Runs forward and backward. `feeds` has the batch, the masks and all parameters; every gradient is written into
   * `parameters`, and the loss is returned with whatever outputs of the head are asked for.
   */
  run(
    feeds: Tensors,
    parameters: readonly Trained[],
    outputs?: readonly string[],
  ): Promise<Record<string, TypedArray>>;
}

const TABLES: ReadonlySet<string> = new Set(Object.values(EMBEDDINGS));

/** Compiles loss and gradients for batches of one shape. */
export async function compileStep(options: StepOptions): Promise<Step> {
  const { config, batch, length, shapes, trained } = options;
  const parameters = new Map([...shapes].map(([name, shape]) => [name, input(name, shape)]));
  const parameter = (name: string): Value => parameters.get(name)!;
  const inputs = encoderInputs(batch, length);
  const { sites, dropout } = options.dropout ? dropoutSites(config) : { sites: [], dropout: noDropout };
  const tied = new Set((options.head.tied ?? []).filter((name) => trained.has(name)));
  // The look-ups' part of a gradient comes by the rows of `embedded`; only the head's own leaves the graph as a table.
  const looked = (name: string): Value => (tied.has(name) ? stopGradient(parameter(name)) : parameter(name));
  const embedded = embed(inputs, looked);
  const pass = (): HeadContext => {
    const hidden = encode(config, embedded, inputs.attention_mask, parameter, { dropout });
    const dense = (x: Value, name: string): Value => fixedLayout.dense(x, name, parameter);
    return { hidden, mask: inputs.attention_mask, parameter, dense, dropout };
  };
  const { loss, outputs } = lossOf(options, pass);

  const direct = [...trained].filter((name) => !TABLES.has(name) || tied.has(name));
  const hasTables = [...trained].some((name) => TABLES.has(name));
  const gradients = grad(loss, [...direct.map(parameter), ...(hasTables ? [embedded] : [])]);
  const named = Object.fromEntries(direct.map((name, i) => [gradientName(name), gradients[i]]));
  if (hasTables) named[gradientName('embedded')] = gradients.at(-1)!;
  const program = await compile({ loss, ...outputs, ...named }, options);
  const rows = new Float32Array(hasTables ? sizeOf(embedded.shape) : 0);

  return {
    batch,
    length,
    sites,
    async run(feeds, state, wanted = []) {
      const byName = new Map(state.map((one) => [one.name, one]));
      const into: Record<string, Float32Array> = {};
      for (const name of direct) into[gradientName(name)] = byName.get(name)!.gradient.data;
      if (hasTables) into[gradientName('embedded')] = rows;
      const result = await program.run(feeds, { fetch: ['loss', ...wanted, ...Object.keys(named)], into });
      if (hasTables) addEmbeddingRows(rows, feeds, { batch, length, size: config.hiddenSize }, byName, tied);
      return Object.fromEntries(['loss', ...wanted].map((name) => [name, result[name]]));
    },
  };
}

/** One pass, or two with the divergence between them; each over one or several dropouts before the head. */
function lossOf(options: StepOptions, pass: () => HeadContext): { loss: Value; outputs: Outputs } {
  const { head, samples = 1, rdrop = 0 } = options;
  const one = (): { context: HeadContext; outputs: Outputs; loss: Value } => {
    const context = pass();
    const drawn = Array.from({ length: samples }, () => head.outputs(context));
    const total = drawn.map((outputs) => head.loss(outputs, context)).reduce(add);
    return { context, outputs: drawn[0], loss: samples === 1 ? total : mul(total, 1 / samples) };
  };
  const first = one();
  if (rdrop === 0 || !head.divergence) return first;
  const second = one();
  const apart = head.divergence(first.outputs, second.outputs, first.context);
  return { outputs: first.outputs, loss: add(mul(add(first.loss, second.loss), 0.5), mul(apart, rdrop / 4)) };
}

const gradientName = (name: string): string => `gradient:${name}`;

function dropoutSites(config: BertConfig): { sites: DropoutSite[]; dropout: Dropout } {
  const sites: DropoutSite[] = [];
  const rates: Record<DropoutKind, number> = {
    hidden: config.hiddenDropout,
    attention: config.attentionDropout,
    classifier: config.classifierDropout ?? config.hiddenDropout,
  };
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
  tied: ReadonlySet<string>,
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
    if (!tied.has(name)) table.fill(0);
    for (let token = 0; token < batch * length; token++) {
      const from = token * size;
      const to = index(token) * size;
      for (let i = 0; i < size; i++) table[to + i] += rows[from + i];
    }
  }
}

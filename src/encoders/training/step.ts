import {
  add,
  fuse,
  grad,
  input,
  mul,
  type Program,
  type SessionOptions,
  type Shape,
  sizeOf,
  type Tensors,
  type TypedArray,
  type Value,
} from '../../autograd/index.ts';
import { compileVariants } from '../../autograd/variants.ts';
import type { EncoderConfig, Shapes, TableInputs } from '../architectures/architecture.ts';
import { encoderFrame } from '../architectures/frame.ts';
import {
  type BatchShape,
  type Dropout,
  type DropoutKind,
  type HeadContext,
  noDropout,
} from '../architectures/graph.ts';
import { architectureOf } from '../architectures/registry.ts';
import type { Loss, Outputs } from '../heads/head.ts';
import { clearGradient, markRow, type Trained } from './adamw.ts';

export interface StepOptions extends SessionOptions {
  readonly config: EncoderConfig;
  readonly head: Loss;
  /** Whether dropout applies, with the rates of the configuration. */
  readonly dropout: boolean;
  /** All parameters, trained or frozen, by name. */
  readonly shapes: Shapes;
  /** Names of those whose gradient is computed. */
  readonly trained: ReadonlySet<string>;
  /** Multi-sample dropout (Inoue 2019): the loss is the mean over this many dropouts before the head. Default 1. */
  readonly samples?: number;
  /** R-Drop (Wu et al. 2021): weight of the divergence between two passes; 0, the default, makes one pass. */
  readonly rdrop?: number;
}

/** A dropout in a graph: the input for its mask, which consists of stretches of a random stream. */
export interface DropoutSite {
  readonly name: string;
  readonly size: number;
  /** Rows of the batch, the first axis. */
  readonly rows: number;
  readonly rate: number;
  /** Numbers that are used of each stretch, one after another: all of them, or those of the first tokens. */
  readonly used: number;
  /** Numbers from the start of a stretch to that of the next. */
  readonly stride: number;
}

/** The graph of a training step for one shape of batch. */
export interface Step extends BatchShape {
  readonly sites: readonly DropoutSite[];
  /**
   * Runs forward and backward. `feeds` has the batch, the masks and all parameters; every gradient is written to
   * `parameters`. Returns the loss and the requested outputs of the head.
   */
  run(
    feeds: Tensors,
    parameters: readonly Trained[],
    outputs?: readonly string[],
  ): Promise<Record<string, TypedArray>>;
  release(): Promise<void>;
}

/** Compiles loss and gradients for batches of one shape. */
export async function compileStep({ batch, length, ...options }: StepOptions & BatchShape): Promise<Step> {
  const [step] = await compileSteps([{ batch, length }], options);
  return step;
}

/** The same for batches of several shapes, a step for each. They share memory, and are released together. */
export async function compileSteps(batches: readonly BatchShape[], options: StepOptions): Promise<Step[]> {
  const graphs = batches.map((batch) => stepGraph(batch, options));
  const results = uncopied(graphs.map((graph) => graph.results));
  const programs = await compileVariants(results, { ...options, uncopied: true });
  return graphs.map((graph, i) => stepOf(graph, programs[i], options));
}

interface StepGraph extends BatchShape {
  readonly sites: readonly DropoutSite[];
  readonly results: Readonly<Record<string, Value>>;
  /** Parameters whose gradient is a result. */
  readonly direct: readonly string[];
  /** Shape of the summed embeddings, whose gradient is a result where a table is trained. */
  readonly embedded?: Shape;
  /** Embedding tables whose gradient is a result, too: that of the head. */
  readonly tied: ReadonlySet<string>;
}

function stepGraph({ batch, length }: BatchShape, options: StepOptions): StepGraph {
  const { config, shapes, trained, head } = options;
  const { tables } = architectureOf(config).graph;
  const isTable = (name: string): boolean => tables.some((table) => table.name === name);
  const { sites, dropout } = options.dropout ? dropoutSites(config) : { sites: [], dropout: noDropout };
  const tied = new Set((head.tied ?? []).filter((name) => trained.has(name)));
  // the gradient of look-ups leaves the graph as rows of `embedded`; only the head's own leaves it as a table
  const frame = encoderFrame({ config, shapes, batch, length, dropout, tied, firstOnly: head.firstOnly });
  const { loss, outputs } = lossOf(options, frame.encode);

  const direct = [...trained].filter((name) => !isTable(name) || tied.has(name));
  const hasTables = [...trained].some(isTable);
  const gradients = grad(loss, [...direct.map(frame.parameter), ...(hasTables ? [frame.embedded] : [])]);
  const named = Object.fromEntries(direct.map((name, i) => [gradientName(name), gradients[i]]));
  if (hasTables) named[gradientName('embedded')] = gradients.at(-1)!;
  const results = fuse({ loss, ...outputs, ...named });
  const embedded = hasTables ? frame.embedded.shape : undefined;
  return { batch, length, sites, results, direct, embedded, tied };
}

function stepOf(
  { batch, length, sites, results, direct, embedded, tied }: StepGraph,
  program: Program,
  { config }: StepOptions,
): Step {
  const rows = new Float32Array(embedded ? sizeOf(embedded) : 0);
  const gradients = Object.keys(results).filter((name) => name.startsWith(gradientName('')));
  return {
    batch,
    length,
    sites,
    release: program.release,
    async run(feeds, state, wanted = []) {
      const byName = new Map(state.map((one) => [one.name, one]));
      const into: Record<string, Float32Array> = {};
      for (const name of direct) into[gradientName(name)] = byName.get(name)!.gradient.data;
      if (embedded) into[gradientName('embedded')] = rows;
      const result = await program.run(feeds, { fetch: ['loss', ...wanted, ...gradients], into });
      if (embedded) {
        const width = embedded[2];
        addEmbeddingRows({ rows, width }, feeds, { config, batch, length }, byName, tied);
      }
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

/** Results before changes of shape, which would copy them, unless the number of axes then depends on the batch. */
function uncopied(
  graphs: readonly Readonly<Record<string, Value>>[],
): readonly Readonly<Record<string, Value>>[] {
  const before = graphs.map((results) =>
    Object.fromEntries(Object.entries(results).map(([name, value]) => [name, beforeShape(value)])),
  );
  const isAlike = (name: string): boolean =>
    before.every((results) => results[name].shape.length === before[0][name].shape.length);
  return graphs.map((results, i) =>
    Object.fromEntries(
      Object.entries(results).map(([name, value]) => [name, isAlike(name) ? before[i][name] : value]),
    ),
  );
}

/** The same numbers in the same order. */
const beforeShape = (value: Value): Value =>
  value.operation === 'Reshape' ? beforeShape(value.inputs[0]) : value;

const gradientName = (name: string): string => `gradient:${name}`;

function dropoutSites(config: EncoderConfig): { sites: DropoutSite[]; dropout: Dropout } {
  const sites: DropoutSite[] = [];
  const rates: Record<DropoutKind, number> = {
    embedding: config.embeddingDropout ?? config.hiddenDropout,
    hidden: config.hiddenDropout,
    attention: config.attentionDropout,
    classifier: config.classifierDropout ?? config.hiddenDropout,
  };
  const dropout: Dropout = (x, kind, of = x.shape.at(-2)) => {
    if (rates[kind] === 0) return x;
    const name = `mask:${sites.length}`;
    const [size, rows] = [sizeOf(x.shape), x.shape[0]];
    const parts = of === x.shape.at(-2) ? 1 : sizeOf(x.shape.slice(0, -2));
    const used = size / parts;
    const stride = parts === 1 ? size : of! * x.shape.at(-1)!;
    sites.push({ name, size, rows, rate: rates[kind], used, stride });
    return mul(x, input(name, x.shape));
  };
  return { sites, dropout };
}

/** Adds the gradient of every token's embedding to the rows of the tables that it was looked up in. */
function addEmbeddingRows(
  { rows, width }: { readonly rows: Float32Array; readonly width: number },
  feeds: Tensors,
  { config, batch, length }: BatchShape & { readonly config: EncoderConfig },
  parameters: ReadonlyMap<string, Trained>,
  tied: ReadonlySet<string>,
): void {
  const inputs: TableInputs = { ids: integers(feeds.input_ids), types: integers(feeds.token_type_ids) };
  for (const { name, row } of architectureOf(config).graph.tables) {
    const parameter = parameters.get(name);
    if (!parameter) continue;
    if (!tied.has(name)) clearGradient(parameter);
    const table = parameter.gradient.data;
    for (let token = 0; token < batch * length; token++) {
      const [from, at] = [token * width, row(inputs, token, length, config)];
      markRow(parameter, at);
      const to = at * width;
      for (let i = 0; i < width; i++) table[to + i] += rows[from + i];
    }
  }
}

function integers(ids: TypedArray): BigInt64Array {
  if (ids instanceof BigInt64Array) return ids;
  throw new TypeError(`Ids are int64, not ${ids.constructor.name}`);
}

import {
  add,
  gather,
  input,
  matmul,
  mean,
  mul,
  openModel,
  type SessionOptions,
  sub,
  toOnnx,
  transpose,
  type Value,
} from '../../autograd/index.ts';
import { layerNormParts } from '../../autograd/normalisation.ts';
import type { EncoderConfig, FirstDense } from '../architectures/architecture.ts';
import type { Layout } from '../architectures/graph.ts';
import { architectureOf } from '../architectures/registry.ts';
import { floats } from '../heads/head.ts';
import type { Tensor } from '../weights/stored.ts';
import { OPEN_SHAPE, type OpenShortcuts } from './export.ts';
import type { MoreInputs } from './forward.ts';
import type { Sequence } from './sequences.ts';

type Weights = ReadonlyMap<string, Tensor>;

/**
 * The first dense layers of an encoder on sums of embeddings, by one product for every row of a table instead of one for
 * every token. As the normalised sum is γ (w + p + …) / σ + β with centred rows w, p, …, a layer W gives
 * (Wγw + Wγp + …) / σ + Wβ + b.
 */
export interface FirstLayer {
  readonly shortcuts: OpenShortcuts;
  /** The products of all tokens of these sequences. */
  prepare(sequences: readonly Sequence[]): Promise<MoreInputs>;
}

/** Rows of one product at most, and at least: ONNX Runtime adds up a single row in another order than several. */
const [CHUNK, LEAST_ROWS] = [256, 2];

/** The row of a token in the products of words. */
const ROWS = 'first_rows';
/** The size of a table of products that is fed, and a placeholder for it. */
const [WORDS, SOME_WORDS] = ['first_words', 1019];
const productName = (dense: string, table: string): string => `${dense}@${table}`;
const biasName = (dense: string): string => `${dense}.bias@first`;

/** Undefined if an architecture has other layers first. */
export async function openFirstLayer(
  config: EncoderConfig,
  weights: Weights,
  session: SessionOptions,
): Promise<FirstLayer | undefined> {
  const { graph } = architectureOf(config);
  const layer = graph.firstDense?.(config);
  if (!layer) return undefined;
  const project = await openProjection(layer, weights, session);
  const products = new Map<string, Float32Array>();
  for (const { name } of graph.tables) {
    const table = weights.get(name);
    if (!table || name === graph.words) continue;
    for (const [i, product] of (await project(table.data)).entries())
      products.set(productName(layer.dense[i], name), product);
  }
  for (const dense of layer.dense) products.set(biasName(dense), shiftedBias(layer, dense, weights));
  const words = weights.get(graph.words)!;
  return {
    shortcuts: {
      of: (embedded, layout) => ({ first: firstValues(config, layer, weights, embedded, layout) }),
      weights: products,
      declared: {
        [ROWS]: ['batch', 'sequence'],
        ...Object.fromEntries(
          layer.dense.map((dense) => [
            productName(dense, graph.words),
            [WORDS, weights.get(`${dense}.weight`)!.shape[0]],
          ]),
        ),
      },
    },
    async prepare(sequences) {
      const rowOf = new Map<number, number>();
      for (const { ids } of sequences) for (const id of ids) if (!rowOf.has(id)) rowOf.set(id, rowOf.size);
      const width = words.shape[1];
      const rows = new Float32Array(rowOf.size * width);
      for (const [id, row] of rowOf) rows.set(words.data.subarray(id * width, (id + 1) * width), row * width);
      const projected = await project(rows);
      const tables = layer.dense.map((dense, i) => [productName(dense, graph.words), projected[i]] as const);
      return {
        sizes: { [WORDS]: rowOf.size },
        of: (ids) => ({
          ...Object.fromEntries(tables),
          [ROWS]: ids.map((id) => BigInt(rowOf.get(Number(id))!)),
        }),
      };
    },
  };
}

/** Rows of a table, centred, by γ, and through each of the dense layers without its bias: `[rows, out]` each. */
async function openProjection(
  { norm, dense }: FirstDense,
  weights: Weights,
  session: SessionOptions,
): Promise<(rows: Float32Array) => Promise<Float32Array[]>> {
  const parameter = (name: string): Value => input(name, weights.get(name)!.shape);
  const gain = parameter(`${norm}.weight`);
  const width = gain.shape[0];
  const x = input('rows', [CHUNK, width]);
  const scaled = mul(sub(x, mean(x, [-1], true)), gain);
  const outputs = Object.fromEntries(
    dense.map((name) => [`${name}.product`, matmul(scaled, transpose(parameter(`${name}.weight`)))]),
  );
  const used = [`${norm}.weight`, ...dense.map((name) => `${name}.weight`)];
  const stored = new Map(used.map((name) => [name, weights.get(name)!.data]));
  const declared = Object.fromEntries(
    Object.entries({ rows: x, ...outputs }).map(([name, { shape }]) => [name, ['rows', shape[1]]]),
  );
  const program = await openModel(toOnnx(outputs, { weights: stored, declared }), session);
  return async (rows) => {
    const count = rows.length / width;
    const results = Object.values(outputs).map(({ shape }) => new Float32Array(count * shape[1]));
    for (let start = 0; start < count; start += CHUNK) {
      const own = rows.subarray(start * width, (start + CHUNK) * width);
      const size = own.length / width;
      const chunk = new Float32Array(Math.max(size, LEAST_ROWS) * width);
      chunk.set(own);
      const products = await program.run({ rows: chunk }, { sizes: { rows: chunk.length / width } });
      for (const [i, [name, { shape }]] of Object.entries(outputs).entries())
        results[i].set(floats(products[name]).subarray(0, size * shape[1]), start * shape[1]);
    }
    return results;
  };
}

/** W β + b. */
function shiftedBias({ norm }: FirstDense, dense: string, weights: Weights): Float32Array {
  const shift = weights.get(`${norm}.bias`)!.data;
  const { data } = weights.get(`${dense}.weight`)!;
  return weights.get(`${dense}.bias`)!.data.map((bias, row) => {
    let total = bias;
    for (let i = 0; i < shift.length; i++) total += data[row * shift.length + i] * shift[i];
    return total;
  });
}

/** The outputs of the dense layers, `[batch, length, out]` each. */
function firstValues(
  config: EncoderConfig,
  { norm, epsilon, dense }: FirstDense,
  weights: Weights,
  embedded: Value,
  layout: Layout,
): Value[] {
  const { graph } = architectureOf(config);
  const inputs = graph.inputs(OPEN_SHAPE, config);
  const rows = input(ROWS, inputs.input_ids.shape, 'int64');
  const [gain, bias] = ['weight', 'bias'].map((part) => {
    const name = `${norm}.${part}`;
    return input(name, weights.get(name)!.shape);
  });
  const [, , inverse] = layerNormParts(embedded, gain, bias, epsilon);
  return dense.map((name) => {
    const [width] = weights.get(`${name}.weight`)!.shape;
    const products = (table: string): Value =>
      input(productName(name, table), [
        table === graph.words ? SOME_WORDS : weights.get(table)!.shape[0],
        width,
      ]);
    const sums = graph.embed(config, inputs, products, {
      ...layout,
      rows: (_ids, table, parameter) => gather(parameter(table), rows),
    });
    return add(mul(sums, inverse), input(biasName(name), [width]));
  });
}

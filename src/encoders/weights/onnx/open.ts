import { statSync } from 'node:fs';
import type { StoredTensor, WeightFile } from '../stored.ts';
import type { Constant } from './constant.ts';
import type { Product } from './dense.ts';
import { type FoundEncoder, findEncoder } from './encoder.ts';
import { readOnnx } from './file.ts';
import { notAnEncoder, type Walk, walk } from './graph.ts';
import { findHeads } from './heads.ts';
import { type FoundModern, findModern, modernTensors } from './modern.ts';
import { externalFile } from './numbers.ts';

/** The configuration of an encoder as far as its graph determines it; undefined otherwise. */
export interface OnnxFacts {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number | undefined;
  readonly intermediateSize: number;
  /** Undefined if positions rotate. */
  readonly maxPositions: number | undefined;
  /** 0: the graph has no token types. */
  readonly typeVocabSize: number;
  readonly activation: string;
  readonly layerNormEps: number | undefined;
  /** It has the tables of a BERT, and no others. */
  readonly isBert: boolean;
}

/** How the numbers of an ONNX model are stored. */
export type OnnxPrecision = 'fp32' | 'fp16' | 'int8';

/** The weights of an ONNX model under canonical names, other facts of its graph, and the graph itself. */
export interface OnnxWeights extends WeightFile {
  readonly facts: OnnxFacts;
  readonly precision: OnnxPrecision;
  /** The value with the last hidden states, and the output that gives it, if the file has one. */
  readonly hidden: string;
  readonly output: string | undefined;
  /** Outputs of heads that were not recognised. */
  readonly unread: readonly string[];
  /** The model in the file, and whether some of its data is in files next to it. */
  readonly model: Buffer;
  readonly external: boolean;
}

/**
 * Opens an ONNX file of a BERT-like encoder. Its matrices are found by the structure of the graph, so that names of nodes
 * and initializers are not needed; quantised ones are scaled back. Throws a UserError that names the node or tensor.
 */
export async function openOnnx(file: string): Promise<OnnxWeights> {
  const onnx = await readOnnx(file);
  const graph = walk(onnx);
  const modern = findModern(graph);
  const found = modern ? await readModern(modern, onnx.outputs, graph) : readBertLike(graph, file);
  const initializers = [...onnx.initializers.values()];
  const externals = new Set(initializers.filter((one) => one.external).map((one) => externalFile(one, file)));
  const size = [...externals].reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const types = new Set(initializers.filter(({ shape }) => shape.length === 2).map(({ type }) => type));
  return {
    format: 'onnx',
    file,
    size: onnx.bytes.length + size,
    tensors: Array.from(found.tensors, ([name, constant]) => storedTensor(name, constant)),
    facts: found.facts,
    precision: [2, 3].some((type) => types.has(type)) ? 'int8' : types.has(10) ? 'fp16' : 'fp32',
    hidden: found.hidden,
    output: onnx.outputs.find((name) => graph.strip(name) === found.hidden),
    unread: found.unread,
    model: onnx.bytes,
    external: externals.size > 0,
    close: async () => undefined,
  };
}

/** The encoder found in a graph. */
interface Read extends Pick<OnnxWeights, 'facts' | 'hidden' | 'unread'> {
  readonly tensors: ReadonlyMap<string, Constant>;
}

function readBertLike(graph: Walk, file: string): Read {
  const encoder = findEncoder(graph);
  const heads = findHeads(graph, encoder);
  const tensors = new Map<string, Constant>();
  const add: Add = (name, constant) => {
    if (constant) tensors.set(name, constant);
  };
  addEncoder(encoder, add);
  for (const [name, product] of heads.products) addProduct(name, product, add);
  add('cls.predictions.decoder.weight', heads.decoder);
  for (const [name, vector] of heads.vectors) add(name, vector);
  return { tensors, facts: factsOf(encoder, file), hidden: encoder.hidden, unread: heads.unread };
}

/** Heads of a ModernBERT are not recognised. */
async function readModern(found: FoundModern, outputs: readonly string[], graph: Walk): Promise<Read> {
  const { words, layers, activation, epsilon, hidden } = found;
  return {
    tensors: await modernTensors(found),
    facts: {
      ...{ vocabSize: words.shape[0], hiddenSize: words.shape[1], layers: layers.length, activation },
      ...{ heads: undefined, maxPositions: undefined, typeVocabSize: 0, isBert: false },
      intermediateSize: layers[0].outer.weight.shape[1],
      layerNormEps: epsilon === undefined ? undefined : Number(epsilon.toPrecision(6)),
    },
    hidden,
    unread: outputs.filter((name) => graph.strip(name) !== hidden),
  };
}

type Add = (name: string, constant: Constant | undefined) => void;

/** A product or normalisation without a bias has one of zeros: exporters leave such a sum out. */
function addProduct(name: string, { weight, bias }: Pick<Product, 'weight' | 'bias'>, add: Add): void {
  add(`${name}.weight`, weight);
  add(`${name}.bias`, bias ?? zeros(weight.shape[0]));
}

const zeros = (size: number): Constant => ({
  name: `0 × ${size}`,
  shape: [size],
  bytes: 0,
  read: async () => new Float32Array(size),
});

function addEncoder({ embeddings, projection, layers }: FoundEncoder, add: Add): void {
  add('embeddings.word_embeddings.weight', embeddings.words);
  add('embeddings.position_embeddings.weight', embeddings.positions);
  add('embeddings.token_type_embeddings.weight', embeddings.types);
  add('embeddings.task_type_embeddings.weight', embeddings.tasks);
  addProduct('embeddings.LayerNorm', embeddings, add);
  if (projection) addProduct('embeddings_project', projection, add);
  for (const [i, layer] of layers.entries()) {
    const at = `encoder.layer.${i}`;
    for (const part of ['query', 'key', 'value'] as const)
      addProduct(`${at}.attention.self.${part}`, layer[part], add);
    addProduct(`${at}.attention.output.dense`, layer.output, add);
    addProduct(`${at}.attention.output.LayerNorm`, layer.attentionNorm, add);
    addProduct(`${at}.intermediate.dense`, layer.intermediate, add);
    addProduct(`${at}.output.dense`, layer.outer, add);
    addProduct(`${at}.output.LayerNorm`, layer.norm, add);
  }
}

const storedTensor = (name: string, { name: identity, shape, bytes, read }: Constant): StoredTensor => ({
  name,
  shape,
  type: 'f32',
  identity,
  bytes,
  read,
});

function factsOf({ embeddings, projection, layers }: FoundEncoder, file: string): OnnxFacts {
  const { words, positions, types, tasks, epsilon, node } = embeddings;
  const [vocabSize, width] = words.shape;
  const differ = (name: string, all: readonly unknown[]): void => {
    if (new Set(all).size > 1)
      throw notAnEncoder(file, node, {
        en: `its layers differ in ${name}: ${all.join(', ')}`,
        zh: `各层的 ${name} 不同：${all.join('、')}`,
      });
  };
  differ(
    'num_attention_heads',
    layers.map(({ heads }) => heads),
  );
  differ(
    'hidden_act',
    layers.map(({ activation }) => activation),
  );
  differ('layer_norm_eps', [
    epsilon,
    ...layers.flatMap((one) => [one.attentionNorm.epsilon, one.norm.epsilon]),
  ]);
  const [{ heads, intermediate, activation }] = layers;
  return {
    ...{ vocabSize, heads, activation },
    hiddenSize: projection?.weight.shape[0] ?? width,
    isBert: types !== undefined && positions !== undefined && !tasks && !projection,
    layers: layers.length,
    intermediateSize: intermediate.weight.shape[0],
    maxPositions: positions?.shape[0],
    typeVocabSize: types ? types.shape[0] : 0,
    layerNormEps: epsilon === undefined ? undefined : Number(epsilon.toPrecision(6)),
  };
}

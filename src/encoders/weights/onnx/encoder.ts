import { listed } from '../../../ground/language.ts';
import { type Attention, attentionOf } from './attention.ts';

import { denseOf, type Product, productOf } from './dense.ts';
import { type Embeddings, embeddingsOf } from './embeddings.ts';
import { notAnEncoder, search, type Walk } from './graph.ts';
import { type Norm, normsOf } from './norm.ts';

/** One layer of an encoder as it was found in a graph. */
export interface Layer extends Attention {
  readonly output: Product;
  readonly attentionNorm: Norm;
  readonly intermediate: Product;
  readonly activation: string;
  readonly outer: Product;
  readonly norm: Norm;
}

/** An encoder of BERT's form: embeddings, and layers with a normalisation after each half. */
export interface FoundEncoder {
  readonly embeddings: Embeddings;
  /** From the width of the embeddings to that of the layers, where these differ: ELECTRA's. */
  readonly projection: Product | undefined;
  readonly layers: readonly Layer[];
  /** The value with the last hidden states. */
  readonly hidden: string;
  readonly norms: ReadonlyMap<string, Norm>;
}

/** More layers than any encoder has. */
const MAX_LAYERS = 256;

/** Walks from the embeddings through the layers along the graph, without relying on names. */
export function findEncoder(graph: Walk): FoundEncoder {
  const norms = normsOf(graph);
  const embeddings = embeddingsOf(graph, norms);
  const users = usersOf(norms);
  const layers: Layer[] = [];
  const projected = users.has(embeddings.output) ? undefined : projectionOf(graph, embeddings.output, users);
  let hidden = projected?.output ?? embeddings.output;
  while (layers.length < MAX_LAYERS) {
    const layer = layerOf(graph, hidden, users);
    if (!layer) break;
    layers.push(layer);
    hidden = layer.norm.output;
  }
  if (layers.length > 0) return { embeddings, projection: projected?.dense, layers, hidden, norms };
  throw notAnEncoder(graph.file, embeddings.node, {
    en: 'no layer with its normalisation after the sum follows the embeddings',
    zh: '嵌入之后没有在求和后归一化的层',
  });
}

/** The dense layer of the embeddings whose output the first block is added to. */
function projectionOf(
  graph: Walk,
  embedded: string,
  users: ReadonlyMap<string, Norm[]>,
): { readonly output: string; readonly dense: Product } | undefined {
  for (const output of users.keys()) {
    const dense = denseOf(graph, output);
    if (dense && graph.strip(dense.x) === embedded) return { output, dense };
  }
  return undefined;
}

/** For every value, the normalisations whose sum it is a term of. */
function usersOf(norms: ReadonlyMap<string, Norm>): Map<string, Norm[]> {
  const users = new Map<string, Norm[]>();
  for (const norm of norms.values())
    for (const term of norm.terms) users.set(term, [...(users.get(term) ?? []), norm]);
  return users;
}

function layerOf(graph: Walk, hidden: string, users: ReadonlyMap<string, Norm[]>): Layer | undefined {
  const half = (input: string): { norm: Norm; dense: Product } | undefined => {
    for (const norm of users.get(input) ?? []) {
      const [other, ...more] = norm.terms.filter((term) => term !== input);
      const product = other === undefined || more.length > 0 ? undefined : productOf(graph, other);
      if (product) return { norm, dense: { ...product, bias: product.bias ?? norm.added[0] } };
    }
    return undefined;
  };
  const attended = half(hidden);
  if (!attended) return undefined;
  const middle = attended.norm.output;
  const outer = half(middle);
  if (!outer)
    throw notAnEncoder(graph.file, attended.norm.node, {
      en: 'nothing like a feed-forward block follows the attention',
      zh: '注意力之后没有前馈块',
    });
  return {
    ...attentionOf(graph, attended.dense.x, hidden),
    output: attended.dense,
    attentionNorm: attended.norm,
    ...innerOf(graph, outer.dense.x, middle),
    outer: outer.dense,
    norm: outer.norm,
  };
}

/** The first dense layer of a feed-forward block and its activation, found from the input of the second. */
export function innerOf(
  graph: Walk,
  from: string,
  input: string,
): { intermediate: Product; activation: string } {
  const operators: string[] = [];
  let intermediate: Product | undefined;
  search<never>(graph, from, (name) => {
    const node = graph.producer(graph.strip(name));
    if (graph.strip(name) === input) return null;
    const dense = denseOf(graph, name);
    const isFirst = dense && graph.strip(dense.x) === input;
    if (isFirst) intermediate ??= dense;
    if (node && (!isFirst || FUSED.has(node.operator)))
      operators.push(node.attributes.get('approximate')?.text === 'tanh' ? 'FastGelu' : node.operator);
    return isFirst ? null : undefined;
  });
  const activation = operators.map((one) => ACTIVATIONS[one]).find((one) => one !== undefined);
  if (intermediate && activation) return { intermediate, activation };
  const seen = listed(operators.length > 0 ? new Set(operators) : ['–']);
  throw notAnEncoder(graph.file, graph.producer(from)?.name ?? from, {
    en: `the activation is none of gelu, gelu_new and relu (${seen.en})`,
    zh: `激活函数不是 gelu、gelu_new 或 relu（${seen.zh}）`,
  });
}

/** Activations with a separate bias. */
const FUSED = new Set(['BiasGelu', 'FastGelu']);
/** What an operator reveals about the activation that it is part of, by the name in `config.json`. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  Gelu: 'gelu',
  BiasGelu: 'gelu',
  Erf: 'gelu',
  FastGelu: 'gelu_new',
  Tanh: 'gelu_new',
  Relu: 'relu',
};

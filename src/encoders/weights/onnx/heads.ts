import type { Constant } from './constant.ts';
import { denseOf, type Product } from './dense.ts';
import { type FoundEncoder, innerOf } from './encoder.ts';
import { search, type Walk } from './graph.ts';
import type { Norm } from './norm.ts';

/** Parameters of pooler and heads by canonical name, and the outputs that were not recognised. */
export interface FoundHeads {
  readonly products: ReadonlyMap<string, Product>;
  readonly vectors: ReadonlyMap<string, Constant>;
  /** Weights of the masked-language-model's decoder; most often the word embeddings. */
  readonly decoder: Constant | undefined;
  readonly unread: readonly string[];
}

const POOLER = 'pooler.dense';
const TRANSFORM = 'cls.predictions.transform';
/** Names that exporters keep for the two layers of another classifier (RoBERTa's). */
const NAMED = /(?:^|\.)(classifier\.(?:dense|out_proj))\.bias$/;

/** The heads on the last hidden states: a pooler, a classifier, a masked-language-model head. */
export function findHeads(graph: Walk, encoder: FoundEncoder): FoundHeads {
  const { hidden } = encoder;
  const products = new Map<string, Product>();
  const vectors = new Map<string, Constant>();
  const unread: string[] = [];
  let decoderWeight: Constant | undefined;
  const isFrom = (value: string, source: string): boolean =>
    search(graph, value, (name, node) => {
      if (graph.strip(name) === source) return true;
      return node && !THROUGH.has(node.operator) ? null : undefined;
    }) === true;
  /** The output of the tanh after the dense layer of the first hidden state. */
  let pooled: string | undefined;
  for (const { operator, inputs, outputs } of graph.nodes) {
    const dense = operator === 'Tanh' ? denseOf(graph, inputs[0]) : undefined;
    if (!dense || graph.strip(dense.x) === hidden || !isFrom(dense.x, hidden)) continue;
    products.set(nameOf(dense, POOLER), dense);
    [pooled] = outputs;
  }
  for (const output of graph.outputs) {
    const value = graph.strip(output);
    if (value === hidden || value === pooled || isFrom(value, hidden)) continue;
    const dense = denseOf(graph, value);
    const norm = dense && encoder.norms.get(graph.strip(dense.x));
    if (norm && norm.output !== hidden && maskedLanguageModel(norm, dense)) continue;
    if (dense && pooled !== undefined && isFrom(dense.x, pooled))
      products.set(nameOf(dense, products.has(MASKED) ? 'cls.seq_relationship' : 'classifier'), dense);
    else if (dense && isFrom(dense.x, hidden)) products.set(nameOf(dense, 'classifier'), dense);
    else unread.push(output);
  }
  return { products, vectors, decoder: decoderWeight, unread };

  function maskedLanguageModel(norm: Norm, decoder: Product): boolean {
    const [term, ...more] = norm.terms;
    if (term === undefined || more.length > 0 || !decoder.bias || !norm.bias) return false;
    const { intermediate } = innerOf(graph, term, hidden);
    products.set(MASKED, intermediate);
    decoderWeight = decoder.weight;
    vectors.set('cls.predictions.bias', decoder.bias);
    vectors.set(`${TRANSFORM}.LayerNorm.weight`, norm.weight);
    vectors.set(`${TRANSFORM}.LayerNorm.bias`, norm.bias);
    return true;
  }
}

const MASKED = `${TRANSFORM}.dense`;

const nameOf = ({ bias }: Product, usual: string): string => NAMED.exec(bias?.name ?? '')?.[1] ?? usual;

/** Nodes that choose and reshape hidden states, and change no value. */
const THROUGH = new Set([
  ...[
    'Gather',
    'Slice',
    'Squeeze',
    'Unsqueeze',
    'Reshape',
    'Flatten',
    'Transpose',
    'Identity',
    'Cast',
    'Dropout',
  ],
  ...['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear', 'Split'],
]);

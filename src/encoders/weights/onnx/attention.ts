import { type Constant, columnsOf, constantOf, dequantised, turned } from './constant.ts';
import { findDense, type Product, vectorOf } from './dense.ts';
import type { OnnxNode } from './file.ts';
import { notAnEncoder, search, type Walk } from './graph.ts';

/** The three products of an attention block, and its number of heads if the graph has it. */
export interface Attention {
  readonly query: Product;
  readonly key: Product;
  readonly value: Product;
  readonly heads: number | undefined;
}

/** The attention that computes a context from `hidden`: in single operators, or fused by ONNX Runtime or the exporter. */
export function attentionOf(graph: Walk, context: string, hidden: string): Attention {
  const node = search(graph, context, (name, found) => {
    if (graph.strip(name) === hidden) return null;
    if (!found) return undefined;
    return FUSED.has(found.operator) || isProduct(graph, found) ? found : undefined;
  });
  if (!node) throw unreadable(graph, context, 'no product of two computed matrices');
  const found =
    node.operator === 'Attention' && node.domain === 'com.microsoft'
      ? packed(graph, node, hidden, node.inputs.slice(1, 3))
      : node.operator === 'QAttention'
        ? packedInteger(graph, node, hidden)
        : FUSED.has(node.operator)
          ? fused(graph, node, hidden)
          : written(graph, node, hidden);
  if (found) return found;
  throw unreadable(graph, node.name, `${node.operator} without query, key and value`);
}

/** The operators that compute attention in one step. */
const FUSED = new Set(['Attention', 'QAttention', 'MultiHeadAttention']);

const isProduct = (graph: Walk, { operator, inputs }: OnnxNode): boolean =>
  ['MatMul', 'FusedMatMul', 'MatMulInteger', 'QLinearMatMul'].includes(operator) &&
  [inputs[0], operator === 'QLinearMatMul' ? inputs[3] : inputs[1]].every(
    (name) => constantOf(graph, name) === undefined,
  );

/** softmax(query keyᵀ) value. */
function written(graph: Walk, product: OnnxNode, hidden: string): Attention | undefined {
  const factors = (node: OnnxNode): [string, string] => [
    node.inputs[0],
    node.inputs[node.operator === 'QLinearMatMul' ? 3 : 1],
  ];
  const [shares, values] = factors(product);
  const softmax = search(graph, shares, (_, node) => (node?.operator === 'Softmax' ? node : undefined));
  const scores =
    softmax &&
    search(graph, softmax.inputs[0], (_, node) => (node && isProduct(graph, node) ? node : undefined));
  if (!scores) return undefined;
  const [left, right] = factors(scores);
  const [query, key, value] = [left, right, values].map((name) => findDense(graph, name, hidden));
  return query && key && value && { query, key, value, heads: headsOf(graph, left, hidden, query) };
}

/** Query, key and value of `MultiHeadAttention`, or of the standard `Attention`; their biases may be an input of it. */
function fused(graph: Walk, node: OnnxNode, hidden: string): Attention | undefined {
  const [query, key, value] = node.inputs.slice(0, 3).map((name) => findDense(graph, name, hidden));
  if (!query || !key || !value) return undefined;
  const isStandard = node.operator === 'Attention';
  const given = node.attributes.get(isStandard ? 'q_num_heads' : 'num_heads')?.integer;
  const heads = given ?? headsOf(graph, node.inputs[0], hidden, query);
  const bias = isStandard ? undefined : vectorOf(graph, node.inputs[3]);
  if (!bias) return { query, key, value, heads };
  const width = bias.shape[0] / 3;
  const [q, k, v] = [query, key, value].map((product, i) => ({
    ...product,
    bias: product.bias ?? columnsOf(bias, i * width, width),
  }));
  return { query: q, key: k, value: v, heads };
}

/** `Attention` of ONNX Runtime: query, key and value are the thirds of one matrix [in, 3 × out]. */
function packed(
  graph: Walk,
  node: OnnxNode,
  hidden: string,
  [weightName, biasName]: readonly string[],
  weight: Constant | undefined = constantOf(graph, weightName),
): Attention | undefined {
  const bias = vectorOf(graph, biasName);
  if (graph.strip(node.inputs[0]) !== hidden || weight?.shape.length !== 2 || weight.shape[1] % 3 !== 0)
    return undefined;
  const width = weight.shape[1] / 3;
  if (bias && bias.shape[0] !== width * 3) return undefined;
  const [query, key, value] = [0, 1, 2].map((i) => ({
    x: hidden,
    weight: turned(columnsOf(weight, i * width, width)),
    bias: bias && columnsOf(bias, i * width, width),
  }));
  return { query, key, value, heads: node.attributes.get('num_heads')?.integer };
}

/** The same in 8 bits. */
function packedInteger(graph: Walk, node: OnnxNode, hidden: string): Attention | undefined {
  const [, values, , , scale, , , zero] = node.inputs.map((name) => constantOf(graph, name));
  if (values?.shape.length !== 2 || !scale) return undefined;
  const weight = dequantised({ values, scale, zero, axis: 1 }, graph.file);
  return packed(graph, node, hidden, node.inputs.slice(1, 3), weight);
}

/** The number of heads, from the constant that the query is reshaped with to [batch, length, heads, size]. */
function headsOf(graph: Walk, from: string, hidden: string, query: Product): number | undefined {
  const width = query.weight.shape[0];
  return search(graph, from, (name, node) => {
    if (graph.strip(name) === hidden) return null;
    if (node?.operator !== 'Reshape') return undefined;
    const sides = sidesOf(graph, node.inputs[1]);
    if (sides?.length !== 4) return undefined;
    const [, , heads, size] = sides;
    const found = heads && heads > 0 ? heads : size && size > 0 ? width / size : undefined;
    return found && Number.isInteger(found) && width % found === 0 ? found : undefined;
  });
}

/** The sides of a shape: stored, or joined from sides of which some are computed and so unknown. */
function sidesOf(graph: Walk, name: string): (number | undefined)[] | undefined {
  const stored = graph.integers(name);
  if (stored) return stored;
  const node = graph.producer(graph.strip(name));
  return node?.operator === 'Concat'
    ? node.inputs.flatMap((input) => graph.integers(input) ?? [undefined])
    : undefined;
}

const unreadable = (graph: Walk, node: string, what: string) =>
  notAnEncoder(graph.file, node, {
    en: `attention is not recognised (${what})`,
    zh: `无法识别注意力（${what}）`,
  });

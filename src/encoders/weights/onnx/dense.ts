import { elements } from '../stored.ts';
import { type Constant, constantOf, dequantised, turned } from './constant.ts';
import type { OnnxNode } from './file.ts';
import { search, type Walk } from './graph.ts';

/** A product with stored weights. */
export interface Product {
  /** The value that is multiplied. */
  readonly x: string;
  /** [out, in]. */
  readonly weight: Constant;
  readonly bias?: Constant;
}

const flag = ({ attributes }: OnnxNode, name: string): boolean => attributes.get(name)?.integer === 1;
const isOne = ({ attributes }: OnnxNode, name: string): boolean => (attributes.get(name)?.float ?? 1) === 1;

const matrix = (constant: Constant | undefined): Constant | undefined =>
  constant?.shape.length === 2 ? constant : undefined;

/** The numbers of a vector, also of one that is stored as [1, 1, n]. */
export function vectorOf(graph: Walk, name: string | undefined): Constant | undefined {
  const found = constantOf(graph, name);
  if (!found || found.shape.length === 0) return undefined;
  const size = elements(found.shape);
  return size === found.shape.at(-1) ? { ...found, shape: [size] } : undefined;
}

/** x W of a value, without a bias that is added to it: floats, or integers that are scaled back. */
export function productOf(graph: Walk, name: string): Product | undefined {
  const node = graph.producer(graph.strip(name));
  if (!node) return undefined;
  const { inputs } = node;
  const constant = (index: number) => constantOf(graph, inputs[index]);
  switch (node.operator) {
    case 'MatMul': {
      const weight = matrix(constant(1));
      return weight && { x: inputs[0], weight: turned(weight) };
    }
    case 'FusedMatMul': {
      const weight = matrix(constant(1));
      if (!weight || flag(node, 'transA') || !isOne(node, 'alpha')) return undefined;
      return { x: inputs[0], weight: flag(node, 'transB') ? weight : turned(weight) };
    }
    case 'Gemm': {
      const weight = matrix(constant(1));
      if (!weight || flag(node, 'transA') || !isOne(node, 'alpha') || !isOne(node, 'beta')) return undefined;
      const oriented = flag(node, 'transB') ? weight : turned(weight);
      return { x: inputs[0], weight: oriented, bias: vectorOf(graph, inputs[2]) };
    }
    case 'Mul':
      return integerProduct(graph, inputs) ?? integerProduct(graph, inputs.toReversed());
    case 'MatMulIntegerToFloat':
      return quantisedProduct(graph, inputs[0], [inputs[1], inputs[3], inputs[5]], inputs[6]);
    case 'DynamicQuantizeMatMul':
      return quantisedProduct(graph, inputs[0], [inputs[1], inputs[2], inputs[3]], inputs[4]);
    case 'QLinearMatMul':
      return quantisedProduct(graph, inputs[0], [inputs[3], inputs[4], inputs[5]]);
    default:
      return undefined;
  }
}

/** MatMulInteger × (scale of x × scale of the weights). */
function integerProduct(graph: Walk, [product, scales]: readonly string[]): Product | undefined {
  const node = graph.producer(graph.strip(product));
  const scaling = graph.producer(scales);
  if (node?.operator !== 'MatMulInteger' || scaling?.operator !== 'Mul') return undefined;
  const scale = scaling.inputs.find((input) => constantOf(graph, input) !== undefined);
  return scale === undefined
    ? undefined
    : quantisedProduct(graph, node.inputs[0], [node.inputs[1], scale, node.inputs[3]]);
}

function quantisedProduct(
  graph: Walk,
  x: string,
  stored: readonly (string | undefined)[],
  bias?: string,
): Product | undefined {
  const [values, scale, zero] = stored.map((name) => constantOf(graph, name));
  if (values?.shape.length !== 2 || !scale) return undefined;
  const weight = turned(dequantised({ values, scale, zero, axis: 1 }, graph.file));
  return { x, weight, bias: vectorOf(graph, bias) };
}

/** x W + b of a value. A fused activation adds its own bias: `BiasGelu`. */
export function denseOf(graph: Walk, name: string): Product | undefined {
  const own = productOf(graph, name);
  if (own) return own;
  const node = graph.producer(graph.strip(name));
  if (!node || !['Add', 'BiasGelu', 'FastGelu'].includes(node.operator) || node.inputs.length !== 2)
    return undefined;
  for (const [value, other] of [node.inputs, node.inputs.toReversed()]) {
    const bias = vectorOf(graph, other);
    const product = bias && productOf(graph, value);
    if (product && !product.bias) return { ...product, bias };
  }
  return undefined;
}

/** The nearest x W + b of `input` that a value is computed from. */
export const findDense = (graph: Walk, from: string, input: string): Product | undefined =>
  search(graph, from, (name) => {
    if (graph.strip(name) === input) return null;
    const dense = denseOf(graph, name);
    if (!dense) return undefined;
    return graph.strip(dense.x) === input ? dense : undefined;
  });

import type { Constant } from './constant.ts';
import { denseOf, vectorOf } from './dense.ts';
import type { OnnxNode } from './file.ts';
import type { Walk } from './graph.ts';

/** A layer normalisation: of the sum of `terms`, and of constants that are added to it. */
export interface Norm {
  readonly output: string;
  readonly node: string;
  readonly terms: readonly string[];
  readonly added: readonly Constant[];
  readonly weight: Constant;
  readonly bias?: Constant;
  readonly epsilon: number | undefined;
}

const DEFAULT_EPSILON = 1e-5;
/** ONNX Runtime's default for its fused operators. */
export const FUSED_EPSILON = 1e-12;
/** Of a sum in front of a normalisation: embeddings, bias, product and residual. */
const MAX_TERMS = 16;

/** Every normalisation of a graph by the value that it computes, in the order of the file. */
export function normsOf(graph: Walk): Map<string, Norm> {
  const norms = new Map<string, Norm>();
  for (const node of graph.nodes) {
    const found = normOf(graph, node, norms);
    if (found) norms.set(found.output, found);
  }
  return norms;
}

type Known = ReadonlyMap<string, Norm>;

/** The normalisation that a node ends with: one operator, one fused with a sum, or the nine that old exports write. */
function normOf(graph: Walk, node: OnnxNode, known: Known): Norm | undefined {
  const { operator, inputs, attributes } = node;
  if (operator === 'LayerNormalization')
    return norm(graph, node, known, [inputs[0]], inputs[1], inputs[2], DEFAULT_EPSILON);
  if (operator === 'SkipLayerNormalization') {
    const bias = inputs[4] ? [inputs[4]] : [];
    return norm(graph, node, known, [...inputs.slice(0, 2), ...bias], inputs[2], inputs[3], FUSED_EPSILON);
  }
  return operator === 'Add' && attributes.size === 0 ? written(graph, node, known) : undefined;
}

function norm(
  graph: Walk,
  node: OnnxNode,
  known: Known,
  summed: readonly string[],
  weightName: string,
  biasName: string | undefined,
  epsilon: number | undefined,
): Norm | undefined {
  const weight = vectorOf(graph, weightName);
  if (!weight) return undefined;
  const added: Constant[] = [];
  const terms = summed
    .flatMap((name) => termsOf(graph, name, known))
    .filter((name) => {
      const constant = vectorOf(graph, name);
      if (constant) added.push(constant);
      return !constant;
    });
  const given = node.attributes.get('epsilon')?.float ?? epsilon;
  return {
    output: graph.strip(node.outputs[0]),
    node: node.name,
    terms,
    added,
    weight,
    bias: vectorOf(graph, biasName),
    epsilon: given,
  };
}

/** The terms of a sum, down to earlier normalisations. */
function termsOf(graph: Walk, name: string, known: Known): string[] {
  let terms = [graph.strip(name)];
  const isSum = (term: string): boolean => {
    if (graph.producer(term)?.operator !== 'Add' || known.has(term)) return false;
    // embeddings that are projected to the width of the layers
    const dense = denseOf(graph, term);
    return !dense || !known.has(graph.strip(dense.x));
  };
  for (let steps = 0; steps < MAX_TERMS; steps++) {
    const at = terms.findIndex(isSum);
    if (at < 0) break;
    const added = graph.producer(terms[at])!.inputs.map((input) => graph.strip(input));
    terms = [...terms.slice(0, at), ...added, ...terms.slice(at + 1)];
  }
  return terms;
}

/** (x − mean) ÷ √(variance + ε) × weight + bias in single operators, as opsets before 17 have it. */
function written(graph: Walk, node: OnnxNode, known: Known): Norm | undefined {
  const from = (name: string | undefined, operator: string): OnnxNode | undefined => {
    const found = name === undefined ? undefined : graph.producer(graph.strip(name));
    return found?.operator === operator ? found : undefined;
  };
  /** The input that is computed by this operator, and the other one. */
  const split = ({ inputs }: OnnxNode, operator: string): [OnnxNode, other: string] | undefined => {
    const at = inputs.findIndex((input) => from(input, operator));
    return at < 0 ? undefined : [from(inputs[at], operator)!, inputs[1 - at]];
  };
  const [scaled, bias] = split(node, 'Mul') ?? [];
  const [ratio, weight] = (scaled && split(scaled, 'Div')) ?? [];
  const root = from(ratio?.inputs[1], 'Sqrt');
  const variance = from(root?.inputs[0], 'Add');
  const [mean, epsilonName] = (variance && split(variance, 'ReduceMean')) ?? [];
  const centred = from(ratio?.inputs[0], 'Sub');
  if (!mean || !centred || !weight || !vectorOf(graph, bias)) return undefined;
  const epsilon = scalar(graph, epsilonName);
  return norm(graph, node, known, [centred.inputs[0]], weight, bias, epsilon);
}

function scalar(graph: Walk, name: string | undefined): number | undefined {
  const stored = name === undefined ? undefined : graph.tensor(graph.strip(name));
  const raw = stored?.raw;
  if (stored?.type === 1 && raw?.length === 4) return raw.readFloatLE(0);
  const typed = stored?.typed[0]?.[1];
  return Buffer.isBuffer(typed) && typed.length === 4 ? typed.readFloatLE(0) : undefined;
}
